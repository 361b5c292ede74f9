//! From draft to submission, and off.

use futures::future::join_all;
use serde_json::{Value, json};
use stowage_tests::Fault;

use super::{Scene, id};

impl Scene {
    async fn act(&self, batch: &Value, action: &str) -> stowage_tests::Answer {
        self.post(&format!("/{}/{action}", id(batch)), &json!({})).await
    }
}

#[tokio::test]
async fn a_submission_makes_the_task_that_clients_poll() {
    let scene = Scene::start().await;
    let batch = scene.draft().await;
    let body = json!({"include_processing_history": true, "collection_ids": ["col_b"], "webhook_url": null});
    let task = scene.post(&format!("/{}/submit?force=true", id(&batch)), &body).await.ok();
    assert_eq!(task["task_type"], "api_buckets_batches_process");
    assert_eq!(task["status"], "PENDING");
    assert_eq!(
        task["inputs"],
        json!([{"batch_id": batch["batch_id"], "bucket_id": scene.bucket, "attempt": 1}])
    );
    let shown = scene.get(&batch).await.ok();
    assert_eq!((&shown["status"], &shown["lifecycle"]), (&json!("PENDING"), &json!("queued")));
    assert_eq!((&shown["task_id"], &shown["collection_ids"]), (&task["task_id"], &json!(["col_b"])));
    let path = format!("/v1/tasks/{}", task["task_id"].as_str().expect("a task_id"));
    assert_eq!(scene.stack.client.get(&path).await.ok(), task);
    let error = scene.act(&batch, "submit").await.refused(400, "wrong_state");
    assert_eq!(error["details"], json!({"resource": "batch", "id": batch["batch_id"], "status": "PENDING"}));
    let webhook = json!({"webhook_url": "https://example.com/done"});
    scene.post(&format!("/{}/submit", id(&batch)), &webhook).await.refused(422, "not_enabled");
    // A draft ends by itself; what was submitted doesn't.
    let rows = scene.stack.engines().items("batches").await;
    assert!(rows.iter().all(|row| row.get("ttl").is_none_or(Value::is_null)), "{rows:?}");
    let other = scene.draft().await;
    let rows = scene.stack.engines().items("batches").await;
    let of_other = rows.iter().filter(|row| row["batch_id"] == other["batch_id"]);
    assert_eq!(of_other.filter(|row| row["ttl"].is_number()).count(), 2);
}

#[tokio::test]
async fn the_query_decides_whether_a_batch_is_submitted_at_once() {
    let scene = Scene::start().await;
    let body = json!({"object_ids": scene.objects, "trigger_processing": true});
    let submitted = scene.post("", &body).await.ok();
    assert_eq!(submitted["status"], "PENDING");
    assert!(submitted["task_id"].is_string());
    assert_eq!(scene.post("?auto_submit=false", &body).await.ok()["status"], "DRAFT");
    let plain = json!({"object_ids": scene.objects});
    assert_eq!(scene.post("?auto_submit=true", &plain).await.ok()["status"], "PENDING");
}

#[tokio::test]
async fn a_draft_takes_more_objects_each_once() {
    let scene = Scene::start().await;
    let batch = scene.post("", &json!({"object_ids": [scene.objects[0]]})).await.ok();
    let path = format!("/{}/objects", id(&batch));
    let more = scene.post(&path, &json!({"object_ids": scene.objects[..3]})).await.ok();
    assert_eq!(more["object_ids"], json!(scene.objects[..3]));
    scene
        .post(&path, &json!({"object_ids": ["obj_00000000000000000000000000000000"]}))
        .await
        .refused(404, "");
    scene.post(&path, &json!({})).await.invalid(&["body.object_ids"]);
    scene.act(&batch, "submit").await.ok();
    scene.post(&path, &json!({"object_ids": scene.objects})).await.refused(400, "wrong_state");
}

#[tokio::test]
async fn a_batch_is_called_off_with_its_task_and_deleted() {
    let scene = Scene::start().await;
    let client = &scene.stack.client;
    let batch = scene.draft().await;
    let task = scene.act(&batch, "submit").await.ok();
    let path = format!("/v1/buckets/{}/batches/{}", scene.bucket, id(&batch));
    client.delete(&path).await.refused(400, "wrong_state");
    let canceled = scene.act(&batch, "cancel").await.ok();
    assert_eq!((&canceled["task_id"], &canceled["status"]), (&task["task_id"], &json!("CANCELED")));
    // The same again.
    assert_eq!(scene.act(&batch, "cancel").await.ok()["status"], "CANCELED");
    assert_eq!(scene.get(&batch).await.ok()["lifecycle"], "canceled");
    assert_eq!(client.delete(&path).await.ok()["success"], true);
    scene.get(&batch).await.refused(404, "");
    client.delete(&path).await.refused(404, "");
    // A draft has no task.
    let draft = scene.draft().await;
    assert_eq!(scene.act(&draft, "cancel").await.ok()["batch_id"], draft["batch_id"]);
}

#[tokio::test(flavor = "multi_thread")]
async fn of_racing_submissions_and_cancellations_the_answers_agree() {
    let scene = Scene::start().await;
    for _ in 0..5 {
        let batch = scene.draft().await;
        let (submits, cancels) = tokio::join!(
            join_all((0..4).map(|_| scene.act(&batch, "submit"))),
            join_all((0..2).map(|_| scene.act(&batch, "cancel"))),
        );
        let tasks: Vec<Value> =
            submits.into_iter().filter(|answer| answer.status == 200).map(|answer| answer.body).collect();
        assert!(tasks.len() <= 1, "{tasks:?}");
        assert!(cancels.iter().any(|answer| answer.status == 200), "{cancels:?}");
        let shown = scene.get(&batch).await.ok();
        assert_eq!(shown["status"], "CANCELED");
        let wanted = tasks.first().map_or(&Value::Null, |task| &task["task_id"]);
        assert_eq!(&shown["task_id"], wanted);
    }
}

#[tokio::test]
async fn lost_answers_and_throttles_submit_once() {
    for fault in [Fault::LoseAnswer, Fault::LoseRequest, Fault::THROTTLE, Fault::CONFLICT] {
        let scene = Scene::start().await;
        let batch = scene.draft().await;
        scene.stack.faults().inject("TransactWriteItems", fault.clone(), 2);
        let task = scene.act(&batch, "submit").await.ok();
        assert_eq!(scene.get(&batch).await.ok()["task_id"], task["task_id"], "{fault:?}");
        let rows = scene.stack.engines().items("batches").await;
        assert_eq!(rows.iter().filter(|row| row["kind"] == "task").count(), 1, "{fault:?}");
        scene.stack.faults().inject("TransactWriteItems", fault.clone(), 1);
        scene.stack.faults().inject("UpdateItem", fault.clone(), 2);
        assert_eq!(scene.act(&batch, "cancel").await.ok()["status"], "CANCELED", "{fault:?}");
        scene.stack.faults().inject("TransactWriteItems", fault.clone(), 1);
        let path = format!("/v1/buckets/{}/batches/{}", scene.bucket, id(&batch));
        scene.stack.client.delete(&path).await.ok();
    }
}
