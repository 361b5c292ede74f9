//! Following redirects.

use stowage_fetch::{FetchError, Refusal};

use crate::world::{Http, World, fetch, reply};

/// `/n` leads to `/n-1`, and `/0` is there.
fn countdown(path: &str) -> Vec<u8> {
    match path[1..].parse::<u32>().unwrap() {
        0 => reply(200, &[], b"there"),
        left => reply(302, &[("Location", &(left - 1).to_string()), ("Set-Cookie", "a=b")], b"elsewhere"),
    }
}

#[tokio::test]
async fn five_redirects_are_followed_and_no_more() {
    let server = Http::answering(countdown).await;
    let fetcher = World::around(&server).await.fetcher();
    assert_eq!(fetch(&fetcher, "http://files.example.org/5").await, Ok(b"there".to_vec()));
    assert_eq!(server.heads().len(), 6);
    let error = fetch(&fetcher, "http://files.example.org/6").await;
    assert_eq!(error, Err(Refusal::Redirects(5).into()));
}

#[tokio::test]
async fn a_loop_ends() {
    let server = Http::answering(|_| reply(301, &[("Location", "http://files.example.org/")], b"")).await;
    let fetcher = World::around(&server).await.fetcher();
    assert_eq!(fetch(&fetcher, "http://files.example.org/").await, Err(Refusal::Redirects(5).into()));
    assert_eq!(server.heads().len(), 6);
}

#[tokio::test]
async fn every_kind_of_redirect_is_followed_to_another_host() {
    let server = Http::answering(|path| match path[1..].parse() {
        Ok(status) => reply(status, &[("Location", "//other.example.org/there?a=b#c")], b""),
        Err(_) => reply(200, &[], path.as_bytes()),
    })
    .await;
    let fetcher = World::around(&server).await.fetcher();
    for status in [301, 302, 303, 307, 308] {
        let source = fetcher.open(&format!("http://files.example.org/{status}")).await.unwrap();
        assert_eq!(source.host(), "other.example.org");
        assert_eq!(crate::world::read(source).await, Ok(b"/there?a=b".to_vec()));
    }
}

#[tokio::test]
async fn nothing_of_the_first_request_is_told_to_the_second_host() {
    let server = Http::answering(countdown).await;
    let fetcher = World::around(&server).await.fetcher();
    fetch(&fetcher, "http://files.example.org/1").await.unwrap();
    let heads = server.heads();
    assert_eq!(heads[1], heads[0].replace("/1 HTTP", "/0 HTTP"));
}

#[tokio::test]
async fn a_redirect_needs_a_location() {
    let server = Http::answering(|path| match path {
        "/none" => reply(302, &[], b""),
        "/invalid" => reply(302, &[("Location", "http://[")], b""),
        _ => b"HTTP/1.1 302 X\r\nLocation: /\xff\r\n\r\n".to_vec(),
    })
    .await;
    let fetcher = World::around(&server).await.fetcher();
    for path in ["none", "invalid", "bytes"] {
        let error = fetch(&fetcher, &format!("http://files.example.org/{path}")).await.err();
        assert_eq!(error, Some(FetchError::Refused(Refusal::Location)), "{path}");
    }
}
