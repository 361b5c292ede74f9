//! Clearing up by the clock: uploads that came to nothing, and bytes that nobody refers to.

mod faults;
mod objects;
mod uploads;

use std::time::Duration;

use serde_json::{Value, json};
use stowage_domain::upload::Grace;
use stowage_local::{Options, RelayOptions};
use stowage_store::Settings;
use stowage_tests::TestStack;

/// A stack on which nothing is left alone for long, with a bucket for films.
struct Scene {
    stack: TestStack,
    bucket: String,
}

impl Scene {
    /// Uploads are over as soon as they are made.
    async fn start() -> Self {
        Self::start_with(Grace { expired: -100_000, unreferenced: 0 }).await
    }

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
        let functions = self.stack.stack().functions();
        functions.deliver("reconcile", json!({}), Duration::from_mins(1)).await
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

fn film() -> Value {
    json!({"filename": "a.mp4", "content_type": "video/mp4"})
}
