//! Size and time.

use std::time::Duration;

use stowage_fetch::{FetchError, Trouble};
use tokio::io::AsyncWriteExt as _;

use crate::world::{Http, World, fetch, moment, reply};

const URL: &str = "http://files.example.org/";

#[tokio::test]
async fn a_body_of_just_the_size_is_read_and_one_byte_more_is_not() {
    let server = Http::answering(|path| reply(200, &[], &vec![b'x'; path[1..].parse().unwrap()])).await;
    let fetcher = World::around(&server).await.fetcher_with(|rules| rules.max_bytes = 1000);
    assert_eq!(fetch(&fetcher, &format!("{URL}1000")).await.map(|body| body.len()), Ok(1000));
    // What is declared is refused before it is read.
    let error = fetcher.open(&format!("{URL}1001")).await.err();
    assert_eq!(error, Some(FetchError::TooLarge(1000)));
}

#[tokio::test]
async fn an_undeclared_length_is_counted() {
    let server = Http::answering(|path| match path {
        "/chunked" => {
            let chunk = [b"64\r\n".to_vec(), vec![b'x'; 100], b"\r\n".to_vec()].concat();
            let head = b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n".to_vec();
            [head, chunk.repeat(11), b"0\r\n\r\n".to_vec()].concat()
        }
        _ => [b"HTTP/1.1 200 OK\r\n\r\n".to_vec(), vec![b'x'; 1100]].concat(),
    })
    .await;
    let world = World::around(&server).await;
    for path in ["chunked", "close"] {
        let url = format!("{URL}{path}");
        let small = world.fetcher_with(|rules| rules.max_bytes = 1000);
        assert_eq!(small.open(&url).await.unwrap().declared_length(), None);
        assert_eq!(fetch(&small, &url).await, Err(FetchError::TooLarge(1000)), "{path}");
        let enough = world.fetcher_with(|rules| rules.max_bytes = 1100);
        assert_eq!(fetch(&enough, &url).await.map(|body| body.len()), Ok(1100), "{path}");
    }
}

#[tokio::test]
async fn a_source_that_drips_ends_when_the_time_is_up() {
    let server = Http::start(|_, mut stream| async move {
        stream.write_all(b"HTTP/1.1 200 OK\r\n\r\n").await.unwrap();
        while stream.write_all(b"x").await.is_ok() {
            moment().await;
        }
    })
    .await;
    let fetcher =
        World::around(&server).await.fetcher_with(|rules| rules.total_time = Duration::from_secs(1));
    assert_eq!(fetch(&fetcher, URL).await, Err(FetchError::TooSlow(1)));
}

#[tokio::test]
async fn a_source_that_never_pauses_ends_when_the_time_is_up() {
    let server = Http::start(|_, mut stream| async move {
        stream.write_all(b"HTTP/1.1 200 OK\r\n\r\n").await.unwrap();
        while stream.write_all(&[b'x'; 4096]).await.is_ok() {}
    })
    .await;
    let fetcher =
        World::around(&server).await.fetcher_with(|rules| rules.total_time = Duration::from_secs(1));
    let mut source = fetcher.open(URL).await.unwrap();
    let end = loop {
        match source.next_chunk().await {
            Ok(Some(_)) => {}
            end => break end,
        }
    };
    assert_eq!(end, Err(FetchError::TooSlow(1)));
}

#[tokio::test]
async fn the_time_of_whoever_reads_counts() {
    let server = Http::answering(|_| reply(200, &[], &[b'x'; 100])).await;
    let fetcher =
        World::around(&server).await.fetcher_with(|rules| rules.total_time = Duration::from_secs(1));
    let mut source = fetcher.open(URL).await.unwrap();
    tokio::time::sleep(Duration::from_millis(1100)).await;
    assert_eq!(source.next_chunk().await, Err(FetchError::TooSlow(1)));
}

#[tokio::test]
async fn redirects_share_the_time() {
    let server = Http::start(|_, mut stream| async move {
        tokio::time::sleep(Duration::from_millis(300)).await;
        // Once the time is up nobody listens.
        let _ = stream.write_all(&reply(302, &[("Location", "/")], b"")).await;
    })
    .await;
    let fetcher = World::around(&server).await.fetcher_with(|rules| {
        rules.max_redirects = 100;
        rules.total_time = Duration::from_secs(1);
    });
    assert_eq!(fetch(&fetcher, URL).await, Err(FetchError::TooSlow(1)));
}

#[tokio::test]
async fn a_source_that_falls_silent_may_be_tried_again() {
    let server = Http::start(|head, mut stream| async move {
        if head.starts_with("GET /body") {
            stream.write_all(b"HTTP/1.1 200 OK\r\nContent-Length: 9\r\n\r\nsome").await.unwrap();
        }
        std::future::pending::<()>().await;
    })
    .await;
    let fetcher =
        World::around(&server).await.fetcher_with(|rules| rules.idle_time = Duration::from_millis(200));
    for path in ["body", "head"] {
        let error = fetch(&fetcher, &format!("{URL}{path}")).await;
        assert_eq!(error, Err(FetchError::Transient(Trouble::Stalled)), "{path}");
    }
}

#[tokio::test]
async fn a_head_that_drips_is_a_silent_source() {
    let server = Http::start(|_, mut stream| async move {
        while stream.write_all(b"HTTP/1.1 103 Early Hints\r\n\r\n").await.is_ok() {
            moment().await;
        }
    })
    .await;
    let fetcher =
        World::around(&server).await.fetcher_with(|rules| rules.idle_time = Duration::from_millis(300));
    assert_eq!(fetch(&fetcher, URL).await, Err(FetchError::Transient(Trouble::Stalled)));
}

#[tokio::test]
async fn a_handshake_has_its_time() {
    let server = Http::raw(|stream| async move {
        let _open = stream;
        std::future::pending::<()>().await;
    })
    .await;
    let fetcher =
        World::around(&server).await.fetcher_with(|rules| rules.connect_time = Duration::from_millis(200));
    let error = fetch(&fetcher, "https://files.example.org/").await;
    assert_eq!(error, Err(FetchError::Transient(Trouble::ConnectTime)));
}
