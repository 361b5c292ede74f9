//! The function over the embedded engines and a web server on the loopback interface: the handler in
//! process, and the real binary.

mod copies;
mod failures;
mod played;
mod races;
mod shared;
mod web;

use std::time::Duration;

use mirror_source::{MirrorSource, rules};
use serde_json::{Map, Value, json};
use stowage_api::answer_event;
use stowage_blobs::Blobs;
use stowage_fetch::{FetchRules, Fetcher};
use stowage_store::Store;
use stowage_tests::TestStack;
use web::Web;

/// A stack with a bucket, a web server, and the function between them.
struct Scene {
    stack: TestStack,
    bucket: String,
    web: Web,
    function: MirrorSource<Store, Blobs>,
}

impl Scene {
    async fn start() -> Self {
        Self::with(|_| {}).await
    }

    /// By rules that a test changes.
    async fn with(change: impl FnOnce(&mut FetchRules)) -> Self {
        let stack = TestStack::start().await;
        let schema = json!({
            "doc": {"type": "text"}, "note": {"type": "text"}, "photo": {"type": "image"}, "sku": {"type": "string", "required": true},
        });
        let key = json!({"fields": ["sku"], "default_policy": "upsert"});
        let bucket = stack.client.bucket("mirrored", schema, key).await;
        let web = Web::start().await;
        let mut rules = rules(&[web.port], &["localhost".to_owned()]);
        change(&mut rules);
        let (store, blobs) = (stack.stack().store().clone(), stack.stack().blobs().clone());
        let function = MirrorSource::new(store, blobs, Fetcher::new(rules));
        Self { stack, bucket, web, function }
    }

    /// A blob whose source is a path of the web server.
    fn blob(&self, property: &str, blob_type: &str, path: &str) -> Value {
        json!({"property": property, "type": blob_type, "data": self.web.url(path)})
    }

    /// Writes an object; the row that is stored.
    async fn write(&self, sku: &str, blobs: &[Value]) -> Value {
        let body = json!({"sku": sku, "blobs": blobs});
        let object = self.stack.client.object(&self.bucket, "", &body).await.ok();
        self.row(&object).await
    }

    /// The row of an object.
    async fn row(&self, object: &Value) -> Value {
        self.stack.engines().object(object["object_id"].as_str().expect("an object_id")).await
    }

    /// The object, as the API shows it.
    async fn shown(&self, object: &Value) -> Value {
        let id = object["object_id"].as_str().expect("an object_id");
        self.stack.client.get(&format!("/v1/buckets/{}/objects/{id}", self.bucket)).await.ok()
    }

    /// Delivers a row's message for the n-th time; whether it was handled.
    async fn deliver(&self, row: &Value, received: u32) -> bool {
        let event = message(row, received);
        let answer = answer_event(&self.function, event, None).await.expect("an event");
        answer["batchItemFailures"].as_array().expect("a list").is_empty()
    }

    /// What is under `mirror/` in S3.
    async fn copies(&self) -> Vec<String> {
        self.stack.engines().keys("mirror/").await
    }
}

/// A row's message, delivered for the n-th time.
fn message(row: &Value, received: u32) -> Value {
    let names = ["bucket_id", "organisation_id", "namespace_id", "object_id", "incarnation"];
    let body: Map<String, Value> =
        names.into_iter().map(|name| (name.to_owned(), row[name].clone())).collect();
    json!({"Records": [{
        "messageId": "one", "eventSource": "aws:sqs", "body": Value::from(body).to_string(),
        "attributes": {"ApproximateReceiveCount": received.to_string()},
    }]})
}

/// A moment, for what happens meanwhile.
async fn moment() {
    tokio::time::sleep(Duration::from_millis(20)).await;
}
