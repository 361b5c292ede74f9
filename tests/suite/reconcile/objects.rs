//! Bytes of objects that are gone.

use serde_json::{Value, json};
use stowage_domain::upload::Grace;

use super::Scene;

#[tokio::test(flavor = "multi_thread")]
async fn a_deleted_objects_bytes_are_removed_and_no_others() {
    let scene = Scene::start().await;
    let (gone, stays) = (scene.inline("gone").await, scene.inline("stays").await);
    scene.delete(&gone).await;
    assert_eq!(scene.bytes().await, 2);
    assert_eq!(scene.reconcile().await, Ok(json!({"removed_objects_bytes": 1})));
    assert_eq!(scene.bytes().await, 1);
    let url = stays["blobs"][0]["properties"]["url"].as_str().expect("a place");
    assert_eq!(scene.stack.engines().bytes(url).await, b"stays");
    assert_eq!(scene.notes().await, [Value::Null; 0]);
    assert_eq!(scene.reconcile().await, Ok(json!({})));
}

#[tokio::test(flavor = "multi_thread")]
async fn they_stay_for_as_long_as_somebody_may_be_reading_them() {
    let scene = Scene::start_with(Grace::default()).await;
    let gone = scene.inline("gone").await;
    scene.delete(&gone).await;
    assert_eq!(scene.reconcile().await, Ok(json!({})));
    assert_eq!(scene.bytes().await, 1);
}

#[tokio::test(flavor = "multi_thread")]
async fn an_upload_goes_when_the_last_object_that_refers_to_it_does() {
    let scene = Scene::start().await;
    let upload = scene.put().await;
    let confirmed = scene.stack.client.confirm(&scene.bucket, &upload, &json!({})).await.ok();
    let second = scene.refer_to(&upload).await.ok();
    scene.delete(&confirmed).await;
    assert_eq!(scene.reconcile().await, Ok(json!({})), "one still refers to it");
    scene.delete(&second).await;
    assert_eq!(scene.reconcile().await, Ok(json!({"unreferenced_uploads": 1})));
    assert_eq!(scene.bytes().await, 0);
    assert_eq!(scene.stack.engines().items("uploads").await, [Value::Null; 0], "nor its row and pointers");
    scene.refer_to(&upload).await.refused(404, "");
}

#[tokio::test(flavor = "multi_thread")]
async fn bytes_that_an_object_has_after_all_stay_and_are_found_once_a_run() {
    let scene = Scene::start().await;
    let (gone, stays) = (scene.inline("gone").await, scene.inline("stays").await);
    scene.delete(&gone).await;
    let row = scene.stack.engines().object(stays["object_id"].as_str().expect("an object_id")).await;
    let key = json!({"TableName": "stowage-objects", "Key": {"pk": {"S": row["pk"]}}});
    let place = scene.stack.dynamodb("GetItem", &key).await["Item"]["blobs"]["L"][0]["M"]["place"].clone();
    let values = json!({":id": {"S": stays["object_id"]}, ":places": {"L": [place]}});
    let note = &scene.notes().await[0];
    scene.change("objects", note, "SET object_id = :id, places = :places", values).await;
    for _ in 0..2 {
        assert_eq!(scene.reconcile().await, Ok(json!({"bytes_in_use": 1})));
        assert_eq!((scene.bytes().await, scene.notes().await.len()), (2, 1));
    }
}

/// Under a unique key: what an upsert or an update replaces.
#[tokio::test(flavor = "multi_thread")]
async fn replaced_bytes_are_removed_and_those_in_their_place_stay() {
    let scene = Scene::start().await;
    let client = &scene.stack.client;
    let schema = json!({"sku": {"type": "string", "required": true}, "doc": {"type": "text"}});
    let bucket = client.bucket("keyed", schema, json!({"fields": ["sku"]})).await;
    let write = async |policy: &str, blobs: Value| {
        let mut body = json!({"sku": "a"});
        if !blobs.is_null() {
            body["blobs"] = blobs;
        }
        client.object(&bucket, policy, &body).await.ok()
    };
    let doc = |text: &str| json!([{"property": "doc", "type": "text", "data": text}]);
    write("?policy=upsert", doc("one")).await;
    scene.stack.quiet().await;
    assert_eq!(scene.notes().await, [Value::Null; 0]);
    write("?policy=upsert", doc("two")).await;
    write("?policy=update", doc("three")).await;
    scene.stack.quiet().await;
    assert_eq!((scene.bytes().await, scene.notes().await.len()), (3, 2));
    // Streams tell whole seconds, and a note may be of the second that has just begun.
    assert_eq!(scene.reconcile().await, Ok(json!({"removed_objects_bytes": 2})));
    let last = write("?policy=update", Value::Null).await;
    scene.stack.quiet().await;
    assert_eq!((scene.bytes().await, scene.notes().await.len()), (1, 0), "its blobs were not replaced");
    let url = last["blobs"][0]["properties"]["url"].as_str().expect("a place");
    assert_eq!(scene.stack.engines().bytes(url).await, b"three");
    // A deletion notes what is left with it.
    let id = last["object_id"].as_str().expect("an id");
    client.delete(&format!("/v1/buckets/{bucket}/objects/{id}")).await.deleted();
    scene.reconcile().await.expect("it runs");
    assert_eq!((scene.bytes().await, scene.notes().await.len()), (0, 0));
}
