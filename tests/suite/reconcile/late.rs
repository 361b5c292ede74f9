//! Bytes that come after the clean-up: a presigned URL can't be taken back.

use serde_json::{Value, json};
use stowage_domain::time::Timestamp;
use stowage_domain::upload::Grace;
use stowage_tests::Fault;

use super::Scene;

/// Uploads are over as soon as they are made, but their URLs are good.
const HASTY: Grace = Grace { late: 0, ..Scene::IMPATIENT };

async fn put_again(scene: &Scene, upload: &Value) {
    let url = upload["presigned_url"].as_str().expect("a URL");
    scene.stack.client.put(url, "video/mp4", "late").await;
    assert_eq!(scene.bytes().await, 1);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_put_after_the_upload_was_given_up_is_removed() {
    let scene = Scene::start_with(HASTY).await;
    let upload = scene.put().await;
    assert_eq!(scene.reconcile().await, Ok(json!({"expired_uploads": 1})));
    for _ in 0..2 {
        put_again(&scene, &upload).await;
        assert_eq!(scene.reconcile().await, Ok(json!({"late_bytes": 1})));
        assert_eq!((scene.status(&upload).await, scene.bytes().await), (json!("FAILED"), 0));
        assert_eq!(scene.reconcile().await, Ok(json!({})));
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_put_after_the_last_reference_was_dropped_is_removed() {
    let scene = Scene::start_with(Grace { unreferenced: 0, ..Grace::default() }).await;
    let upload = scene.leave_upload().await;
    assert_eq!(scene.reconcile().await, Ok(json!({"unreferenced_uploads": 1})));
    assert_eq!(scene.bytes().await, 0);
    put_again(&scene, &upload).await;
    assert_eq!(scene.reconcile().await, Ok(json!({"late_bytes": 1})));
    assert_eq!(scene.bytes().await, 0);
    scene.refer_to(&upload).await.refused(404, "");
}

/// A new upload of the same file, which may stand for an earlier one.
async fn upload_again(scene: &Scene) -> Value {
    let hash = "eb4d67fa94a1035e41117b2890d6281a1ad461ac0c9cfa6d3c0e94256a08532f";
    let film = json!({"filename": "a.mp4", "content_type": "video/mp4", "skip_duplicates": true,
        "create_object_on_confirm": false, "file_hash": hash});
    let path = format!("/v1/buckets/{}/uploads", scene.bucket);
    let upload = scene.stack.client.post(&path, &film).await.ok();
    if let Some(url) = upload["presigned_url"].as_str() {
        scene.stack.client.put(url, "video/mp4", "a film").await;
        scene.stack.client.confirm(&scene.bucket, &upload, &json!({})).await.ok();
    }
    upload
}

#[tokio::test(flavor = "multi_thread")]
async fn an_upload_that_is_going_stands_for_no_other() {
    let scene = Scene::start_with(Grace { unreferenced: 0, ..Grace::default() }).await;
    let first = upload_again(&scene).await;
    assert_eq!(upload_again(&scene).await["is_duplicate"], true);
    let object = scene.refer_to(&first).await.ok();
    scene.delete(&object).await;
    // It is claimed, and then S3 fails.
    scene.stack.background().inject("DELETE uploads", Fault::Status(403), 1);
    scene.reconcile().await.expect_err("S3 failed");
    let second = upload_again(&scene).await;
    assert_eq!(second["is_duplicate"], false, "{second}");
    // What leads to the new one doesn't go with the old one.
    assert_eq!(scene.reconcile().await, Ok(json!({"late_bytes": 1})));
    let third = upload_again(&scene).await;
    assert_eq!(third["duplicate_of_upload_id"], second["upload_id"], "{third}");
}

/// An upload's row, as if all that has happened to it had been this much earlier.
async fn grow_old(scene: &Scene, upload: &Value, hours: i64) -> Value {
    let row = scene.stack.engines().upload(upload["upload_id"].as_str().expect("an upload_id")).await;
    let mut changes = Vec::new();
    let mut values = json!({});
    for attribute in ["expires_at", "bytes_removed_at"] {
        let Some(at) = row[attribute].as_str() else { continue };
        let at: Timestamp = serde_json::from_value(json!(at)).expect("an instant");
        values[format!(":{attribute}")] = json!({"S": at.plus_seconds(-hours * 3600).to_string()});
        changes.push(format!("{attribute} = :{attribute}"));
    }
    scene.change("uploads", &row, &format!("SET {}", changes.join(", ")), values).await;
    row
}

/// A PUT that was begun in time may end long after.
#[tokio::test(flavor = "multi_thread")]
async fn the_last_look_is_a_day_after_the_url_has_expired() {
    let scene = Scene::start_with(Grace::default()).await;
    let engines = scene.stack.engines();
    let upload = scene.put().await;
    let row = grow_old(&scene, &upload, 3).await;
    let key = row["place"]["key"].as_str().expect("a key");
    assert_eq!(scene.reconcile().await, Ok(json!({"expired_uploads": 1})));
    engines.put(key, b"late").await;
    assert_eq!(scene.reconcile().await, Ok(json!({})), "not at every run");
    grow_old(&scene, &upload, 24).await;
    assert_eq!(scene.reconcile().await, Ok(json!({"late_bytes": 1})));
    assert_eq!(scene.bytes().await, 0);
    engines.put(key, b"nobody's PUT").await;
    assert_eq!(scene.reconcile().await, Ok(json!({})), "that was the last look");
}
