//! A stack for one test.

use std::sync::Arc;
use std::time::Duration;

use stowage_local::{Options, RelayOptions, Stack};
use stowage_store::Settings;

use serde_json::{Value, json};

use crate::client::Client;
use crate::engines::Engines;
use crate::faults::{Call, Faults};

/// A running stack that keeps nothing, on free ports, with its client.
#[derive(Debug)]
pub struct TestStack {
    stack: Stack,
    faults: Faults,
    background: Faults,
    /// A client with the development key and the default namespace.
    pub client: Client,
}

impl TestStack {
    /// Starts one.
    pub async fn start() -> Self {
        Self::start_with(Options::default()).await
    }

    /// Starts one with options of the test's own. Tasks wait: most tests look at what a request leaves
    /// behind. Nothing is published.
    pub async fn start_with(options: Options) -> Self {
        let relay = RelayOptions { hold_queues: true, publish: false, ..options.relay };
        Self::start_as_told(Options { relay, ..options }).await
    }

    /// Starts one that works on tasks, and remembers nothing of the catalog, so that deletions need
    /// not wait. Uploads wait for a client's
    /// confirm.
    pub async fn start_with_tasks(relay: RelayOptions) -> Self {
        // A call gives up soon, so that the message itself comes again.
        let settings = Settings { cache_for: Duration::ZERO, retry_for: Duration::from_millis(200) };
        Self::start_with_tasks_and(relay, settings).await
    }

    /// The same with a store that behaves like this.
    pub async fn start_with_tasks_and(relay: RelayOptions, settings: Settings) -> Self {
        let visibility = Duration::from_millis(100);
        let relay = RelayOptions { visibility, auto_confirm: None, publish: false, ..relay };
        Self::start_as_told(Options { relay, settings, ..Options::default() }).await
    }

    /// Starts one that confirms uploads itself, this long after their bytes have come.
    pub async fn start_confirming(after: Duration, relay: RelayOptions) -> Self {
        let settings = Settings { cache_for: Duration::ZERO, retry_for: Duration::from_millis(200) };
        let visibility = Duration::from_millis(100);
        let relay = RelayOptions { visibility, auto_confirm: Some(after), publish: false, ..relay };
        Self::start_as_told(Options { relay, settings, ..Options::default() }).await
    }

    /// Starts one that publishes events; uploads wait for a client's confirm.
    pub async fn start_publishing(relay: RelayOptions) -> Self {
        let visibility = Duration::from_millis(100);
        let relay = RelayOptions { visibility, auto_confirm: None, ..relay };
        Self::start_as_told(Options { relay, ..Options::default() }).await
    }

    /// The events that were published, oldest first.
    pub async fn events(&self) -> Vec<Value> {
        self.quiet().await;
        self.stack.events().events()
    }

    /// Starts one with exactly these options.
    pub async fn start_as_told(options: Options) -> Self {
        // What a 500 hides from the client is what a failed test has to show.
        let log = tracing_subscriber::fmt().with_max_level(tracing::Level::ERROR).with_test_writer();
        let _ = log.try_init(); // another test of this process was first
        let (faults, background) = (Faults::default(), Faults::default());
        let (wrap, wrap_background) = (faults.clone(), background.clone());
        let options = Options {
            wrap_http: Some(Arc::new(move |http| wrap.over(http))),
            wrap_background_http: Some(Arc::new(move |http| wrap_background.over(http))),
            ..options
        };
        let stack = Stack::start(options).await.expect("the stack starts");
        let client = Client::new(&stack.info().api, &stack.info().key);
        Self { stack, faults, background, client }
    }

    /// The stack itself.
    pub fn stack(&self) -> &Stack {
        &self.stack
    }

    /// Finishes the requests in flight, then ends; what is in a directory stays there.
    pub async fn stop(self) {
        self.stack.stop().await;
    }

    /// What the engines hold.
    pub fn engines(&self) -> Engines {
        Engines::of(&self.stack)
    }

    /// What happens between the API's functions and the engines.
    pub fn faults(&self) -> &Faults {
        &self.faults
    }

    /// What happens between the functions that queues and streams feed, and the engines.
    pub fn background(&self) -> &Faults {
        &self.background
    }

    /// Waits until whatever the streams have brought is done.
    ///
    /// # Panics
    /// When that takes over a minute.
    pub async fn quiet(&self) {
        let quiet = tokio::time::timeout(Duration::from_mins(1), self.stack.relay().quiet());
        quiet.await.expect("the streams' functions come to an end");
    }
}

impl TestStack {
    /// An attribute of an upload's item, as text; `None` if it isn't there.
    pub async fn upload_attribute(&self, upload_id: &str, attribute: &str) -> Option<String> {
        let pk = format!("{}#{upload_id}", self.stack.organisation());
        let request =
            json!({"TableName": "stowage-uploads", "Key": {"pk": {"S": pk}}, "ConsistentRead": true});
        let answer = self.dynamodb("GetItem", &request).await;
        let value = answer["Item"][attribute].as_object()?.values().next()?.clone();
        Some(value.as_str().map_or_else(|| value.to_string(), str::to_owned))
    }

    /// What DynamoDB charges for a recorded `PutItem`, in write units: the same item is put once
    /// more, under another key.
    ///
    /// # Panics
    /// When the call isn't a `PutItem`.
    pub async fn write_units_of(&self, put: &Call) -> f64 {
        let mut request: Value = serde_json::from_str(&put.body).expect("a recorded PutItem");
        let pk = format!("{}0", request["Item"]["pk"]["S"].as_str().expect("a partition key"));
        request["Item"]["pk"]["S"] = json!(pk);
        request["ReturnConsumedCapacity"] = json!("TOTAL");
        let answer = self.dynamodb("PutItem", &request).await;
        answer["ConsumedCapacity"]["CapacityUnits"].as_f64().unwrap_or_else(|| panic!("{answer}"))
    }

    /// Calls the embedded DynamoDB directly: what a test wants to know, the API doesn't always say.
    ///
    /// # Panics
    /// When the engine refuses.
    pub async fn dynamodb(&self, action: &str, request: &Value) -> Value {
        self.client.dynamodb(&self.stack.info().dynamodb, action, request).await
    }
}
