//! A deployment for the real binaries: engines that hold the events' fixture, and a recorder before
//! them.

use std::fs;

use serde_json::{Value, json};
use stowage_api::aws::{Aws, Endpoints, Roots};
use stowage_blobs::Blobs;
use stowage_store::tables::TableNames;
use stowage_store::{Settings, Store};

use crate::events::{Event, Feed, differences, events, feeds, fixture, fixture_secrets};
use crate::process::{Process, presigned_urls};
use crate::recorder::Recorder;
use crate::secrets::Secrets;
use crate::stack::TestStack;
use crate::variables::{Binary, Variables, recorded_calls};

/// A deployment without a default namespace, where a request must name one.
#[derive(Debug)]
pub struct Deployment {
    stack: TestStack,
    secrets: Secrets,
    /// What stands between the functions and the engines.
    pub recorder: Recorder,
}

impl Deployment {
    /// Starts a fresh one.
    pub async fn start() -> Self {
        let stack = TestStack::start().await;
        Box::pin(fixture().seed(stack.stack(), &stack.client)).await;
        let info = stack.stack().info();
        let secrets = Secrets::default();
        secrets.add(&info.key);
        for secret in fixture_secrets() {
            secrets.add(&secret);
        }
        let recorder = Recorder::start(info, &secrets).await;
        Self { stack, secrets, recorder }
    }

    /// The environment of its functions.
    pub fn variables(&self) -> Variables {
        Variables::of_lambda()
            .with_credentials(&self.stack.stack().credentials())
            .with("AWS_ENDPOINT_URL_DYNAMODB", self.recorder.dynamodb())
            .with("AWS_ENDPOINT_URL_S3", self.recorder.s3())
            .with("AWS_ENDPOINT_URL_EVENTBRIDGE", self.recorder.events())
    }

    /// Starts a function.
    pub async fn function(&self, binary: &Binary) -> Process {
        self.function_with(binary, &self.variables()).await
    }

    /// Starts a function with these variables.
    pub async fn function_with(&self, binary: &Binary, variables: &Variables) -> Process {
        Process::start(binary, variables, &self.secrets).await
    }

    /// Records and bytes as a function has them, for its code in this process: what it calls is recorded.
    pub fn recorded(&self) -> (Store, Blobs) {
        let stack = self.stack.stack();
        let endpoints = Endpoints {
            dynamodb: Some(self.recorder.dynamodb()),
            s3: Some(self.recorder.s3()),
            ..Endpoints::default()
        };
        let aws = Aws::new("us-east-1", &stack.credentials(), endpoints, Roots::Amazon);
        let tables = TableNames::with_prefix("stowage");
        let store = Store::new(aws.dynamodb(), tables, Settings::default());
        (store, Blobs::new(aws.s3(), stack.blobs().bucket()))
    }

    /// The engines, past the recorder.
    pub fn stack(&self) -> &TestStack {
        &self.stack
    }

    /// Leaves the calls that a function made in `target/recorded-calls/`.
    pub fn write_calls(&self, function: &str) {
        let calls = self.recorder.calls().into_iter().map(|call| {
            let mut entry = json!(call);
            entry["function"] = json!(function);
            entry
        });
        let json = serde_json::to_string_pretty(&calls.collect::<Vec<Value>>()).expect("JSON");
        let path = recorded_calls(function);
        fs::create_dir_all(path.parent().expect("a directory")).expect("a directory that can be made");
        fs::write(&path, json + "\n").unwrap_or_else(|error| panic!("{}: {error}", path.display()));
    }
}

/// Plays all of a function's events to its real binary, one after the other in one process. Each must
/// get the answer that is written beside it, with one log line. The calls that the function made are
/// left in `target/recorded-calls/`.
pub async fn play_events(binary: &Binary) {
    let deployment = Deployment::start().await;
    let mut function = deployment.function(binary).await;
    let mut wrong = Vec::new();
    let events = events().into_iter().filter(|event| event.function == binary.name);
    let events: Vec<Event> = events.collect();
    assert!(!events.is_empty(), "{} has no events", binary.name);
    for event in events {
        let answer = function.invoke(&event.json).await.answer;
        let differs = event.differences(answer.status, &answer.headers, &answer.body);
        if !differs.is_empty() {
            wrong.push(format!("{}\n    {}", event.name, differs.join("\n    ")));
        }
        // Those of the examples in the API's own document are nobody's.
        let own = deployment.recorder.s3();
        for url in presigned_urls(&answer.body).into_iter().filter(|url| url.starts_with(&own)) {
            deployment.recorder.note_presigned(url);
        }
    }
    let logs = function.kill().await;
    assert_eq!(logs.stderr, [""; 0]);
    assert!(wrong.is_empty(), "{} answers differ:\n{}", wrong.len(), wrong.join("\n"));
    deployment.write_calls(binary.name);
}

/// The same for a function that a queue or a stream feeds.
pub async fn play_feeds(binary: &Binary) {
    let deployment = Deployment::start().await;
    play_feeds_over(&deployment, binary).await;
    deployment.write_calls(binary.name);
}

/// The same over a deployment on which a test does more; the calls are for the test to leave.
pub async fn play_feeds_over(deployment: &Deployment, binary: &Binary) {
    let mut function = deployment.function(binary).await;
    let mut wrong = Vec::new();
    let feeds: Vec<Feed> = feeds().into_iter().filter(|feed| feed.function == binary.name).collect();
    assert!(!feeds.is_empty(), "{} has no events", binary.name);
    for feed in feeds {
        let (answer, lines) = function.feed(&feed.json, feed.outcome.lines.len()).await;
        let mut differs = differences(&feed.outcome.answer, &answer);
        for (wanted, line) in feed.outcome.lines.iter().zip(&lines) {
            let fields = wanted.as_object().expect("a line's fields");
            let shown = fields.keys().map(|name| (name.clone(), line[name].clone())).collect();
            differs.extend(differences(wanted, &Value::Object(shown)));
        }
        if !differs.is_empty() {
            wrong.push(format!("{}\n    {}", feed.name, differs.join("\n    ")));
        }
    }
    let logs = function.kill().await;
    assert_eq!(logs.stderr, [""; 0]);
    assert!(wrong.is_empty(), "{} outcomes differ:\n{}", wrong.len(), wrong.join("\n"));
}
