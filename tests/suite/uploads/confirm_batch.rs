//! `POST …/uploads/confirm/batch`: what can be told at once is refused at once, the rest is a task's.

use std::time::Duration;

use serde_json::{Value, json};
use stowage_local::Options;
use stowage_store::Settings;
use stowage_tests::{Answer, Fault, TestStack};

use super::{Scene, clips, upload_id};

impl Scene {
    async fn confirm_all(&self, query: &str, body: &Value) -> Answer {
        self.stack.client.post(&format!("{}/confirm/batch{query}", self.uploads()), body).await
    }
}

fn body(uploads: &[&Value]) -> Value {
    let rows = uploads.iter().map(|upload| json!({"upload_id": upload["upload_id"]}));
    json!({"confirmations": rows.collect::<Vec<_>>()})
}

/// The rows of the table of tasks, by kind.
async fn task_rows(scene: &Scene, kind: &str) -> Vec<Value> {
    let items = scene.stack.engines().items("batches").await;
    items.into_iter().filter(|item| item["kind"] == kind).collect()
}

#[tokio::test]
async fn a_task_is_stored_with_its_first_turn_and_answered() {
    let scene = Scene::films().await;
    let (first, second) = (scene.send(&json!({}), "film").await, scene.create(&json!({})).await.ok());
    let sent = json!({"confirmations": [
        {"upload_id": second["upload_id"], "etag": "\"abc\"", "file_size_bytes": 4},
        // The contract leaves a row open: what isn't read is no matter.
        {"upload_id": first["upload_id"], "file_size": 4, "etag": null, "filename": "a.mp4",
            "auto_submit_batch": false},
    ]});
    let answer = scene.confirm_all("?policy=upsert", &sent).await.ok();
    assert_eq!((&answer["status"], &answer["confirmations_count"]), (&json!("PENDING"), &json!(2)));
    assert!(answer["message"].is_string(), "{answer}");
    let task = &answer["task"];
    assert_eq!((&task["task_id"], &task["status"]), (&answer["task_id"], &json!("PENDING")));
    assert_eq!(task["task_type"], "api_buckets_uploads_batch_confirm");
    let input = |upload: &Value| json!({"upload_id": upload["upload_id"], "bucket_id": scene.bucket});
    assert_eq!(task["inputs"], json!([input(&second), input(&first)]));
    assert_eq!((&task["outputs"], &task["error"]), (&json!([]), &json!(null)));
    assert_eq!(task["additional_data"]["progress"], json!({"done": 0, "total": 2}));

    let stored = task_rows(&scene, "task").await;
    let [stored] = &stored[..] else { panic!("{stored:?}") };
    assert_eq!(stored["task_id"], answer["task_id"]);
    let work = json!({"kind": "confirm_uploads", "bucket_id": scene.bucket, "policy": "upsert",
    "confirmations": [
        {"upload_id": second["upload_id"], "etag": "abc", "file_size_bytes": 4},
        {"upload_id": first["upload_id"], "file_size_bytes": 4},
    ]});
    assert_eq!(stored["work"], work);
    let turns = task_rows(&scene, "turn").await;
    let [turn] = &turns[..] else { panic!("{turns:?}") };
    assert_eq!((&turn["pk"], &turn["sk"]), (&stored["pk"], &json!("turn#00000")));
}

#[tokio::test]
async fn what_cannot_be_read_is_told_for_all_rows_and_nothing_is_stored() {
    let scene = Scene::films().await;
    let upload = scene.send(&json!({}), "film").await;
    let id = upload_id(&upload);
    let before = scene.stack.engines().holdings().await;
    let good = json!({"upload_id": id});
    for (sent, places) in [
        (json!({}), vec!["body.confirmations"]),
        (json!({"confirmations": id}), vec!["body.confirmations"]),
        (json!({"confirmations": []}), vec!["body.confirmations"]),
        (json!({"confirmations": vec![good.clone(); 101]}), vec!["body.confirmations"]),
        (json!({"confirmations": [good], "policy": "insert"}), vec!["body.policy"]),
        (
            json!({"confirmations": [good, good, {"upload_id": "upl_1"}, good]}),
            vec!["body.confirmations.1.upload_id", "body.confirmations.3.upload_id"],
        ),
        (
            json!({"confirmations": [{}, {"upload_id": 5}, "upl_1", {"upload_id": "obj_1"},
                {"upload_id": id, "file_size_bytes": 0}, {"upload_id": id, "etag": "x".repeat(256)},
                {"upload_id": id, "file_size_bytes": 4.0}]}),
            vec![
                "body.confirmations.0.upload_id",
                "body.confirmations.1.upload_id",
                "body.confirmations.2",
                "body.confirmations.3.upload_id",
                "body.confirmations.4.file_size_bytes",
                "body.confirmations.5.etag",
                "body.confirmations.6.file_size_bytes",
            ],
        ),
    ] {
        scene.confirm_all("", &sent).await.invalid(&places);
    }
    scene.confirm_all("?policy=replace", &body(&[&upload])).await.invalid(&["query.policy"]);
    assert_eq!(scene.stack.engines().holdings().await, before);
}

