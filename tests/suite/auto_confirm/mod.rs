//! Uploads that nobody confirms: S3's notification does.

mod deliveries;
mod outcomes;
mod races;

use std::time::Duration;

use serde_json::{Value, json};
use stowage_local::RelayOptions;
use stowage_tests::TestStack;

/// A stack that confirms uploads as soon as their bytes have come, with a bucket for films.
struct Scene {
    stack: TestStack,
    bucket: String,
}

impl Scene {
    async fn start(relay: RelayOptions) -> Self {
        Self::start_after(Duration::ZERO, relay).await
    }

    async fn start_after(delay: Duration, relay: RelayOptions) -> Self {
        let stack = TestStack::start_confirming(delay, relay).await;
        let schema = json!({"title": {"type": "string"}, "clip": {"type": "video"}});
        let bucket = stack.client.bucket("films", schema, json!(null)).await;
        Self { stack, bucket }
    }

    /// Makes an upload and PUTs its bytes.
    async fn put(&self, create: &Value, bytes: &[u8]) -> Value {
        self.stack.client.upload(&self.bucket, create, bytes).await
    }

    /// The upload as the API shows it.
    async fn shown(&self, upload: &Value) -> Value {
        let id = upload["upload_id"].as_str().expect("an upload_id");
        self.stack.client.get(&format!("/v1/uploads/{id}")).await.ok()
    }
}

fn film() -> Value {
    json!({"filename": "a.mp4", "content_type": "video/mp4", "object_metadata": {"title": "Metropolis"}})
}

/// A message body as S3 writes it.
fn notification(key: &str) -> Value {
    json!({"Records": [{"eventName": "ObjectCreated:Put", "eventSource": "aws:s3",
        "s3": {"bucket": {"name": "stowage-blobs"}, "object": {"key": key}}}]})
}

/// An event of the queue with these bodies.
fn event(bodies: &[String]) -> Value {
    let record = |(n, body)| json!({"messageId": format!("m{n}"), "body": body, "attributes": {}});
    json!({"Records": bodies.iter().enumerate().map(record).collect::<Vec<_>>()})
}
