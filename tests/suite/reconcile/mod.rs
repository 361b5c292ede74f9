//! Clearing up by the clock: uploads that came to nothing, and bytes that nobody refers to.

mod attempts;
mod copies;
mod faults;
mod late;
mod lost;
mod objects;
mod orphans;
mod parts;
mod races;
mod resumed;
mod tasks;
mod unreadable;
mod uploads;

use std::time::Duration;

use serde_json::{Value, json};
use stowage_domain::upload::{Grace, Rounds};
use stowage_local::{Options, RelayOptions};
use stowage_store::Settings;
use stowage_tests::{Answer, TestStack};

/// A stack on which nothing is left alone for long, with a bucket for films.
struct Scene {
    stack: TestStack,
    bucket: String,
}

impl Scene {
    /// Uploads are over as soon as they are made.
    async fn start() -> Self {
        Self::start_with(Self::IMPATIENT).await
    }

    /// What is nobody's is left alone for a day: while others write, it may be somebody's in a moment.
    const IMPATIENT: Grace = Grace {
        expired: -100_000,
        unreferenced: 0,
        late: -100_000,
        parts: 0,
        stuck: 0,
        unreported: 0,
        orphaned: 86_400,
        uncopied: 0,
        rounds: Rounds::ALWAYS,
    };

    async fn start_with(grace: Grace) -> Self {
        let settings = Settings { cache_for: Duration::ZERO, retry_for: Duration::from_millis(200) };
        let relay = RelayOptions { auto_confirm: None, publish: false, ..RelayOptions::default() };
        let options = Options { grace, settings, relay, ..Options::default() };
        let stack = TestStack::start_as_told(options).await;
        let schema = json!({"doc": {"type": "text"}, "clip": {"type": "video"}});
        let bucket = stack.client.bucket("films", schema, json!(null)).await;
        Self { stack, bucket }
    }

    /// Makes an upload and PUTs its bytes.
    async fn put(&self) -> Value {
        self.stack.client.upload(&self.bucket, &film(), b"a film").await
    }

    /// Runs reconcile once, and gives what it counted.
    async fn reconcile(&self) -> Result<Value, String> {
        self.reconcile_within(Duration::from_mins(1)).await
    }

    async fn reconcile_within(&self, timeout: Duration) -> Result<Value, String> {
        self.stack.stack().functions().deliver("reconcile", json!({}), timeout).await
    }

    /// Makes an object of a text of its own.
    async fn inline(&self, text: &str) -> Value {
        let blob = json!({"property": "doc", "type": "text", "data": text});
        self.stack.client.object(&self.bucket, "", &json!({"blobs": [blob]})).await.ok()
    }

    /// Makes an object that refers to an upload.
    async fn refer_to(&self, upload: &Value) -> Answer {
        let blob = json!({"property": "clip", "type": "video", "upload_id": upload["upload_id"]});
        self.stack.client.object(&self.bucket, "", &json!({"blobs": [blob]})).await
    }

    async fn delete(&self, object: &Value) {
        let id = object["object_id"].as_str().expect("an object_id");
        self.stack.client.delete(&format!("/v1/buckets/{}/objects/{id}", self.bucket)).await.deleted();
    }

    /// Makes an upload that no object refers to any more.
    async fn leave_upload(&self) -> Value {
        let upload = self.put().await;
        let confirmed = self.stack.client.confirm(&self.bucket, &upload, &json!({})).await.ok();
        self.delete(&confirmed).await;
        upload
    }

    /// Changes a row behind the API's back.
    async fn change(&self, table: &str, row: &Value, update: &str, values: Value) {
        let mut request = json!({
            "TableName": format!("stowage-{table}"),
            "Key": {"pk": {"S": row["pk"]}},
            "UpdateExpression": update,
        });
        if row["sk"].is_string() {
            request["Key"]["sk"] = json!({"S": row["sk"]});
        }
        if update.contains("#status") {
            request["ExpressionAttributeNames"] = json!({"#status": "status"});
        }
        if values != json!({}) {
            request["ExpressionAttributeValues"] = values;
        }
        self.stack.dynamodb("UpdateItem", &request).await;
    }

    /// The notes of bytes to remove.
    async fn notes(&self) -> Vec<Value> {
        let items = self.stack.engines().items("objects").await;
        items.into_iter().filter(|item| item["kind"] == "removal").collect()
    }

    async fn status(&self, upload: &Value) -> Value {
        let id = upload["upload_id"].as_str().expect("an upload_id");
        self.stack.client.get(&format!("/v1/uploads/{id}")).await.ok()["status"].clone()
    }

    /// Every version of every key.
    async fn bytes(&self) -> usize {
        self.stack.engines().versions("").await.len()
    }
}

/// An upload of a film, whatever others have the same bytes.
fn film() -> Value {
    json!({"filename": "a.mp4", "content_type": "video/mp4", "skip_duplicates": false})
}
