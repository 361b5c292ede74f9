//! What the gateway does around the functions: CORS, unknown routes, odd requests.

use reqwest::Method;
use serde_json::json;
use stowage_tests::TestStack;
use tokio::io::{AsyncReadExt as _, AsyncWriteExt as _};
use tokio::net::TcpStream;

/// Sends bytes as they are, and gives what comes back until the server closes.
async fn raw(stack: &TestStack, request: &str) -> String {
    let address = stack.stack().info().api.trim_start_matches("http://").to_owned();
    let mut stream = TcpStream::connect(address).await.expect("the API listens");
    stream.write_all(request.as_bytes()).await.expect("the API reads");
    let mut answer = String::new();
    stream.read_to_string(&mut answer).await.expect("the API answers");
    answer
}

#[tokio::test]
async fn health_needs_no_key() {
    let stack = TestStack::start().await;
    for key in [None, Some("sk_wrong")] {
        let health = stack.client.with_key(key).get("/v1/health").await.ok();
        assert_eq!(health["status"], "ok");
        assert!(health["version"].is_string(), "{health}");
    }
}

#[tokio::test]
async fn an_unknown_route_or_method_is_a_404_in_the_envelope() {
    let stack = TestStack::start().await;
    for (method, path) in [
        ("GET", "/"),
        ("GET", "/v1"),
        ("GET", "/v1/health/"),
        ("POST", "/v1/health"),
        ("GET", "/v1/collections"),
        ("DELETE", "/v1/buckets"),
        ("PATCH", "/v1/buckets"),
        ("POST", "/v1/buckets//objects"),
        ("POST", "/v1/buckets/b/objects/"),
        ("POST", "/v2/buckets"),
        ("BREW", "/v1/buckets"),
        ("POST", "/V1/buckets"),
    ] {
        let method = Method::from_bytes(method.as_bytes()).expect("a method");
        let request = stack.client.http().request(method.clone(), stack.client.url(path));
        // Without a key as well: there is nothing to protect.
        let answer = stack.client.with_key(None).send(request).await;
        let error = answer.refused(404, "");
        assert_eq!(error["type"], "NotFoundError");
        assert_eq!(error["details"], json!({"resource": "route", "id": format!("{method} {path}")}));
    }
    let head = stack.client.send(stack.client.http().head(stack.client.url("/v1/health"))).await;
    assert_eq!((head.status, head.body), (404, json!(null)));
}

#[tokio::test]
async fn browsers_may_call_and_read_every_answer() {
    let stack = TestStack::start().await;
    let http = stack.client.http();
    let preflight = http
        .request(Method::OPTIONS, stack.client.url("/v1/buckets"))
        .header("origin", "https://app.example")
        .header("access-control-request-method", "POST")
        .header("access-control-request-headers", "authorization,content-type,x-namespace");
    let answer = stack.client.with_key(None).send(preflight).await;
    assert!(matches!(answer.status, 200 | 204), "{}", answer.status);
    let header = |answer: &stowage_tests::Answer, name: &str| {
        answer
            .headers
            .get(name)
            .and_then(|value| value.to_str().ok())
            .unwrap_or_default()
            .to_ascii_lowercase()
    };
    assert_eq!(header(&answer, "access-control-allow-origin"), "*");
    assert!(header(&answer, "access-control-allow-methods").contains("post"));
    for name in ["authorization", "content-type", "x-namespace"] {
        assert!(header(&answer, "access-control-allow-headers").contains(name), "{name}");
    }
    for answer in [
        stack.client.get("/v1/health").await,
        stack.client.with_key(None).get("/v1/buckets/b").await,
        stack.client.get("/v1/buckets/none").await,
        stack.client.post_text("/v1/buckets", "{").await,
        stack.client.get("/none").await,
    ] {
        assert_eq!(header(&answer, "access-control-allow-origin"), "*", "{}", answer.body);
        assert_eq!(header(&answer, "access-control-expose-headers"), "retry-after");
        assert_eq!(header(&answer, "content-type"), "application/json");
    }
}

