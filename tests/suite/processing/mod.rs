//! Processing: what a processor reports, and what comes of it (docs/PROCESSING.md).

mod automatic;
mod ends;
mod faults;
mod queue;
mod stale;

use serde_json::{Value, json};
use stowage_local::RelayOptions;
use stowage_tests::{Answer, TestStack};

/// A stack with a submitted batch.
pub(crate) struct Scene {
    pub(crate) stack: TestStack,
    pub(crate) bucket: String,
    pub(crate) objects: Vec<String>,
    pub(crate) batch: String,
    pub(crate) task: String,
}

impl Scene {
    /// A submitted batch of so many objects.
    pub(crate) async fn start(objects: usize) -> Self {
        Self::over(TestStack::start().await, objects).await
    }

    /// The same over a stack that publishes.
    pub(crate) async fn publishing(objects: usize) -> Self {
        Self::over(TestStack::start_publishing(RelayOptions::default()).await, objects).await
    }

    pub(crate) async fn over(stack: TestStack, count: usize) -> Self {
        let bucket = stack.client.bucket("b", json!({"n": {"type": "integer"}}), json!(null)).await;
        let mut objects = Vec::new();
        for n in 0..count {
            let made = stack.client.object(&bucket, "", &json!({"n": n})).await.ok();
            objects.push(made["object_id"].as_str().expect("an object_id").to_owned());
        }
        let path = format!("/v1/buckets/{bucket}/batches?auto_submit=true");
        let batch = stack.client.post(&path, &json!({"object_ids": objects})).await.ok();
        let text = |name: &str| batch[name].as_str().unwrap_or_else(|| panic!("{name}: {batch}")).to_owned();
        Self { batch: text("batch_id"), task: text("task_id"), stack, bucket, objects }
    }

    /// The state of an object's content, as a processor reads it.
    pub(crate) async fn content_version(&self, object: &str) -> String {
        let answer = self.object(object).await;
        let version = answer.headers.get("x-content-version").and_then(|version| version.to_str().ok());
        version.expect("a content version").to_owned()
    }

    /// An object as it is now.
    pub(crate) async fn object(&self, object: &str) -> Answer {
        self.stack.client.get(&format!("/v1/buckets/{}/objects/{object}", self.bucket)).await
    }

    /// Reports of the first attempt.
    pub(crate) async fn report(&self, objects: &[Value]) -> Answer {
        self.send(&json!({"attempt": 1, "objects": objects})).await
    }

    pub(crate) async fn send(&self, report: &Value) -> Answer {
        self.stack.client.post(&format!("/v1/batches/{}/report", self.batch), report).await
    }

    /// That an object is done, as it is now.
    pub(crate) async fn done(&self, position: usize) -> Value {
        self.row(position, json!({"status": "COMPLETED", "document_count": 2})).await
    }

    /// That an object can't be done, as it is now.
    pub(crate) async fn failed(&self, position: usize) -> Value {
        self.row(position, json!({"status": "FAILED", "error": "it is broken"})).await
    }

    /// A report on an object as it is now.
    pub(crate) async fn row(&self, position: usize, mut rest: Value) -> Value {
        let id = &self.objects[position];
        rest["object_id"] = json!(id);
        rest["content_version"] = json!(self.content_version(id).await);
        rest
    }

    /// The batch as it is now.
    pub(crate) async fn batch(&self) -> Value {
        self.stack.client.get(&format!("/v1/batches/{}", self.batch)).await.ok()
    }

    /// The task as it is now.
    pub(crate) async fn task(&self) -> Value {
        self.stack.client.get(&format!("/v1/tasks/{}", self.task)).await.ok()
    }
}

