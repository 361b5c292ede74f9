//! The log tells what happened, and no secrets.

use serde_json::json;

use crate::support::{Server, bucket, upload};

#[tokio::test]
async fn a_flows_log_has_its_requests_but_no_key_and_no_signature() {
    let mut server = Server::ephemeral();
    let client = server.client();
    let id = bucket(&client).await;
    let made = client.upload(&id, &upload("A1"), b"bytes").await;
    let url = made["presigned_url"].as_str().expect("a URL");
    client.confirm(&id, &made, &json!({})).await.ok();
    client.object(&id, "", &json!({"sku": "A1"})).await.refused(409, "unique_key_conflict");
    // What is refused is logged as well, and tells the log no more.
    assert_eq!(client.put(url, "text/html", "bytes").await.status, 403);
    assert_ne!(client.put(&url.replace("a.txt", "b.txt"), "text/plain", "bytes").await.status, 200);
    let stranger = "sk_0123456789012345678901234567890123456789";
    client.with_key(Some(stranger)).object(&id, "", &json!({"sku": "secret-sku"})).await.refused(401, "");
    client.post_text(&format!("/v1/buckets/{id}/objects?key={stranger}"), "{nonsense").await;
    assert_eq!(server.end("INT").code(), Some(0));

    let (_, log) = server.said();
    for route in ["POST /v1/buckets", "/uploads/{upload_id}/confirm", "unique_key_conflict", "401"] {
        assert!(log.contains(route), "{route}: {log}");
    }
    let signature = url.split("X-Amz-Signature=").nth(1).and_then(|rest| rest.split('&').next());
    let signature = signature.expect("a signature");
    assert_eq!(signature.len(), 64);
    for secret in [&server.info.key, signature, "X-Amz-", stranger, "sk_", "secret-sku", "Bearer"] {
        assert!(!log.contains(secret), "{secret}: {log}");
    }
}
