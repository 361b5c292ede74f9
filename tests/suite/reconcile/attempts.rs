//! Batches whose processor is not heard of any more.

use std::time::Duration;

use serde_json::{Value, json};
use stowage_domain::upload::Grace;
use stowage_tests::Fault;

use super::Scene;

impl Scene {
    /// Submits a batch of as many new objects; gives it, and what would report each as done.
    async fn submit(&self, count: usize) -> (Value, Vec<Value>) {
        let client = &self.stack.client;
        let (mut ids, mut rows) = (Vec::new(), Vec::new());
        for _ in 0..count {
            let object = client.object(&self.bucket, "", &json!({})).await.ok();
            let id = object["object_id"].as_str().expect("an id").to_owned();
            let shown = client.get(&format!("/v1/buckets/{}/objects/{id}", self.bucket)).await;
            let version = shown.headers["x-content-version"].to_str().expect("ASCII").to_owned();
            rows.push(json!({"object_id": id, "content_version": version, "status": "COMPLETED"}));
            ids.push(id);
        }
        let path = format!("/v1/buckets/{}/batches?auto_submit=true", self.bucket);
        (client.post(&path, &json!({"object_ids": ids})).await.ok(), rows)
    }

    async fn report(&self, batch: &Value, rows: &[Value]) -> u16 {
        let path = format!("/v1/batches/{}/report", batch["batch_id"].as_str().expect("an id"));
        self.stack.client.post(&path, &json!({"attempt": 1, "objects": rows})).await.status
    }

    async fn shown(&self, batch: &Value) -> Value {
        let id = batch["batch_id"].as_str().expect("an id");
        self.stack.client.get(&format!("/v1/batches/{id}")).await.ok()
    }
}

#[tokio::test]
async fn a_batch_that_nobody_reports_of_is_given_up_and_can_be_submitted_again() {
    let scene = Scene::start().await;
    let (batch, rows) = scene.submit(3).await;
    let mut begun = rows[1].clone();
    begun["status"] = json!("IN_PROGRESS");
    assert_eq!(scene.report(&batch, &[rows[0].clone(), begun]).await, 200);
    assert_eq!(scene.reconcile().await.expect("it runs")["given_up_batches"], 1);
    let shown = scene.shown(&batch).await;
    assert_eq!(
        (&shown["status"], &shown["failed_object_count"]),
        (&json!("COMPLETED_WITH_ERRORS"), &json!(2))
    );
    assert!(shown["error"].as_str().is_some_and(|error| error.contains("not heard of")), "{shown}");
    let task = format!("/v1/tasks/{}", batch["task_id"].as_str().expect("an id"));
    assert_eq!(scene.stack.client.get(&task).await.ok()["status"], shown["status"]);
    // What was begun says why it has no end; what was done and what nobody touched are as they were.
    let mut statuses = Vec::new();
    for row in &rows {
        let path =
            format!("/v1/buckets/{}/objects/{}", scene.bucket, row["object_id"].as_str().expect("an id"));
        statuses.push(scene.stack.client.get(&path).await.ok()["status"].clone());
    }
    assert_eq!(statuses, ["COMPLETED", "FAILED", "PENDING"]);
    assert_eq!(scene.report(&batch, &rows[1..]).await, 400, "it is too late");
    let again = format!(
        "/v1/buckets/{}/batches/{}/submit?force=true",
        scene.bucket,
        batch["batch_id"].as_str().expect("an id")
    );
    scene.stack.client.post(&again, &json!({})).await.ok();
}

#[tokio::test]
async fn a_batch_in_hand_is_left_alone() {
    let scene = Scene::start_with(Grace::default()).await;
    let (batch, rows) = scene.submit(2).await;
    assert_eq!(scene.report(&batch, &rows[..1]).await, 200);
    assert_eq!(scene.reconcile().await, Ok(json!({})));
    assert_eq!(scene.shown(&batch).await["status"], "IN_PROGRESS");
    assert_eq!(scene.report(&batch, &rows).await, 200);
    assert_eq!(scene.shown(&batch).await["status"], "COMPLETED");
}

#[tokio::test]
async fn a_batch_whose_last_report_could_not_end_it_is_ended() {
    let scene = Scene::start_with(Grace::default()).await;
    let (batch, rows) = scene.submit(2).await;
    assert_eq!(scene.report(&batch, &rows[..1]).await, 200);
    // The second transaction of the last report ends the batch; it never comes through.
    scene.stack.faults().inject("TransactWriteItems", Fault::Delay(Duration::ZERO), 1);
    scene.stack.faults().inject("TransactWriteItems", Fault::THROTTLE, 100);
    assert_eq!(scene.report(&batch, &rows[1..]).await, 500);
    scene.stack.faults().clear();
    assert_eq!(scene.shown(&batch).await["status"], "IN_PROGRESS");
    assert_eq!(scene.reconcile().await, Ok(json!({"ended_batches": 1})));
    let shown = scene.shown(&batch).await;
    assert_eq!((&shown["status"], &shown["error"]), (&json!("COMPLETED"), &json!(null)));
    assert_eq!(scene.reconcile().await, Ok(json!({})));
}

#[tokio::test]
async fn one_that_fails_is_passed_over() {
    let scene = Scene::start().await;
    let (broken, _) = scene.submit(1).await;
    let (other, _) = scene.submit(1).await;
    let rows = scene.stack.engines().items("batches").await;
    let of_broken = |row: &&Value| row["kind"] == "batch_progress" && row["batch_id"] == broken["batch_id"];
    let row = rows.iter().find(of_broken).expect("its progress").clone();
    scene.change("batches", &row, "SET completed = :text", json!({":text": {"S": "many"}})).await;
    assert!(scene.reconcile().await.is_err());
    assert_eq!(scene.shown(&other).await["status"], "FAILED");
    assert_eq!(scene.shown(&broken).await["status"], "PENDING");
}
