//! Bytes of objects that are gone.

use serde_json::{Value, json};
use stowage_domain::upload::Grace;

use super::Scene;

async fn inline(scene: &Scene, text: &str) -> Value {
    let blob = json!({"property": "doc", "type": "text", "data": text});
    scene.stack.client.object(&scene.bucket, "", &json!({"blobs": [blob]})).await.ok()
}

async fn delete(scene: &Scene, object: &Value) {
    let id = object["object_id"].as_str().expect("an object_id");
    scene.stack.client.delete(&format!("/v1/buckets/{}/objects/{id}", scene.bucket)).await.deleted();
}

#[tokio::test(flavor = "multi_thread")]
async fn a_deleted_objects_bytes_are_removed_and_no_others() {
    let scene = Scene::start().await;
    let (gone, stays) = (inline(&scene, "gone").await, inline(&scene, "stays").await);
    delete(&scene, &gone).await;
    assert_eq!(scene.bytes().await, 2);
    assert_eq!(scene.reconcile().await, Ok(json!({"removed_objects_bytes": 1})));
    assert_eq!(scene.bytes().await, 1);
    let url = stays["blobs"][0]["properties"]["url"].as_str().expect("a place");
    assert_eq!(scene.stack.engines().bytes(url).await, b"stays");
    let notes = scene.stack.engines().items("objects").await;
    assert_eq!(notes.iter().filter(|item| item["kind"] == "removal").count(), 0);
    assert_eq!(scene.reconcile().await, Ok(json!({})));
}

#[tokio::test(flavor = "multi_thread")]
async fn they_stay_for_as_long_as_somebody_may_be_reading_them() {
    let scene = Scene::start_with(Grace::default()).await;
    let gone = inline(&scene, "gone").await;
    delete(&scene, &gone).await;
    assert_eq!(scene.reconcile().await, Ok(json!({})));
    assert_eq!(scene.bytes().await, 1);
}

#[tokio::test(flavor = "multi_thread")]
async fn an_upload_goes_when_the_last_object_that_refers_to_it_does() {
    let scene = Scene::start_with(Grace { unreferenced: 0, ..Grace::default() }).await;
    let client = &scene.stack.client;
    let upload = scene.put().await;
    let confirmed = client.confirm(&scene.bucket, &upload, &json!({})).await.ok();
    let again = json!({"blobs": [{"property": "clip", "type": "video", "upload_id": upload["upload_id"]}]});
    let second = client.object(&scene.bucket, "", &again).await.ok();
    delete(&scene, &confirmed).await;
    assert_eq!(scene.reconcile().await, Ok(json!({})), "one still refers to it");
    delete(&scene, &second).await;
    assert_eq!(scene.reconcile().await, Ok(json!({"unreferenced_uploads": 1})));
    assert_eq!(scene.bytes().await, 0);
    assert_eq!(scene.stack.engines().items("uploads").await, [Value::Null; 0], "nor its row and pointers");
    client.object(&scene.bucket, "", &again).await.refused(404, "");
}
