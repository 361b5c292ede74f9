//! What a report is about may have changed since.

use serde_json::json;
use stowage_tests::Answer;

use super::Scene;

/// Why the first object of a report was refused.
fn why(answer: Answer) -> String {
    let error = answer.refused(409, "stale_report");
    error["details"]["validation_errors"][0]["type"].as_str().expect("a reason").to_owned()
}

#[tokio::test]
async fn a_report_of_changed_content_is_refused_and_one_of_the_new_is_taken() {
    let scene = Scene::start(2).await;
    let path = format!("/v1/buckets/{}/objects/{}", scene.bucket, scene.objects[0]);
    for begins in [false, true] {
        if begins {
            scene.report(&[scene.row(0, json!({"status": "IN_PROGRESS"})).await]).await.ok();
        }
        let old = scene.done(0).await;
        scene.stack.client.patch(&path, &json!({"n": 7})).await.ok();
        let before = scene.stack.engines().object(&scene.objects[0]).await;
        assert_eq!(why(scene.report(std::slice::from_ref(&old)).await), "content_changed");
        assert_eq!(scene.stack.engines().object(&scene.objects[0]).await, before);
        // Beside one that is taken, it is named.
        let answer = scene.report(&[old, scene.row(1, json!({"status": "IN_PROGRESS"})).await]).await.ok();
        assert_eq!(answer["objects"][0]["accepted"], false);
        assert_eq!(answer["objects"][0]["code"], "content_changed");
        assert_eq!(answer["objects"][1]["accepted"], true);
    }
    let answer = scene.report(&[scene.done(0).await, scene.done(1).await]).await.ok();
    assert_eq!(answer["status"], "COMPLETED");
}

#[tokio::test]
async fn a_report_of_another_life_is_refused() {
    let stack = stowage_tests::TestStack::start().await;
    let client = &stack.client;
    let schema = json!({"sku": {"type": "string"}});
    let keyed = json!({"fields": ["sku"], "default_policy": "insert"});
    let bucket = client.bucket("keyed", schema, keyed).await;
    let object = client.object(&bucket, "", &json!({"sku": "A"})).await.ok();
    let id = object["object_id"].as_str().expect("an id").to_owned();
    let path = format!("/v1/buckets/{bucket}/batches?auto_submit=true");
    let batch = client.post(&path, &json!({"object_ids": [id]})).await.ok();
    let text = |name: &str| batch[name].as_str().expect("a text").to_owned();
    let (batch, task) = (text("batch_id"), text("task_id"));
    let scene = Scene { stack, bucket, objects: vec![id], batch, task };
    let old = scene.done(0).await;
    let path = format!("/v1/buckets/{}/objects/{}", scene.bucket, scene.objects[0]);
    scene.stack.client.delete(&path).await.deleted();
    scene.stack.client.object(&scene.bucket, "", &json!({"sku": "A"})).await.ok();
    assert_eq!(why(scene.report(&[old]).await), "another_incarnation");
    assert_eq!(scene.object(&scene.objects[0]).await.ok()["status"], "PENDING");
    assert_eq!(scene.report(&[scene.done(0).await]).await.ok()["status"], "COMPLETED");
}

#[tokio::test]
async fn a_deleted_object_counts_as_failed_so_that_the_batch_ends() {
    let scene = Scene::start(2).await;
    let (gone, kept) = (scene.done(0).await, scene.done(1).await);
    scene.report(&[kept]).await.ok();
    let path = format!("/v1/buckets/{}/objects/{}", scene.bucket, scene.objects[0]);
    scene.stack.client.delete(&path).await.deleted();
    for _ in 0..2 {
        assert_eq!(why(scene.report(std::slice::from_ref(&gone)).await), "object_deleted");
        let batch = scene.batch().await;
        assert_eq!(batch["status"], "COMPLETED_WITH_ERRORS");
        assert_eq!(batch["failed_object_count"], 1);
    }
}

#[tokio::test]
async fn the_first_end_of_an_object_counts() {
    let scene = Scene::start(2).await;
    let done = scene.done(0).await;
    for _ in 0..3 {
        let answer = scene.report(std::slice::from_ref(&done)).await.ok();
        assert_eq!((&answer["completed_count"], &answer["open_count"]), (&json!(1), &json!(1)));
        assert_eq!(answer["document_count"], 2);
    }
    assert_eq!(why(scene.report(&[scene.failed(0).await]).await), "already_reported");
    let late = scene.row(0, json!({"status": "IN_PROGRESS"})).await;
    assert_eq!(why(scene.report(&[late]).await), "already_reported");
    assert_eq!(scene.object(&scene.objects[0]).await.ok()["status"], "COMPLETED");
}

#[tokio::test]
async fn reports_belong_to_an_attempt() {
    let scene = Scene::start(3).await;
    scene.report(&[scene.done(0).await, scene.failed(1).await]).await.ok();
    let submit = format!("/v1/buckets/{}/batches/{}/submit", scene.bucket, scene.batch);
    let again = format!("{submit}?force=true");
    let client = &scene.stack.client;
    client.post(&again, &json!({})).await.refused(400, "wrong_state");
    scene.report(&[scene.failed(2).await]).await.ok();
    client.post(&submit, &json!({})).await.refused(400, "wrong_state");

    let task = client.post(&again, &json!({})).await.ok();
    assert_eq!(task["inputs"][0]["attempt"], 2);
    assert_eq!(task["additional_data"]["progress"], json!({"done": 0, "total": 2}));
    let batch = scene.batch().await;
    assert_eq!((&batch["status"], &batch["task_id"]), (&json!("PENDING"), &task["task_id"]));
    assert_eq!((&batch["error"], &batch["failed_object_count"]), (&json!(null), &json!(0)));
    let error = scene.report(&[scene.done(1).await]).await.refused(409, "stale_attempt");
    assert_eq!(error["details"]["attempt"], 2);
    // What is completed stays so, and isn't asked for again.
    let of_second = |rows| json!({"attempt": 2, "objects": rows});
    scene.send(&of_second(json!([scene.done(0).await]))).await.invalid(&["body.objects.0.object_id"]);
    let rows = json!([scene.done(1).await, scene.done(2).await]);
    let answer = scene.send(&of_second(rows)).await.ok();
    assert_eq!((&answer["status"], &answer["completed_count"]), (&json!("COMPLETED"), &json!(2)));
    client.post(&again, &json!({})).await.refused(400, "wrong_state");
    let object = scene.object(&scene.objects[1]).await.ok();
    assert_eq!((&object["status"], &object["error"]), (&json!("COMPLETED"), &json!(null)));
}
