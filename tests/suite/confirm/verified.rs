//! Declared hashes of files that are too large to be read in their confirm.

use std::time::Duration;

use serde_json::{Value, json};
use sha2::{Digest as _, Sha256};
use stowage_domain::id::hex;
use stowage_local::{Options, RelayOptions};
use stowage_store::Settings;
use stowage_tests::{Fault, TestStack};

use super::Scene;

/// Of more a confirm reads nothing.
const MAX_HASHED: u64 = 1000;

async fn start(unique_key: Value) -> Scene {
    let relay = RelayOptions {
        auto_confirm: None,
        publish: false,
        visibility: Duration::from_millis(50),
        task_timeout: Duration::from_secs(4),
        ..RelayOptions::default()
    };
    let settings = Settings { cache_for: Duration::ZERO, retry_for: Duration::from_millis(200) };
    let options = Options { relay, settings, max_hashed: MAX_HASHED, ..Options::default() };
    let stack = TestStack::start_as_told(options).await;
    let properties = json!({"sku": {"type": "string"}, "film": {"type": "video"}});
    let bucket = stack.client.bucket("b", properties, unique_key).await;
    Scene { stack, bucket }
}

fn film(size: usize) -> Vec<u8> {
    (0..=250).cycle().take(size).collect()
}

fn sha256(bytes: &[u8]) -> String {
    hex(&Sha256::digest(bytes))
}

impl Scene {
    /// Uploads these bytes, declared to have this hash, and confirms them.
    async fn declared(&self, bytes: &[u8], hash: &str) -> Value {
        let body = Self::body(&json!({"file_hash": hash, "object_metadata": {"sku": "a"}}));
        let upload = self.stack.client.upload(&self.bucket, &body, bytes).await;
        self.confirm(&upload, &json!({})).await.ok()
    }

    async fn verification(&self, upload: &Value) -> Value {
        let id = upload["upload_id"].as_str().and_then(|id| id.strip_prefix("upl_")).expect("an id");
        self.stack.client.get(&format!("/v1/tasks/task_hash_{id}")).await.ok()
    }

