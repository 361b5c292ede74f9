//! `stowage events`: tail and replay.

use std::fs;
use std::io::{BufRead as _, BufReader};
use std::path::Path;
use std::process::{Child, ChildStdout, Stdio};

use serde_json::{Value, json};
use stowage_api::aws::{Aws, Credentials, Endpoints, Roots};
use stowage_blobs::Blobs;
use stowage_blobs::ports::KeepUndelivered as _;

use crate::support::{Ended, Server, bucket, run, run_with, stowage, text};

/// A running `stowage events tail`, ended when it goes out of scope.
struct Tail {
    child: Child,
    lines: BufReader<ChildStdout>,
}

impl Tail {
    fn start(data: &Path, arguments: &[&str]) -> Self {
        let mut command = stowage(&[&["events", "tail", "--data-dir", text(data)], arguments].concat());
        let mut child =
            command.stdout(Stdio::piped()).stderr(Stdio::null()).spawn().expect("the binary runs");
        let lines = BufReader::new(child.stdout.take().expect("a pipe"));
        Self { child, lines }
    }

    fn line(&mut self) -> String {
        let mut line = String::new();
        self.lines.read_line(&mut line).expect("UTF-8");
        line
    }
}

impl Drop for Tail {
    fn drop(&mut self) {
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}

#[tokio::test]
async fn tail_shows_events_of_a_running_and_of_a_stopped_stack() {
    let data = tempfile::tempdir().expect("a directory");
    let server = Server::on(data.path());
    let mut tail = Tail::start(data.path(), &["--all"]);
    let client = server.client();
    let things = bucket(&client).await;
    let object = client.object(&things, "", &json!({"sku": "A1"})).await.ok();
    let id = object["object_id"].as_str().expect("an id").to_owned();
    let line = tail.line();
    assert!(line.contains("object.created") && line.contains(&id) && line.contains("PENDING  v1"), "{line}");
    server.stop();
    let whole: Value =
        serde_json::from_str(&Tail::start(data.path(), &["--all", "--json"]).line()).expect("JSON");
    assert_eq!((&whole["source"], &whole["detail"]["object_id"]), (&json!("stowage"), &json!(id)));
}

#[test]
fn tail_says_where_there_is_no_stack() {
    let data = tempfile::tempdir().expect("a directory");
    let nowhere = run(&["events", "tail", "--data-dir", text(data.path())]);
    assert!(nowhere.complaint().contains("holds no stack"), "{nowhere:?}");
}

/// Runs `replay` with the endpoints and credentials of a local stack.
fn replay(server: &Server, credentials: &Credentials, bus: &str) -> Ended {
    let environment = [
        ("AWS_REGION", "us-east-1"),
        ("AWS_ACCESS_KEY_ID", credentials.access_key_id.as_str()),
        ("AWS_SECRET_ACCESS_KEY", credentials.secret_access_key.as_str()),
        ("AWS_ENDPOINT_URL_S3", server.info.s3.as_str()),
        ("AWS_ENDPOINT_URL_EVENTBRIDGE", server.info.events.as_str()),
    ];
    run_with(&["events", "replay", "--blob-bucket", "stowage-blobs", "--bus", bus], &environment)
}

#[tokio::test]
async fn what_was_kept_is_sent_again_once() {
    let data = tempfile::tempdir().expect("a directory");
    let server = Server::on(data.path());
    let identity = fs::read(data.path().join("identity.json")).expect("an identity");
    let identity: Value = serde_json::from_slice(&identity).expect("JSON");
    let secret = |name: &str| identity[name].as_str().expect("a text").to_owned();
    let credentials = Credentials {
        access_key_id: secret("s3_access_key"),
        secret_access_key: secret("s3_secret_key"),
        session_token: None,
    };
    let endpoints = Endpoints { s3: Some(server.info.s3.clone()), ..Endpoints::default() };
    let aws = Aws::new("us-east-1", &credentials, endpoints, Roots::Amazon);
    let blobs = Blobs::new(aws.s3(), "stowage-blobs");
    for n in 0..3 {
        let kept = json!({"detail_type": "object.created", "detail": {"event_id": format!("e{n}")}});
        blobs.keep_undelivered(&format!("e{n}"), kept.to_string()).await.expect("S3 takes it");
    }
    // No object: the bus refuses it for good, and it stays.
    let odd = json!({"detail_type": "object.created", "detail": "odd"});
    blobs.keep_undelivered("odd", odd.to_string()).await.expect("S3 takes it");

    let first = replay(&server, &credentials, "stowage");
    assert!(!first.success && first.stderr.contains("3 sent, 1 refused"), "{first:?}");
    let again = replay(&server, &credentials, "stowage");
    assert!(again.stderr.contains("0 sent, 1 refused"), "{again:?}");
    server.stop();
    let events = fs::read_to_string(data.path().join("events.jsonl")).expect("events");
    for n in 0..3 {
        assert_eq!(events.matches(&format!("\"e{n}\"")).count(), 1, "{events}");
    }
}
