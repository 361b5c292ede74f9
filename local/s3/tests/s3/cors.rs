//! A browser on another origin can use presigned URLs and read the answers.

use crate::harness::Server;

fn header(name: &str, value: &str) -> (String, String) {
    (name.to_owned(), value.to_owned())
}

#[tokio::test]
async fn preflights_are_answered_without_a_signature() {
    let server = Server::start().await;
    let headers = [
        header("origin", "https://app.example"),
        header("access-control-request-method", "PUT"),
        header("access-control-request-headers", "content-type,x-amz-checksum-sha256"),
    ];
    let answer = server.raw("OPTIONS", "/bucket/a/b?X-Amz-Signature=x", &headers, b"").await;
    assert_eq!(answer.status, 200);
    assert_eq!(answer.header("access-control-allow-origin"), Some("*"));
    assert_eq!(answer.header("access-control-allow-methods"), Some("GET, HEAD, PUT, POST, DELETE"));
    assert_eq!(answer.header("access-control-allow-headers"), Some("content-type,x-amz-checksum-sha256"));
    assert!(answer.header("access-control-max-age").is_some());
}

#[tokio::test]
async fn errors_can_be_read_too() {
    let server = Server::start().await;
    let origin = [header("origin", "https://app.example")];
    let answer = server.raw("GET", "/bucket/a", &origin, b"").await;
    answer.assert(403, "AccessDenied");
    assert_eq!(answer.header("access-control-allow-origin"), Some("*"));
    let exposed = answer.header("access-control-expose-headers").unwrap();
    for name in ["ETag", "x-amz-version-id", "x-amz-checksum-sha256", "x-amz-checksum-crc64nvme"] {
        assert!(exposed.contains(name), "{name}");
    }
    assert!(answer.header("x-amz-request-id").is_some());
}