    /// What a further create-upload with this hash is told.
    async fn duplicate_of(&self, hash: &str) -> Value {
        self.create(&json!({"file_hash": hash})).await["duplicate_of_upload_id"].clone()
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn it_is_verified_by_a_task_and_finds_duplicates_from_then_on() {
    let scene = start(json!(null)).await;
    let bytes = film(100_000);
    let hash = sha256(&bytes);
    scene.stack.background().inject("GET uploads", Fault::Delay(Duration::from_millis(300)), 1);
    let upload = scene.declared(&bytes, &hash).await;
    assert_eq!(scene.stored(&upload).await["hash_verified"], false);
    assert_eq!(scene.duplicate_of(&hash).await, Value::Null, "anybody can declare any");
    scene.stack.quiet().await;
    assert_eq!(scene.stored(&upload).await["hash_verified"], true);
    let task = scene.verification(&upload).await;
    assert_eq!((&task["status"], &task["error"]), (&json!("COMPLETED"), &Value::Null));
    let progress = &task["additional_data"]["progress"];
    assert_eq!(*progress, json!({"done": 100_000, "total": 100_000}));
    assert_eq!(task["inputs"][0]["upload_id"], upload["upload_id"]);
    assert_eq!(scene.duplicate_of(&hash).await, upload["upload_id"]);
}

#[tokio::test(flavor = "multi_thread")]
async fn other_bytes_than_declared_fail_the_object_and_are_said() {
    let scene = start(json!(null)).await;
    let hash = sha256(b"another film");
    let upload = scene.declared(&film(5000), &hash).await;
    scene.stack.quiet().await;
    let task = scene.verification(&upload).await;
    let reason = "the bytes do not have the declared SHA-256";
    assert_eq!((&task["status"], &task["error"]), (&json!("FAILED"), &json!(reason)));
    let stored = scene.stored(&upload).await;
    assert_eq!((&stored["status"], &stored["message"]), (&json!("COMPLETED"), &json!(reason)));
    assert_eq!(stored["hash_verified"], false);
    let id = upload["object_id"].as_str().expect("an object");
    let object = scene.stack.client.get(&format!("/v1/buckets/{}/objects/{id}", scene.bucket)).await.ok();
    assert_eq!(
        (&object["status"], &object["error"]),
        (&json!("FAILED"), &json!(format!("blob 'film': {reason}")))
    );
    assert_eq!(scene.duplicate_of(&hash).await, Value::Null);
    // The same bytes come again, declared as what they are: they have an object of their own.
    let again = scene.declared(&film(5000), &sha256(&film(5000))).await;
    assert_eq!(scene.stored(&again).await["duplicate_of_upload_id"], Value::Null, "{again}");
    assert_ne!(again["object_id"], upload["object_id"]);
}

/// Under a unique key the policy decides, and nothing is found by content.
#[tokio::test(flavor = "multi_thread")]
async fn under_a_unique_key_it_is_verified_too() {
    let scene = start(json!({"fields": ["sku"], "default_policy": "insert"})).await;
    let bytes = film(5000);
    let upload = scene.declared(&bytes, &sha256(&bytes)).await;
    scene.stack.quiet().await;
    assert_eq!(scene.stored(&upload).await["hash_verified"], true);
    let rows = scene.stack.engines().items("uploads").await;
    assert!(rows.iter().all(|row| row["kind"] == "upload"), "{rows:?}");
}

#[tokio::test(flavor = "multi_thread")]
async fn what_one_turn_cannot_read_the_next_ones_do() {
    let scene = start(json!(null)).await;
    let bytes = film(3_000_000);
    // A turn may begin something more for two thirds of its three seconds, which are over when the first piece
    // comes.
    scene.stack.background().inject("GET uploads", Fault::Delay(Duration::from_millis(2500)), 2);
    let upload = scene.declared(&bytes, &sha256(&bytes)).await;
    scene.stack.quiet().await;
    assert_eq!(scene.stack.background().clear(), 0);
    let rows = scene.stack.engines().items("batches").await;
    let task = rows.iter().find(|row| row["kind"] == "task").expect("a task");
    assert!(task["turn"].as_u64() >= Some(1), "{task}");
    assert_eq!(
        (&task["status"], &task["progress"]["done"]),
        (&json!("COMPLETED"), &json!(3_000_000)),
        "{task}"
    );
    assert_eq!(scene.stored(&upload).await["hash_verified"], true);
}

#[tokio::test(flavor = "multi_thread")]
async fn whichever_call_fails_it_is_verified_in_the_end() {
    for (action, fault) in [
        ("GetItem", Fault::LoseRequest),
        ("GET uploads", Fault::Status(500)),
        ("PutItem", Fault::LoseAnswer),
        ("TransactWriteItems", Fault::LoseAnswer),
        ("TransactWriteItems", Fault::THROTTLE),
    ] {
        let scene = start(json!(null)).await;
        let bytes = film(5000);
        scene.stack.quiet().await;
        scene.stack.background().inject(action, fault.clone(), 3);
        let upload = scene.declared(&bytes, &sha256(&bytes)).await;
        scene.stack.quiet().await;
        assert_eq!(scene.stack.background().clear(), 0, "{action}, {fault:?}: met all of them");
        assert_eq!(scene.stored(&upload).await["hash_verified"], true, "{action}, {fault:?}");
        assert_eq!(scene.verification(&upload).await["status"], "COMPLETED", "{action}, {fault:?}");
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn of_what_is_gone_meanwhile_nothing_is_verified() {
    let scene = start(json!(null)).await;
    let bytes = film(5000);
    scene.stack.background().inject("GET uploads", Fault::Delay(Duration::from_millis(500)), 1);
    let upload = scene.declared(&bytes, &sha256(&bytes)).await;
    let row = scene.stored(&upload).await;
    let key = json!({"TableName": "stowage-uploads", "Key": {"pk": {"S": row["pk"]}}});
    scene.stack.dynamodb("DeleteItem", &key).await;
    scene.stack.quiet().await;
    let status = scene.verification(&upload).await["status"].clone();
    assert!(status == "COMPLETED" || status == "FAILED", "it came to its end: {status}");
    let rows = scene.stack.engines().items("uploads").await;
    assert!(
        rows.iter().all(|row| row["upload_id"] != upload["upload_id"] || row["kind"] == "content"),
        "{rows:?}"
    );
}