#[tokio::test]
async fn objects_go_from_pending_over_in_progress_to_their_end() {
    let scene = Scene::start(3).await;
    let begun = scene.row(0, json!({"status": "IN_PROGRESS"})).await;
    let answer = scene.report(std::slice::from_ref(&begun)).await.ok();
    assert_eq!((&answer["status"], &answer["open_count"]), (&json!("IN_PROGRESS"), &json!(3)));
    let object = scene.object(&scene.objects[0]).await.ok();
    assert_eq!((&object["status"], &object["document_count"]), (&json!("IN_PROGRESS"), &json!(0)));
    assert_eq!(scene.task().await["status"], "IN_PROGRESS");

    // What was read before the report is what is processed: a report changes no content.
    let mut done = begun.clone();
    done["status"] = json!("COMPLETED");
    done["document_count"] = json!(7);
    let answer = scene.report(&[done, scene.failed(1).await]).await.ok();
    assert_eq!((&answer["completed_count"], &answer["failed_count"]), (&json!(1), &json!(1)));
    let object = scene.object(&scene.objects[0]).await.ok();
    assert_eq!((&object["status"], &object["document_count"]), (&json!("COMPLETED"), &json!(7)));
    let object = scene.object(&scene.objects[1]).await.ok();
    assert_eq!((&object["status"], &object["error"]), (&json!("FAILED"), &json!("it is broken")));
    let task = scene.task().await;
    assert_eq!(task["additional_data"]["progress"], json!({"done": 2, "total": 3}));
    assert_eq!(scene.batch().await["failed_object_count"], 1);

    let answer = scene.report(&[scene.done(2).await]).await.ok();
    assert_eq!((&answer["status"], &answer["open_count"]), (&json!("COMPLETED_WITH_ERRORS"), &json!(0)));
    let batch = scene.batch().await;
    assert_eq!((&batch["status"], &batch["failed_object_count"]), (&answer["status"], &json!(1)));
    let wanted =
        format!("1 of 3 objects could not be processed; the first: {}: it is broken", scene.objects[1]);
    assert_eq!(batch["error"], json!(wanted));
    let task = scene.task().await;
    assert_eq!((&task["status"], &task["error"]), (&answer["status"], &batch["error"]));
    let outputs = json!([{"completed_count": 2, "failed_count": 1, "document_count": 9}]);
    assert_eq!(task["outputs"], outputs);
    assert_eq!(task["additional_data"]["progress"], json!({"done": 3, "total": 3}));
}

#[tokio::test]
async fn what_is_wrong_with_a_report_is_told_and_nothing_is_recorded() {
    let scene = Scene::start(2).await;
    let good = scene.done(0).await;
    let before = scene.stack.engines().holdings().await;
    let with = |name: &str, value: Value| {
        let mut row = good.clone();
        row[name] = value;
        row
    };
    let no_reason = json!({"object_id": scene.objects[0], "content_version": good["content_version"],
        "status": "FAILED"});
    for (rows, places) in [
        (json!([with("object_id", json!("obj_unknown"))]), vec!["body.objects.0.object_id"]),
        (json!([good, good]), vec!["body.objects.1.object_id"]),
        (json!([with("error", json!("why"))]), vec!["body.objects.0.error"]),
        (json!([no_reason]), vec!["body.objects.0.error"]),
        (json!([with("status", json!("IN_PROGRESS"))]), vec!["body.objects.0.document_count"]),
        (json!([with("content_version", json!("inc_1"))]), vec!["body.objects.0.content_version"]),
        (json!([with("content_version", json!("inc_1.-1"))]), vec!["body.objects.0.content_version"]),
        (json!([with("status", json!("DONE"))]), vec!["body.objects.0.status"]),
        (json!([with("document_count", json!(-1))]), vec!["body.objects.0.document_count"]),
        (json!([with("state", json!(1))]), vec!["body.objects.0.state"]),
    ] {
        scene.send(&json!({"attempt": 1, "objects": rows})).await.invalid(&places);
    }
    scene.send(&json!({"attempt": 1, "error": ""})).await.invalid(&["body.error"]);
    scene.send(&json!({"attempt": 1, "error": "x".repeat(1001)})).await.invalid(&["body.error"]);
    scene.send(&json!({"objects": []})).await.invalid(&["body.attempt"]);
    scene.stack.client.post("/v1/batches/btch_unknown/report", &json!({"attempt": 1})).await.refused(404, "");
    assert_eq!(scene.stack.engines().holdings().await, before);
}

#[tokio::test]
async fn more_than_a_transaction_holds_is_reported_at_once() {
    let scene = Scene::start(120).await;
    let mut rows = Vec::new();
    for position in 0..scene.objects.len() {
        rows.push(scene.done(position).await);
    }
    scene.report(&rows).await.invalid(&["body.objects"]);
    assert_eq!(scene.report(&rows[..100]).await.ok()["open_count"], 20);
    let last = scene.report(&rows[100..]).await.ok();
    assert_eq!((&last["status"], &last["document_count"]), (&json!("COMPLETED"), &json!(240)));
    let batch = scene.batch().await;
    assert_eq!(
        (&batch["status"], &batch["error"], &batch["failed_object_count"]),
        (&json!("COMPLETED"), &json!(null), &json!(0))
    );
}
