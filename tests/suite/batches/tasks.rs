//! Tasks, as clients poll them and call them off.

use serde_json::{Value, json};

use super::{Scene, id};

fn path(task: &Value) -> String {
    format!("/v1/tasks/{}", task["task_id"].as_str().expect("a task_id"))
}

#[tokio::test]
async fn a_task_says_how_far_it_is() {
    let scene = Scene::start().await;
    let client = &scene.stack.client;
    client.bucket("doomed", json!({}), json!(null)).await;
    let answer = client.delete("/v1/buckets/doomed").await.ok();
    let task = client.get(&path(&answer)).await.ok();
    assert_eq!((&task["task_type"], &task["status"]), (&json!("api_buckets_delete"), &json!("PENDING")));
    assert_eq!((&task["outputs"], &task["error"]), (&json!([]), &json!(null)));
    assert_eq!(task["inputs"][0]["bucket_name"], "doomed");
    assert_eq!(task["additional_data"]["progress"]["done"], 0);
    for hidden in ["work", "turn", "organisation_id"] {
        assert_eq!(task.get(hidden), None, "{hidden}");
    }
    for unknown in ["task_000000000000000000000000", "00000000-0000-4000-8000-000000000000"] {
        for answer in [
            client.get(&format!("/v1/tasks/{unknown}")).await,
            client.delete(&format!("/v1/tasks/{unknown}")).await,
        ] {
            let error = answer.refused(404, "");
            assert_eq!(error["details"], json!({"resource": "task", "id": unknown}));
        }
    }
}

#[tokio::test]
async fn only_what_has_not_begun_and_may_be_left_is_called_off() {
    let scene = Scene::start().await;
    let client = &scene.stack.client;
    let batch = scene.draft().await;
    let task = scene.post(&format!("/{}/submit", id(&batch)), &json!({})).await.ok();
    for _ in 0..2 {
        assert_eq!(client.delete(&path(&task)).await.ok()["success"], true);
    }
    assert_eq!(client.get(&path(&task)).await.ok()["status"], "CANCELED");
    assert_eq!(scene.get(&batch).await.ok()["status"], "CANCELED");

    client.bucket("doomed", json!({}), json!(null)).await;
    let deletion = client.delete("/v1/buckets/doomed").await.ok();
    let error = client.delete(&path(&deletion)).await.refused(400, "wrong_state");
    assert_eq!(error["details"]["status"], "PENDING");
    assert_eq!(client.get(&path(&deletion)).await.ok()["status"], "PENDING");
}