#[tokio::test]
async fn every_upload_must_be_in_the_bucket() {
    let scene = Scene::films().await;
    let client = &scene.stack.client;
    let schema = json!({"film": {"type": "video"}});
    let create = json!({"filename": "a.mp4", "content_type": "video/mp4"});
    let other = client.bucket("other", schema.clone(), json!(null)).await;
    let elsewhere = client.upload(&other, &create, b"film").await;
    client.post("/v1/namespaces", &json!({"namespace_name": "next door"})).await.ok();
    let next_door = client.with_namespace("next door");
    let beside = next_door.bucket("b", schema, json!(null)).await;
    let beside = next_door.upload(&beside, &create, b"film").await;
    let own = scene.send(&json!({}), "film").await;
    let never = json!({"upload_id": "upl_never"});
    let before = scene.stack.engines().holdings().await;
    for stranger in [&elsewhere, &beside, &never] {
        let error = scene.confirm_all("", &body(&[&own, stranger])).await.refused(404, "");
        assert_eq!(error["type"], "NotFoundError");
        let entry = json!({"type": "not_found", "location": ["body", "confirmations", 1, "upload_id"],
            "message": "no such upload in this bucket"});
        let details = json!({"resource": "upload", "id": upload_id(stranger), "validation_errors": [entry]});
        assert_eq!(error["details"], details);
    }
    let error = scene.confirm_all("", &body(&[&never, &own, &elsewhere])).await.refused(404, "");
    assert_eq!(error["details"]["id"], "upl_never");
    let places = error["details"]["validation_errors"].as_array().map(Vec::len);
    assert_eq!(places, Some(2), "{error}");
    client.post("/v1/buckets/none/uploads/confirm/batch", &body(&[&own])).await.refused(404, "");
    assert_eq!(scene.stack.engines().holdings().await, before);
}

#[tokio::test]
async fn a_policy_is_asked_for_where_objects_are_to_be_made() {
    let scene = Scene::with(clips(), json!({"fields": ["sku"]})).await;
    let upload = scene.create(&json!({"object_metadata": {"sku": "A1"}})).await.ok();
    let plain = scene.create(&json!({"create_object_on_confirm": false})).await.ok();
    let before = scene.stack.engines().holdings().await;
    scene.confirm_all("", &body(&[&plain, &upload])).await.refused(422, "policy_required");
    assert_eq!(scene.stack.engines().holdings().await, before);
    scene.confirm_all("", &body(&[&plain])).await.ok();
    scene.confirm_all("?policy=insert", &body(&[&plain, &upload])).await.ok();
}

#[tokio::test]
async fn a_hundred_are_one_task() {
    let scene = Scene::films().await;
    let create = json!({"uploads": vec![json!({"filename": "a.mp4", "content_type": "video/mp4"}); 100]});
    let made = scene.stack.client.post(&format!("{}/batch", scene.uploads()), &create).await.ok();
    let uploads: Vec<&Value> = made["uploads"].as_array().expect("uploads").iter().collect();
    let answer = scene.confirm_all("", &body(&uploads)).await.ok();
    assert_eq!(answer["confirmations_count"], 100);
    assert_eq!(task_rows(&scene, "task").await.len(), 1);
}

#[tokio::test]
async fn a_lost_answer_stores_one_task_and_a_throttle_none() {
    let settings = Settings { retry_for: Duration::from_millis(300), ..Settings::default() };
    let stack = TestStack::start_with(Options { settings, ..Options::default() }).await;
    let bucket = stack.client.bucket("b", json!({"film": {"type": "video"}}), json!(null)).await;
    let scene = Scene { stack, bucket };
    let upload = scene.create(&json!({})).await.ok();
    scene.stack.faults().inject("TransactWriteItems", Fault::THROTTLE, usize::MAX);
    scene.confirm_all("", &body(&[&upload])).await.refused(503, "");
    scene.stack.faults().clear();
    assert_eq!(task_rows(&scene, "task").await, [json!(null); 0]);
    scene.stack.faults().inject("TransactWriteItems", Fault::LoseAnswer, 1);
    scene.confirm_all("", &body(&[&upload])).await.ok();
    assert_eq!(scene.stack.faults().clear(), 0);
    assert_eq!(task_rows(&scene, "task").await.len(), 1);
    assert_eq!(task_rows(&scene, "turn").await.len(), 1);
}