#[tokio::test]
async fn browsers_may_put_to_s3_and_read_the_etag() {
    let stack = TestStack::start().await;
    let bucket = stack.client.bucket("b", json!({"film": {"type": "video"}}), json!(null)).await;
    let create = json!({"filename": "a.mp4", "content_type": "video/mp4"});
    let upload = stack.client.post(&format!("/v1/buckets/{bucket}/uploads"), &create).await.ok();
    let url = upload["presigned_url"].as_str().unwrap_or_default();
    let http = stack.client.http();
    let preflight = http
        .request(Method::OPTIONS, url)
        .header("origin", "https://app.example")
        .header("access-control-request-method", "PUT")
        .header("access-control-request-headers", "content-type");
    let answer = preflight.send().await.expect("S3 answers");
    assert_eq!(answer.status(), 200);
    assert_eq!(answer.headers()["access-control-allow-headers"], "content-type");
    for content_type in ["text/html", "video/mp4"] {
        let put = http.put(url).header("origin", "https://app.example").header("content-type", content_type);
        let answer = put.body("film").send().await.expect("S3 answers");
        assert_eq!(answer.headers()["access-control-allow-origin"], "*");
        let exposed =
            answer.headers()["access-control-expose-headers"].to_str().unwrap_or_default().to_owned();
        assert!(exposed.contains("ETag"), "{exposed}");
    }
}

#[tokio::test]
async fn an_odd_request_gets_an_answer_and_the_server_lives() {
    let stack = TestStack::start().await;
    for request in [
        "GET /v1/health HTTP/1.1\r\nHost: a b/c?d\r\nConnection: close\r\n\r\n",
        "GET /v1/health HTTP/1.1\r\nHost: \r\nConnection: close\r\n\r\n",
        "GET /v1/health HTTP/1.1\r\nHost: [::1\r\nConnection: close\r\n\r\n",
        "GET /v1/health HTTP/1.1\r\nHost: \u{e9}\r\nConnection: close\r\n\r\n",
        "GET /v1/health HTTP/1.1\r\nHost: a:99999999\r\nConnection: close\r\n\r\n",
        "GET /v1/health HTTP/1.1\r\nConnection: close\r\n\r\n",
        "GET http://other.example/v1/health HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n",
        "GET /v1/health?%zz=%ff&&==&policy HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n",
        "GET /v1/buckets/%zz HTTP/1.1\r\nHost: x\r\nX-Forwarded-Proto: :://\r\nConnection: close\r\n\r\n",
        "GET /v1/health HTTP/1.1\r\nHost: x\r\nX-Forwarded-Host: ///\r\nConnection: close\r\n\r\n",
        "OPTIONS * HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n",
        "CONNECT a:1 HTTP/1.1\r\nHost: a:1\r\nConnection: close\r\n\r\n",
        "no HTTP at all\r\n\r\n",
    ] {
        let answer = raw(&stack, request).await;
        assert!(answer.starts_with("HTTP/1.1 "), "{request}: {answer}");
        assert!(!answer.starts_with("HTTP/1.1 5"), "{request}: {answer}");
        stack.client.get("/v1/health").await.ok();
    }
}

#[tokio::test]
async fn a_body_that_ends_too_early_does_no_harm() {
    let stack = TestStack::start().await;
    let key = &stack.stack().info().key;
    let address = stack.stack().info().api.trim_start_matches("http://").to_owned();
    let before = stack.engines().holdings().await;
    let mut stream = TcpStream::connect(address).await.expect("the API listens");
    let head = format!(
        "POST /v1/buckets HTTP/1.1\r\nHost: x\r\nAuthorization: Bearer {key}\r\nContent-Length: 100\r\n\r\n{{\"b"
    );
    stream.write_all(head.as_bytes()).await.expect("the API reads");
    drop(stream);
    stack.client.get("/v1/health").await.ok();
    assert_eq!(stack.engines().holdings().await, before);
}
