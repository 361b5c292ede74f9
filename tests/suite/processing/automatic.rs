//! Batches that a create or a confirm makes by the way.

use serde_json::{Value, json};
use stowage_tests::{Fault, TestStack};

async fn batches(stack: &TestStack) -> Vec<Value> {
    stack.client.post("/v1/batches/list", &json!({})).await.ok()["results"]
        .as_array()
        .expect("batches")
        .clone()
}

#[tokio::test]
async fn a_create_hands_its_object_over() {
    let stack = TestStack::start().await;
    let client = &stack.client;
    let bucket = client.bucket("b", json!({"n": {"type": "integer"}}), json!(null)).await;
    let object = client.object(&bucket, "?auto_process=true", &json!({"n": 1})).await.ok();
    assert_eq!(object["status"], "PENDING");
    let poll = &object["consistency"]["poll"];
    let batch = &batches(&stack).await[0];
    assert_eq!((&poll["batch_id"], &poll["task_id"]), (&batch["batch_id"], &batch["task_id"]));
    assert_eq!((&batch["object_ids"], &batch["status"]), (&json!([object["object_id"]]), &json!("PENDING")));
    let task = client.get(poll["path"].as_str().expect("a path")).await.ok();
    assert_eq!(task["task_type"], "api_buckets_batches_process");
    client.object(&bucket, "?auto_process=false", &json!({"n": 1})).await.ok();
    assert_eq!(batches(&stack).await.len(), 1);
}

#[tokio::test]
async fn a_repeat_by_its_idempotency_key_finds_the_same_batch() {
    let stack = TestStack::start().await;
    let client = &stack.client;
    let plain = client.bucket("plain", json!({"n": {"type": "integer"}}), json!(null)).await;
    let unique = json!({"fields": ["sku"], "default_policy": "upsert"});
    let keyed = client.bucket("keyed", json!({"sku": {"type": "string"}}), unique).await;
    for (bucket, body) in [
        (&plain, json!({"n": 1, "idempotency_key": "one"})),
        (&keyed, json!({"sku": "A", "idempotency_key": "one"})),
    ] {
        let first = client.object(bucket, "?auto_process=true", &body).await.ok();
        let again = client.object(bucket, "?auto_process=true", &body).await.ok();
        assert_eq!(first["consistency"]["poll"], again["consistency"]["poll"]);
    }
    assert_eq!(batches(&stack).await.len(), 2);
    // Each upsert of its own is to be processed.
    for _ in 0..2 {
        client.object(&keyed, "?auto_process=true", &json!({"sku": "A"})).await.ok();
    }
    assert_eq!(batches(&stack).await.len(), 4);
}

#[tokio::test]
async fn content_that_is_there_already_is_not_processed_again() {
    let stack = TestStack::start().await;
    let client = &stack.client;
    let bucket = client.bucket("b", json!({"doc": {"type": "text"}}), json!(null)).await;
    let blob = json!({"property": "doc", "type": "text", "data": "the same"});
    let body = json!({"blobs": [blob], "skip_duplicates": true});
    client.object(&bucket, "?auto_process=true", &body).await.ok();
    let again = client.object(&bucket, "?auto_process=true", &body).await.ok();
    assert_eq!(again["consistency"]["poll"], json!(null));
    assert_eq!(batches(&stack).await.len(), 1);
}

#[tokio::test]
async fn many_creates_are_one_batch_of_what_was_written() {
    let stack = TestStack::start().await;
    let client = &stack.client;
    let bucket = client.bucket("b", json!({"n": {"type": "integer"}}), json!(null)).await;
    let path = format!("/v1/buckets/{bucket}/objects/batch?auto_process=true");
    let rows = json!({"objects": [{"n": 1}, {"n": "no number"}, {"n": 3}]});
    let answer = client.post(&path, &rows).await.ok();
    let ids: Vec<&Value> =
        answer["succeeded"].as_array().expect("rows").iter().map(|row| &row["object_id"]).collect();
    let all = batches(&stack).await;
    assert_eq!(all.len(), 1);
    assert_eq!(all[0]["object_ids"], json!(ids));
    for row in answer["succeeded"].as_array().expect("rows") {
        assert_eq!(row["consistency"]["poll"]["batch_id"], all[0]["batch_id"]);
    }
    let none = json!({"objects": [{"n": "no number"}]});
    assert_eq!(client.post(&path, &none).await.status, 422);
    assert_eq!(batches(&stack).await.len(), 1);
}

