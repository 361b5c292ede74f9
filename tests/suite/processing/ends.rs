//! How batches end otherwise: called off, given up, deleted with their bucket.

use futures::future::join_all;
use serde_json::json;

use super::Scene;

#[tokio::test]
async fn a_batch_that_is_called_off_takes_no_more_reports() {
    let scene = Scene::start(3).await;
    scene.report(&[scene.done(0).await, scene.row(1, json!({"status": "IN_PROGRESS"})).await]).await.ok();
    let (late, other) = (scene.done(1).await, scene.done(2).await);
    let path = format!("/v1/batches/{}/cancel", scene.batch);
    for _ in 0..2 {
        assert_eq!(scene.stack.client.post(&path, &json!({})).await.ok()["status"], "CANCELED");
    }
    scene.report(&[late, other]).await.refused(400, "wrong_state");
    // What was begun is as if it had not been; what was done stays done.
    let status = async |position: usize| scene.object(&scene.objects[position]).await.ok()["status"].clone();
    assert_eq!([status(0).await, status(1).await, status(2).await], ["COMPLETED", "PENDING", "PENDING"]);
    assert_eq!(
        (scene.batch().await["status"].clone(), scene.task().await["status"].clone()),
        (json!("CANCELED"), json!("CANCELED"))
    );
    // And what is left of it may be submitted again.
    let path = format!("/v1/buckets/{}/batches/{}/submit?force=true", scene.bucket, scene.batch);
    let task = scene.stack.client.post(&path, &json!({})).await.ok();
    assert_eq!(task["additional_data"]["progress"]["total"], 2);
}

#[tokio::test]
async fn a_task_in_progress_is_called_off_with_its_batch() {
    let scene = Scene::start(1).await;
    scene.report(&[scene.row(0, json!({"status": "IN_PROGRESS"})).await]).await.ok();
    let path = format!("/v1/tasks/{}", scene.task);
    scene.stack.client.delete(&path).await.ok();
    assert_eq!(scene.batch().await["status"], "CANCELED");
    assert_eq!(scene.task().await["status"], "CANCELED");
    assert_eq!(scene.object(&scene.objects[0]).await.ok()["status"], "PENDING");
}

#[tokio::test]
async fn a_processor_may_give_a_batch_up() {
    let scene = Scene::start(3).await;
    scene.report(&[scene.done(0).await, scene.row(1, json!({"status": "IN_PROGRESS"})).await]).await.ok();
    let reason = "the model could not be loaded";
    let report = json!({"attempt": 1, "error": reason});
    for _ in 0..2 {
        let answer = scene.send(&report).await.ok();
        assert_eq!((&answer["status"], &answer["open_count"]), (&json!("COMPLETED_WITH_ERRORS"), &json!(2)));
    }
    let batch = scene.batch().await;
    assert_eq!((&batch["error"], &batch["failed_object_count"]), (&json!(reason), &json!(2)));
    let begun = scene.object(&scene.objects[1]).await.ok();
    assert_eq!((&begun["status"], &begun["error"]), (&json!("FAILED"), &json!(reason)));
    assert_eq!(scene.object(&scene.objects[2]).await.ok()["status"], "PENDING");
    assert_eq!(scene.task().await["error"], json!(reason));

    let nothing = Scene::start(1).await;
    assert_eq!(nothing.send(&report).await.ok()["status"], "FAILED");
}

#[tokio::test]
async fn reports_side_by_side_count_each_object_once() {
    let scene = Scene::start(20).await;
    let mut reports = Vec::new();
    for position in 0..scene.objects.len() {
        let row = scene.done(position).await;
        // Each comes twice, and each pair of neighbours in one report.
        reports.push(vec![row.clone()]);
        reports.push(vec![row, scene.done((position + 1) % 20).await]);
    }
    let answers = join_all(reports.iter().map(|rows| scene.report(rows))).await;
    for answer in answers {
        // One that comes after the end still finds its answer.
        assert_eq!(answer.status, 200, "{}", answer.body);
    }
    let batch = scene.batch().await;
    assert_eq!((&batch["status"], &batch["failed_object_count"]), (&json!("COMPLETED"), &json!(0)));
    assert_eq!(scene.task().await["outputs"][0]["completed_count"], 20);
    assert_eq!(scene.task().await["outputs"][0]["document_count"], 40);
}

#[tokio::test]
async fn a_bucket_with_a_batch_in_progress_is_deleted_with_it() {
    let stack = stowage_tests::TestStack::start_with_tasks(stowage_local::RelayOptions::default()).await;
    let scene = Scene::over(stack, 2).await;
    let done = scene.done(0).await;
    scene.report(std::slice::from_ref(&done)).await.ok();
    scene.stack.client.delete(&format!("/v1/buckets/{}", scene.bucket)).await.ok();
    scene.stack.quiet().await;
    scene.report(&[done]).await.refused(404, "");
    assert_eq!(scene.task().await["status"], "CANCELED");
    let rows = scene.stack.engines().items("batches").await;
    let lasting =
        rows.iter().filter(|row| row["pk"].to_string().contains(&scene.batch) && row["ttl"].is_null());
    assert_eq!(lasting.count(), 0, "what is left ends by itself");
}
