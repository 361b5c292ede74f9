//! What a source is told, and what its answers mean.

use stowage_fetch::{FetchError, Trouble};

use crate::world::{Http, World, fetch, read, reply};

#[tokio::test]
async fn a_request_says_only_who_asks_for_what() {
    let server = Http::answering(|_| reply(200, &[], b"")).await;
    let fetcher = World::around(&server).await.fetcher();
    fetch(&fetcher, "http://files.example.org/a b/ü?q=1#part").await.unwrap();
    fetch(&fetcher, "http://files.example.org:443").await.unwrap();
    let head = |first: &str, host: &str| {
        format!(
            "GET {first} HTTP/1.1\r\nhost: {host}\r\nuser-agent: Stowage\r\naccept: */*\r\n\
             accept-encoding: identity\r\nconnection: close\r\n\r\n"
        )
    };
    let expected = [head("/a%20b/%C3%BC?q=1", "files.example.org"), head("/", "files.example.org:443")];
    assert_eq!(server.heads(), expected);
}

#[tokio::test]
async fn a_source_tells_its_type_and_length() {
    let headers = [("Content-Type", "text/csv; charset=utf-8"), ("Content-Encoding", "gzip")];
    let server = Http::answering(move |_| reply(200, &headers, b"\x1f\x8bnot unpacked")).await;
    let fetcher = World::around(&server).await.fetcher();
    let source = fetcher.open("http://files.example.org/?secret").await.unwrap();
    assert_eq!(source.content_type(), Some("text/csv; charset=utf-8"));
    assert_eq!(source.content_encoding(), Some("gzip"));
    assert_eq!(source.declared_length(), Some(14));
    assert_eq!(source.host(), "files.example.org");
    assert_eq!(read(source).await, Ok(b"\x1f\x8bnot unpacked".to_vec()));
}

#[tokio::test]
async fn a_status_is_permanent_or_may_pass() {
    let server = Http::answering(|path| reply(path[1..].parse().unwrap(), &[], b"no")).await;
    let fetcher = World::around(&server).await.fetcher();
    let ask = async |status: u16| fetch(&fetcher, &format!("http://files.example.org/{status}")).await;
    for status in [300, 304, 400, 401, 403, 404, 407, 410, 451, 499] {
        let error = ask(status).await.unwrap_err();
        assert_eq!(error, FetchError::Answered(status));
        assert!(!error.is_transient());
    }
    for status in [206, 299] {
        assert_eq!(ask(status).await, Err(FetchError::Answered(status)));
    }
    for status in [408, 425, 429, 500, 502, 503, 504, 599] {
        let error = ask(status).await.unwrap_err();
        assert_eq!(error, FetchError::Transient(Trouble::Answered(status)));
        assert!(error.is_transient());
    }
}

#[tokio::test]
async fn what_is_not_http_or_breaks_off_may_pass() {
    let server = Http::answering(|path| match path {
        "/other" => b"SSH-2.0-OpenSSH_9.6\r\n".to_vec(),
        "/silent" => Vec::new(),
        "/short" => b"HTTP/1.1 200 OK\r\nContent-Length: 10\r\n\r\nfive.".to_vec(),
        "/chunk" => b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n5\r\nfive.\r\n".to_vec(),
        "/two" => b"HTTP/1.1 200 OK\r\nContent-Length: 1\r\nContent-Length: 2\r\n\r\nab".to_vec(),
        _ => [b"HTTP/1.1 200 OK\r\nX: ".to_vec(), vec![b'x'; 1_000_000], b"\r\n\r\n".to_vec()].concat(),
    })
    .await;
    let fetcher = World::around(&server).await.fetcher();
    for path in ["other", "silent", "short", "chunk", "two", "head"] {
        let error = fetch(&fetcher, &format!("http://files.example.org/{path}")).await.err();
        assert_eq!(error, Some(Trouble::Broken.into()), "{path}");
    }
}

#[tokio::test]
async fn a_host_without_an_address_or_a_listener_may_have_one_later() {
    let server = Http::answering(|_| reply(200, &[], b"")).await;
    let mut world = World::around(&server).await;
    world.dns.set("gone.example.org", &[&[]]);
    let error = fetch(&world.fetcher(), "http://gone.example.org/").await.err();
    assert_eq!(error, Some(Trouble::Lookup.into()));

    // A port that nobody has: it was given to a listener that is gone.
    let free = tokio::net::TcpListener::bind(("127.0.0.1", 0)).await.unwrap().local_addr().unwrap();
    world.lead_to(free);
    let error = fetch(&world.fetcher(), "http://files.example.org/").await.err();
    assert_eq!(error, Some(Trouble::Connect.into()));
}

#[tokio::test]
async fn no_error_has_a_secret_of_the_url() {
    let server = Http::answering(|_| reply(404, &[], b"hidden")).await;
    let fetcher = World::around(&server).await.fetcher();
    for url in [
        "http://hidden:hidden@files.example.org/",
        "http://files.example.org/hidden?hidden#hidden",
        "http://hidden/",
        "http://hidden:x/",
        "hidden://files.example.org/",
        "https://127.0.0.1/?hidden",
    ] {
        let error = fetch(&fetcher, url).await.unwrap_err();
        assert!(!format!("{error} {error:?}").contains("hidden"), "{error}");
    }
}
