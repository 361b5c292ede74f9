//! Sources that wait for their copies although nobody tries any more.

use serde_json::json;
use stowage_domain::upload::Grace;

use super::Scene;

async fn waiting(scene: &Scene) -> String {
    let source = json!([{"property": "clip", "type": "video", "data": "https://a.example/a.mp4"}]);
    let object = scene.stack.client.object(&scene.bucket, "", &json!({"blobs": source})).await.ok();
    object["object_id"].as_str().expect("an id").to_owned()
}

/// The event is what has a source copied, and its version makes it another.
#[tokio::test(flavor = "multi_thread")]
async fn their_objects_are_told_of_once_more() {
    let scene = Scene::start().await;
    let id = waiting(&scene).await;
    let before = scene.stack.engines().object(&id).await;
    scene.inline("waits for nothing").await;
    assert_eq!(scene.reconcile().await, Ok(json!({"reminders_of_copies": 1})));
    let after = scene.stack.engines().object(&id).await;
    assert_eq!((&after["version"], &after["mirror"]), (&json!(2), &json!(true)));
    assert_eq!((&after["blobs"], &after["write_id"]), (&before["blobs"], &before["write_id"]));
}

#[tokio::test(flavor = "multi_thread")]
async fn those_that_are_being_copied_are_left_alone() {
    let scene = Scene::start_with(Grace::default()).await;
    let id = waiting(&scene).await;
    assert_eq!(scene.reconcile().await, Ok(json!({})));
    assert_eq!(scene.stack.engines().object(&id).await["version"], 1);
}
