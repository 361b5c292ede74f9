//! Events, and the life of the engine around them.

use crate::harness::{BUCKET, Server, config};
use crate::sign::{sha256_hex, sign};
use std::time::Duration;
use stowage_local_s3::Engine;
use tokio::io::{AsyncReadExt as _, AsyncWriteExt as _};
use tokio::net::TcpStream;

#[tokio::test]
async fn each_published_object_makes_one_event() {
    let server = Server::start().await;
    let mut events = server.engine.subscribe();
    drop(server.engine.subscribe());
    let first = server.put("a", b"hello").await;
    server.client.delete_object().bucket(BUCKET).key("a").send().await.unwrap();
    let refused = server.client.put_object().bucket(BUCKET).key("b").content_md5("AAAAAAAAAAAAAAAAAAAAAA==");
    refused.body(b"x".to_vec().into()).send().await.unwrap_err();
    let copy = server.client.copy_object().bucket(BUCKET).key("c");
    copy.copy_source(format!("bucket/a?versionId={first}")).send().await.unwrap();

    let event = events.try_recv().unwrap();
    assert_eq!((event.event, event.bucket.as_str(), event.key.as_str()), ("ObjectCreated:Put", BUCKET, "a"));
    assert_eq!((event.version_id, event.size), (first, 5));
    assert_eq!(event.etag, "5d41402abc4b2a76b9719d911017c592");
    assert_eq!(events.try_recv().unwrap().event, "ObjectCreated:Copy");
    assert!(events.try_recv().is_err());
}

#[tokio::test]
async fn a_directory_is_open_once() {
    let server = Server::start().await;
    let error = Engine::open(config(&server.path(""))).unwrap_err();
    assert_eq!(error.kind(), std::io::ErrorKind::WouldBlock);
    let dir = server.stop().await;
    Engine::open(config(dir.path())).unwrap();
}

#[tokio::test]
async fn a_shutdown_lets_requests_finish() {
    let server = Server::start().await;
    let headers = sign(server.addr, "PUT", "/bucket/a", &sha256_hex(b"hello"), &[("content-length", "5")]);
    let lines: Vec<String> = headers.iter().map(|(name, value)| format!("{name}: {value}")).collect();
    let head = format!(
        "PUT /bucket/a HTTP/1.1
{}
",
        lines.join(
            "
"
        )
    );
    let mut stream = TcpStream::connect(server.addr).await.unwrap();
    stream.write_all(format!("{head}\r\nhel").as_bytes()).await.unwrap();
    // The request is in flight once its staging file is there.
    while std::fs::read_dir(server.path("staging")).unwrap().count() == 0 {
        tokio::time::sleep(Duration::from_millis(5)).await;
    }
    let stopping = tokio::spawn(server.stop());
    tokio::time::sleep(Duration::from_millis(50)).await;
    stream.write_all(b"lo").await.unwrap();
    let mut answer = String::new();
    stream.read_to_string(&mut answer).await.unwrap();
    assert!(answer.starts_with("HTTP/1.1 200"), "{answer}");

    let server = Server::on(stopping.await.unwrap()).await;
    assert_eq!(server.get("a").await.unwrap(), b"hello");
}
