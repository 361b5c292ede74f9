//! Another tenant's ids: as if the things weren't there, and nothing is written.

use serde_json::{Value, json};
use stowage_tests::{Client, TestStack};

use super::stranger;

fn schema() -> Value {
    json!({"sku": {"type": "string"}, "film": {"type": "video"}})
}

/// A bucket with a confirmed upload and one that waits.
async fn furnish(client: &Client) -> (String, Value, Value) {
    let bucket = client.bucket("b", schema(), json!(null)).await;
    let create = json!({"filename": "a.mp4", "content_type": "video/mp4"});
    let confirmed = client.upload(&bucket, &create, b"film").await;
    client.confirm(&bucket, &confirmed, &json!({})).await.ok();
    let waiting = client.upload(&bucket, &create, b"another film").await;
    (bucket, confirmed, waiting)
}

#[tokio::test]
async fn an_objects_upload_must_be_of_its_own_bucket() {
    let stack = TestStack::start().await;
    let (_, confirmed, waiting) = furnish(&stack.client).await;
    let strange = stranger(&stack).await;
    strange.post("/v1/namespaces", &json!({"namespace_name": "default"})).await.ok();
    stack.client.post("/v1/namespaces", &json!({"namespace_name": "next door"})).await.ok();
    let next_door = stack.client.with_namespace("next door");
    let theirs = strange.bucket("b", schema(), json!(null)).await;
    let beside = next_door.bucket("b", schema(), json!(null)).await;
    let other = stack.client.bucket("other", schema(), json!(null)).await;
    let before = stack.engines().holdings().await;
    for (client, bucket) in [(&strange, &theirs), (&next_door, &beside), (&stack.client, &other)] {
        // Confirmed or not: whoever may not see it, doesn't learn which.
        for upload in [&confirmed, &waiting] {
            let blob = json!({"property": "film", "type": "video", "upload_id": upload["upload_id"]});
            let error = client.object(bucket, "", &json!({"blobs": [blob]})).await.refused(404, "");
            assert_eq!(error["details"], json!({"resource": "upload", "id": upload["upload_id"]}));
        }
    }
    assert_eq!(stack.engines().holdings().await, before);
}

#[tokio::test]
async fn names_and_chosen_ids_are_each_tenants_own() {
    let stack = TestStack::start().await;
    let strange = stranger(&stack).await;
    let body = json!({"namespace_name": "films", "namespace_id": "ns_films"});
    for client in [&stack.client, &strange] {
        client.post("/v1/namespaces", &body).await.ok();
        client.with_namespace("ns_films").bucket("b", schema(), json!(null)).await;
    }
    let (ours, theirs) = (stack.client.with_namespace("films"), strange.with_namespace("films"));
    let ours = ours.get("/v1/buckets/b").await.ok();
    let theirs = theirs.get("/v1/buckets/b").await.ok();
    assert_ne!(ours["bucket_id"], theirs["bucket_id"]);
    // An organisation that made no namespace has none, the default one included.
    stranger(&stack).await.get("/v1/namespaces/films").await.refused(404, "");
    stranger(&stack).await.get("/v1/buckets/b").await.refused(404, "");
}
