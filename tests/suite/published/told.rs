//! What is told of each change.

use std::collections::HashSet;

use serde_json::{Value, json};
use stowage_local::RelayOptions;
use stowage_tests::TestStack;

use super::kinds;

#[tokio::test(flavor = "multi_thread")]
async fn an_objects_life_is_told_with_its_versions() {
    let stack = TestStack::start_publishing(RelayOptions::default()).await;
    let client = &stack.client;
    let schema = json!({"email": {"type": "string"}});
    let bucket = client.bucket("people", schema, json!(null)).await;
    let object = client.object(&bucket, "", &json!({"email": "somebody@example.com"})).await.ok();
    let id = object["object_id"].as_str().expect("an id");
    let path = format!("/v1/buckets/{bucket}/objects/{id}");
    stack.quiet().await;
    client.patch(&path, &json!({"email": "else@example.com"})).await.ok();
    stack.quiet().await;
    client.delete(&path).await.deleted();
    let events = stack.events().await;
    assert_eq!(kinds(&events), ["object.created", "object.updated", "object.deleted"]);
    for (event, version) in events.iter().zip([1, 2, 2]) {
        let detail = &event["detail"];
        assert_eq!(event["source"], "stowage");
        assert_eq!((&detail["object_id"], &detail["bucket_id"]), (&json!(id), &json!(bucket)));
        assert_eq!((&detail["version"], &detail["schema_version"]), (&json!(version), &json!(1)));
        assert_eq!(detail["incarnation"], events[0]["detail"]["incarnation"]);
        assert!(!event.to_string().contains("example.com"), "no field is told: {event}");
    }
    let ids: HashSet<&Value> = events.iter().map(|event| &event["detail"]["event_id"]).collect();
    assert_eq!(ids.len(), 3, "each change has an id of its own");
}

#[tokio::test(flavor = "multi_thread")]
async fn a_confirmed_upload_and_a_submitted_batch_are_told() {
    let stack = TestStack::start_publishing(RelayOptions::default()).await;
    let client = &stack.client;
    let bucket = client.bucket("films", json!({"clip": {"type": "video"}}), json!(null)).await;
    let create = json!({"filename": "secret-name.mp4", "content_type": "video/mp4"});
    let upload = client.upload(&bucket, &create, b"a film").await;
    assert_eq!(stack.events().await, [Value::Null; 0], "a promise is no event");
    let confirmed = client.confirm(&bucket, &upload, &json!({})).await.ok();
    stack.quiet().await;
    let object = &confirmed["object_id"];
    let draft =
        client.post(&format!("/v1/buckets/{bucket}/batches"), &json!({"object_ids": [object]})).await.ok();
    let batch = draft["batch_id"].as_str().expect("an id");
    let path = format!("/v1/buckets/{bucket}/batches/{batch}");
    client.post(&format!("{path}/submit"), &json!({})).await.ok();
    stack.quiet().await;
    client.post(&format!("{path}/cancel"), &json!({})).await.ok();
    let events = stack.events().await;
    let mut told = kinds(&events);
    told.sort_unstable();
    assert_eq!(told, ["batch.completed", "batch.submitted", "object.created", "upload.completed"]);
    let of = |kind: &str| {
        let found = events.iter().find(|event| event["detail-type"] == kind);
        &found.unwrap_or_else(|| panic!("no {kind}"))["detail"]
    };
    assert_eq!(&of("upload.completed")["object_id"], object);
    assert_eq!(of("upload.completed")["stored_size_bytes"], 6);
    assert_eq!(of("batch.submitted")["object_ids"], json!([object]));
    assert_eq!(of("batch.completed")["status"], "CANCELED");
    let text = Value::from(events.clone()).to_string();
    assert!(!text.contains("secret-name") && !text.contains("X-Amz-"), "{text}");
}
