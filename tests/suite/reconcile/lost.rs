//! Rows whose bytes are gone.

use serde_json::{Value, json};

use super::Scene;

/// Removes what is behind an `s3://bucket/key`, past Stowage.
async fn lose(scene: &Scene, object: &Value) {
    let url = object["blobs"][0]["properties"]["url"].as_str().expect("a place");
    scene.stack.engines().remove(url).await;
}

async fn shown(scene: &Scene, object: &Value) -> Value {
    let id = object["object_id"].as_str().expect("an id");
    scene.stack.client.get(&format!("/v1/buckets/{}/objects/{id}", scene.bucket)).await.ok()
}

#[tokio::test(flavor = "multi_thread")]
async fn an_object_whose_bytes_are_gone_says_so_and_the_run_fails() {
    let scene = Scene::start().await;
    let (whole, lost) = (scene.inline("whole").await, scene.inline("lost").await);
    let upload = scene.put().await;
    let confirmed = scene.stack.client.confirm(&scene.bucket, &upload, &json!({})).await.ok();
    assert_eq!(scene.reconcile().await, Ok(json!({})));
    lose(&scene, &lost).await;
    lose(&scene, &shown(&scene, &confirmed).await).await;
    for _ in 0..2 {
        assert_eq!(scene.reconcile().await, Err("InternalServerError".to_owned()), "until somebody mends it");
        let object = shown(&scene, &lost).await;
        assert_eq!(
            (&object["status"], &object["error"]),
            (&json!("FAILED"), &json!("blob 'doc': its bytes are gone"))
        );
        let object = shown(&scene, &confirmed).await;
        assert_eq!(object["error"], "blob 'clip': its bytes are gone");
        assert_eq!(shown(&scene, &whole).await["status"], "PENDING");
    }
    let row = scene.stack.engines().object(lost["object_id"].as_str().expect("an id")).await;
    assert_eq!(row["version"], 2, "it is written once");
    for object in [&lost, &confirmed] {
        scene.delete(object).await;
    }
    scene.reconcile().await.expect("nothing is wrong any more");
}

/// The one that confirm saw is gone, although another is there.
#[tokio::test(flavor = "multi_thread")]
async fn another_version_does_not_stand_for_the_one_that_was_confirmed() {
    let scene = Scene::start().await;
    let object = scene.inline("the first").await;
    let row = scene.stack.engines().object(object["object_id"].as_str().expect("an id")).await;
    lose(&scene, &object).await;
    scene.stack.engines().put(row["blobs"][0]["place"]["key"].as_str().expect("a key"), b"another").await;
    assert_eq!(scene.reconcile().await, Err("InternalServerError".to_owned()));
    assert_eq!(shown(&scene, &object).await["status"], "FAILED");
}

#[tokio::test(flavor = "multi_thread")]
async fn an_upload_without_an_object_is_looked_at_too() {
    let scene = Scene::start().await;
    let wanted = json!({"filename": "a.mp4", "content_type": "video/mp4", "create_object_on_confirm": false});
    let upload = scene.stack.client.upload(&scene.bucket, &wanted, b"a film").await;
    scene.stack.client.confirm(&scene.bucket, &upload, &json!({})).await.ok();
    assert_eq!(scene.reconcile().await, Ok(json!({})));
    let row = scene.stack.engines().upload(upload["upload_id"].as_str().expect("an id")).await;
    let key = row["place"]["key"].as_str().expect("a key");
    scene.stack.engines().remove(&format!("s3://stowage-blobs/{key}")).await;
    assert_eq!(scene.reconcile().await, Err("InternalServerError".to_owned()));
    assert_eq!(scene.status(&upload).await, "COMPLETED", "what was confirmed stays so");
}
