//! Tasks that nobody works on any more.

use std::path::Path;
use std::time::Duration;

use serde_json::{Value, json};
use stowage_domain::upload::Grace;
use stowage_local::{Data, Options, RelayOptions};
use stowage_store::Settings;
use stowage_tests::{Fault, TestStack};

use super::Scene;

/// Whoever hasn't been worked on is stuck.
const AT_ONCE: Grace = Grace { expired: 0, late: 0, ..Scene::IMPATIENT };

/// A stack whose queues deliver nothing, if they are held; and what keeps no bucket in memory.
async fn start(held: bool, grace: Grace, data: Option<&Path>) -> TestStack {
    let relay =
        RelayOptions { hold_queues: held, auto_confirm: None, publish: false, ..RelayOptions::default() };
    let settings = Settings { cache_for: Duration::ZERO, retry_for: Duration::from_millis(200) };
    let data = data.map_or(Data::Ephemeral, |directory| Data::Directory(directory.to_owned()));
    TestStack::start_as_told(Options { relay, settings, grace, data, ..Options::default() }).await
}

impl Scene {
    async fn held(grace: Grace, data: Option<&Path>) -> Self {
        let stack = start(true, grace, data).await;
        let schema = json!({"doc": {"type": "text"}, "clip": {"type": "video"}});
        let bucket = stack.client.bucket("films", schema, json!(null)).await;
        Self { stack, bucket }
    }

    /// Begins to delete the bucket: a task that has not begun.
    async fn begin_to_delete(&self) -> Value {
        self.stack.client.delete(&format!("/v1/buckets/{}", self.bucket)).await.ok()
    }

    /// Begins to confirm an upload with others.
    async fn begin_to_confirm(&self) -> Value {
        let upload = self.put().await;
        let body = json!({"confirmations": [{"upload_id": upload["upload_id"]}]});
        let path = format!("/v1/buckets/{}/uploads/confirm/batch", self.bucket);
        self.stack.client.post(&path, &body).await.ok()
    }

    /// The rows of tasks, or of their turns.
    async fn rows(&self, kind: &str) -> Vec<Value> {
        let items = self.stack.engines().items("batches").await;
        items.into_iter().filter(|item| item["kind"] == kind).collect()
    }

    async fn turns(&self) -> Vec<Value> {
        self.rows("turn").await.iter().map(|row| row["turn"].clone()).collect()
    }

    async fn task(&self, answer: &Value) -> Value {
        let id = answer["task_id"].as_str().expect("a task");
        self.stack.client.get(&format!("/v1/tasks/{id}")).await.ok()
    }
}

/// The first turn comes to nothing: by then it isn't the task's turn any more.
#[tokio::test(flavor = "multi_thread")]
async fn one_whose_turn_was_lost_gets_another_and_is_done() {
    let directory = tempfile::tempdir().expect("a directory");
    let scene = Scene::held(AT_ONCE, Some(directory.path())).await;
    let answer = scene.begin_to_delete().await;
    assert_eq!(scene.turns().await, [0]);
    assert_eq!(scene.reconcile().await, Ok(json!({"revived_tasks": 1})));
    assert_eq!(scene.turns().await, [1]);
    assert_eq!(scene.task(&answer).await["status"], "PENDING");
    let Scene { stack, bucket } = scene;
    stack.stop().await;
    let scene = Scene { stack: start(false, AT_ONCE, Some(directory.path())).await, bucket };
    scene.stack.quiet().await;
    assert_eq!(scene.task(&answer).await["status"], "COMPLETED");
    // Of a turn that is over, nothing stays.
    assert_eq!(scene.reconcile().await, Ok(json!({})));
    assert_eq!(scene.turns().await, [Value::Null; 0]);
    scene.stack.stop().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn one_that_only_its_client_waits_for_fails_once_it_was_begun() {
    let scene = Scene::held(AT_ONCE, None).await;
    let answer = scene.begin_to_confirm().await;
    assert_eq!(scene.reconcile().await, Ok(json!({"revived_tasks": 1})), "it was not begun");
    let row = &scene.rows("task").await[0];
    let begun = json!({":begun": {"S": "IN_PROGRESS"}});
    scene.change("batches", row, "SET #status = :begun", begun).await;
    assert_eq!(scene.reconcile().await, Ok(json!({"failed_tasks": 1})));
    let task = scene.task(&answer).await;
    assert_eq!(task["status"], "FAILED");
    assert_eq!(task["error"], "it could not be finished in time; what is done stays");
    assert_eq!((scene.reconcile().await, scene.turns().await.len()), (Ok(json!({})), 0));
}

#[tokio::test(flavor = "multi_thread")]
async fn one_whose_queue_may_still_bring_it_is_left_alone() {
    let scene = Scene::held(Grace::default(), None).await;
    scene.begin_to_delete().await;
    assert_eq!(scene.reconcile().await, Ok(json!({})));
    assert_eq!(scene.turns().await, [0]);
}

/// Since it was read, somebody has worked on it.
#[tokio::test(flavor = "multi_thread")]
async fn one_that_is_worked_on_after_all_keeps_its_turn() {
    let scene = Scene::held(AT_ONCE, None).await;
    scene.begin_to_delete().await;
    let row = &scene.rows("task").await[0];
    let key = json!({"TableName": "stowage-batches", "Key": {"pk": {"S": row["pk"]}, "sk": {"S": "meta"}}});
    let read_before = scene.stack.dynamodb("GetItem", &key).await.to_string();
    let worked_on = json!({":at": {"S": "2026-01-01T00:00:00.000Z"}});
    scene.change("batches", row, "SET updated_at = :at", worked_on).await;
    scene.stack.background().inject("GetItem", Fault::Answer(read_before), 1);
    assert_eq!(scene.reconcile().await, Ok(json!({})));
    assert_eq!((scene.stack.background().clear(), scene.turns().await), (0, vec![json!(0)]));
}

#[tokio::test(flavor = "multi_thread")]
async fn a_turn_that_cannot_be_read_stops_no_other() {
    let scene = Scene::held(AT_ONCE, None).await;
    scene.begin_to_confirm().await;
    let broken = &scene.rows("turn").await[0];
    scene.change("batches", broken, "REMOVE task_id", json!({})).await;
    scene.begin_to_delete().await;
    scene.reconcile().await.expect_err("one can't be read");
    let mut turns: Vec<u64> = scene.turns().await.iter().filter_map(Value::as_u64).collect();
    turns.sort_unstable();
    assert_eq!(turns, [0, 1]);
}

#[tokio::test(flavor = "multi_thread")]
async fn whichever_call_fails_it_gets_its_turn() {
    for action in ["Query", "BatchGetItem", "GetItem", "TransactWriteItems", "DeleteItem"] {
        for fault in [Fault::LoseAnswer, Fault::LoseRequest, Fault::THROTTLE, Fault::Status(500)] {
            let scene = Scene::held(AT_ONCE, None).await;
            scene.begin_to_delete().await;
            scene.stack.background().inject(action, fault.clone(), 3);
            for _ in 0..3 {
                // The first may fail: the clock starts the next.
                let _ = scene.reconcile().await;
            }
            let what = format!("{action}, {fault:?}");
            assert_eq!(scene.stack.background().clear(), 0, "{what}: met all of them");
            let (task, turns) = (&scene.rows("task").await[0], scene.turns().await);
            assert!(task["turn"].as_u64() >= Some(1), "{what}");
            assert!(turns.contains(&task["turn"]), "{what}: {turns:?}, and {}", task["turn"]);
        }
    }
}
