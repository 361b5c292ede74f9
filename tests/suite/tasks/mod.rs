//! Tasks, as `run-task` works on them: off the queue, turn by turn.

mod confirm;
mod delete;
mod deliveries;
mod faults;

use serde_json::{Value, json};
use stowage_local::RelayOptions;
use stowage_tests::TestStack;

/// A stack with a bucket that has one of everything.
struct Scene {
    stack: TestStack,
    bucket: String,
}

impl Scene {
    async fn start(relay: RelayOptions) -> Self {
        let stack = TestStack::start_with_tasks(relay).await;
        let bucket = furnished(&stack, "doomed").await;
        Self { stack, bucket }
    }

    /// Deletes the bucket, and waits for what comes of it.
    async fn delete(&self) -> Value {
        let answer = self.stack.client.delete(&format!("/v1/buckets/{}", self.bucket)).await.ok();
        self.stack.quiet().await;
        self.task(&answer).await
    }

    /// The task that an answer names, as it is stored.
    async fn task(&self, answer: &Value) -> Value {
        let rows = self.stack.engines().items("batches").await;
        let found = rows.into_iter().find(|row| row["sk"] == "meta" && row["task_id"] == answer["task_id"]);
        found.unwrap_or_else(|| panic!("no task of {answer}"))
    }

    /// Nothing is left of a bucket but what ends by itself.
    async fn assert_gone(&self, bucket: &str) {
        let engines = self.stack.engines();
        for table in ["objects", "uploads", "catalog"] {
            for item in engines.items(table).await {
                let ends_by_itself = item["ttl"].is_number();
                assert!(ends_by_itself || !item.to_string().contains(bucket), "{table} has {item}");
            }
        }
    }

    /// Nothing is in S3, in no version.
    async fn assert_no_bytes(&self) {
        assert_eq!(self.stack.engines().versions("").await, [""; 0]);
    }
}

/// A bucket with objects that have inline bytes, an upload's bytes and neither, a PENDING upload with
/// bytes, and a CANCELED one.
async fn furnished(stack: &TestStack, name: &str) -> String {
    let client = &stack.client;
    let schema = json!({"n": {"type": "integer"}, "doc": {"type": "text"}, "clip": {"type": "video"}});
    let bucket = client.bucket(name, schema, json!(null)).await;
    for n in 0..3 {
        client.object(&bucket, "", &json!({"n": n})).await.ok();
        let blob = json!({"property": "doc", "type": "text", "data": format!("text {n} of {name}")});
        client.object(&bucket, "", &json!({"n": n, "blobs": [blob]})).await.ok();
        let upload = client.upload(&bucket, &film(), format!("film {n} of {name}").as_bytes()).await;
        client.confirm(&bucket, &upload, &json!({})).await.ok();
        client.upload(&bucket, &film(), b"never confirmed").await;
    }
    let canceled = client.upload(&bucket, &film(), b"canceled").await;
    let id = canceled["upload_id"].as_str().expect("an upload_id");
    client.delete(&format!("/v1/buckets/{bucket}/uploads/{id}")).await.deleted();
    bucket
}

fn film() -> Value {
    json!({"filename": "a.mp4", "content_type": "video/mp4"})
}