#[tokio::test]
async fn a_confirm_hands_its_object_over_once_however_often_it_comes() {
    let stack = TestStack::start().await;
    let client = &stack.client;
    let bucket = client.bucket("films", json!({"clip": {"type": "video"}}), json!(null)).await;
    let create = json!({"filename": "a.mp4", "content_type": "video/mp4"});
    let upload = client.upload(&bucket, &create, b"a film").await;
    // Confirmed without it, as S3's notification does, it is honoured all the same.
    let plain = client.confirm(&bucket, &upload, &json!({})).await.ok();
    assert_eq!(plain["batch_id"], json!(null));
    let mut named = Vec::new();
    for _ in 0..3 {
        let done = client.confirm(&bucket, &upload, &json!({"auto_submit_batch": true})).await.ok();
        assert_eq!(done["object_id"], plain["object_id"]);
        named.push(done["batch_id"].clone());
    }
    let all = batches(&stack).await;
    assert_eq!(all.len(), 1);
    assert!(named.iter().all(|batch| *batch == all[0]["batch_id"]), "{named:?}");
    assert_eq!(all[0]["object_ids"], json!([plain["object_id"]]));
    let bodiless =
        json!({"filename": "b.mp4", "content_type": "video/mp4", "create_object_on_confirm": false});
    let upload = client.upload(&bucket, &bodiless, b"another film").await;
    let done = client.confirm(&bucket, &upload, &json!({"auto_submit_batch": true})).await.ok();
    assert_eq!((&done["object_id"], &done["batch_id"]), (&json!(null), &json!(null)));
}

#[tokio::test]
async fn many_confirms_hand_their_objects_over() {
    let stack = TestStack::start_with_tasks(stowage_local::RelayOptions::default()).await;
    let client = &stack.client;
    let bucket = client.bucket("films", json!({"clip": {"type": "video"}}), json!(null)).await;
    let mut rows = Vec::new();
    for (n, submits) in [(1, true), (2, false), (3, true)] {
        let create = json!({"filename": "a.mp4", "content_type": "video/mp4"});
        let upload = client.upload(&bucket, &create, format!("film {n}").as_bytes()).await;
        rows.push(json!({"upload_id": upload["upload_id"], "auto_submit_batch": submits}));
    }
    let path = format!("/v1/buckets/{bucket}/uploads/confirm/batch");
    client.post(&path, &json!({"confirmations": rows})).await.ok();
    stack.quiet().await;
    assert_eq!(batches(&stack).await.len(), 2);
}

#[tokio::test]
async fn what_is_stored_stays_where_its_batch_can_not_be_submitted() {
    let settings = stowage_store::Settings {
        retry_for: std::time::Duration::from_millis(200),
        ..stowage_store::Settings::default()
    };
    let options = stowage_local::Options { settings, ..stowage_local::Options::default() };
    let stack = TestStack::start_with(options).await;
    let client = &stack.client;
    let bucket = client.bucket("b", json!({"n": {"type": "integer"}}), json!(null)).await;
    client.object(&bucket, "", &json!({"n": 0})).await.ok();
    let body = json!({"n": 1, "idempotency_key": "one"});
    stack.faults().inject("TransactWriteItems", Fault::THROTTLE, 100);
    let error = client.object(&bucket, "?auto_process=true", &body).await.refused(500, "not_submitted");
    stack.faults().clear();
    let id = error["details"]["object_id"].as_str().expect("the object's id");
    client.get(&format!("/v1/buckets/{bucket}/objects/{id}")).await.ok();
    assert_eq!(batches(&stack).await.len(), 0);
    // The same request again does what was left undone.
    let again = client.object(&bucket, "?auto_process=true", &body).await.ok();
    assert_eq!(again["object_id"], id);
    assert_eq!(again["consistency"]["poll"]["batch_id"], error["details"]["batch_id"]);
}
