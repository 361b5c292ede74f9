//! Many uploads confirmed by a task.

use serde_json::{Value, json};
use stowage_local::RelayOptions;

use super::{Scene, film};

async fn confirm(scene: &Scene, rows: &[Value]) -> Value {
    let path = format!("/v1/buckets/{}/uploads/confirm/batch", scene.bucket);
    let answer = scene.stack.client.post(&path, &json!({"confirmations": rows})).await.ok();
    scene.stack.quiet().await;
    scene.task(&answer).await
}

async fn sent(scene: &Scene, bytes: &[u8]) -> Value {
    scene.stack.client.upload(&scene.bucket, &film(), bytes).await["upload_id"].clone()
}

#[tokio::test(flavor = "multi_thread")]
async fn each_confirmation_has_its_outcome_in_the_requests_order() {
    let scene = Scene::start(RelayOptions::default()).await;
    let client = &scene.stack.client;
    let (first, wrong, last) =
        (sent(&scene, b"one").await, sent(&scene, b"two").await, sent(&scene, b"three").await);
    let path = format!("/v1/buckets/{}/uploads", scene.bucket);
    let missing = client.post(&path, &film()).await.ok()["upload_id"].clone();
    let task = confirm(
        &scene,
        &[
            json!({"upload_id": first}),
            json!({"upload_id": missing}),
            json!({"upload_id": wrong, "file_size_bytes": 99}),
            json!({"upload_id": last, "file_size_bytes": 5}),
        ],
    )
    .await;
    assert_eq!(task["status"], "COMPLETED_WITH_ERRORS");
    assert_eq!(task["progress"], json!({"done": 4, "total": 4}));
    let outputs = task["outputs"].as_array().expect("outputs");
    let told: Vec<_> = outputs.iter().map(|output| (&output["upload_id"], &output["status"])).collect();
    let (done, failed) = (json!("COMPLETED"), json!("FAILED"));
    assert_eq!(told, [(&first, &done), (&missing, &failed), (&wrong, &failed), (&last, &done)]);
    assert_eq!(outputs[1]["code"], "file_not_uploaded");
    assert!(outputs[2]["error"].is_string() && outputs[2]["object_id"].is_null());
    let object = outputs[0]["object_id"].as_str().expect("an object");
    client.get(&format!("/v1/buckets/{}/objects/{object}", scene.bucket)).await.ok();
    // What failed may be confirmed again.
    let again = confirm(&scene, &[json!({"upload_id": wrong}), json!({"upload_id": first})]).await;
    assert_eq!(again["status"], "COMPLETED");
    assert_eq!(again["outputs"][1]["object_id"], outputs[0]["object_id"]);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_task_of_which_nothing_succeeded_has_failed() {
    let scene = Scene::start(RelayOptions::default()).await;
    let upload = sent(&scene, b"one").await;
    let task = confirm(&scene, &[json!({"upload_id": upload, "etag": "other"})]).await;
    assert_eq!((&task["status"], &task["error"]), (&json!("FAILED"), &json!(null)), "{task}");
    assert_eq!(task["outputs"][0]["code"], "etag_mismatch");
}
