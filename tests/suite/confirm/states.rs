//! Where an upload is when it is confirmed, and what comes after.

use serde_json::{Value, json};
use stowage_domain::id::UploadId;
use stowage_domain::upload::{Upload, UploadStatus};
use stowage_store::ports::{FindUploads as _, PutUpload as _};

use super::{ETAG, Scene};

/// Changes an upload behind the API's back.
async fn change(scene: &Scene, upload: &Value, change: impl FnOnce(&mut Upload)) {
    let id = UploadId::parse(upload["upload_id"].as_str().unwrap_or_default()).expect("an id");
    let stack = scene.stack.stack();
    let found = stack.store().find_upload(stack.organisation(), &id).await.expect("the store answers");
    let mut stored = found.expect("the upload");
    change(&mut stored);
    stack.store().put_upload(&stored).await.expect("the store takes it");
}

/// An hour passes for this upload.
async fn expire(scene: &Scene, upload: &Value) {
    change(scene, upload, |stored| stored.expires_at = stored.created_at.plus_seconds(-1)).await;
}

#[tokio::test]
async fn without_bytes_there_is_nothing_to_confirm() {
    let scene = Scene::new(json!(null)).await;
    let upload = scene.create(&json!({})).await;
    let error = scene.confirm(&upload, &json!({})).await.refused(400, "file_not_uploaded");
    assert_eq!(error["details"], json!({"upload_id": upload["upload_id"]}));
    assert_eq!(scene.stored(&upload).await["status"], "PENDING");
    expire(&scene, &upload).await;
    let error = scene.confirm(&upload, &json!({})).await.refused(400, "upload_expired");
    assert_eq!(error["details"], json!({"upload_id": upload["upload_id"]}));
    assert_eq!(scene.stack.engines().object_count().await, 0);
}

#[tokio::test]
async fn bytes_that_came_in_time_can_be_confirmed_late() {
    let scene = Scene::new(json!(null)).await;
    let upload = scene.send(&json!({})).await;
    expire(&scene, &upload).await;
    let done = scene.confirm(&upload, &json!({})).await.ok();
    assert_eq!(done["status"], "COMPLETED");
    assert!(done["object_id"].is_string(), "{done}");
}

#[tokio::test]
async fn a_repeat_gets_the_first_answer() {
    let scene = Scene::new(json!(null)).await;
    let upload = scene.send(&json!({"file_size_bytes": 11})).await;
    let done = scene.confirm(&upload, &json!({})).await.ok();
    let before = scene.stack.engines().holdings().await;
    for body in [json!({}), json!({"etag": ETAG}), json!({"file_size_bytes": 11})] {
        assert_eq!(scene.confirm(&upload, &body).await.ok(), done);
    }
    scene.confirm(&upload, &json!({"etag": "other"})).await.refused(400, "etag_mismatch");
    scene.confirm(&upload, &json!({"file_size_bytes": 12})).await.refused(400, "size_mismatch");
    assert_eq!(scene.stack.engines().holdings().await, before);
}

#[tokio::test]
async fn bytes_that_come_after_the_confirmation_change_nothing() {
    let scene = Scene::new(json!(null)).await;
    let upload = scene.send(&json!({"file_size_bytes": 11})).await;
    let done = scene.confirm(&upload, &json!({})).await.ok();
    let url = upload["presigned_url"].as_str().unwrap_or_default();
    let late = scene.stack.client.put(url, "video/mp4", "HELLO WORLD").await;
    assert_eq!(late.status, 200);
    assert_eq!(scene.confirm(&upload, &json!({})).await.ok(), done);
    scene.confirm(&upload, &json!({"etag": late.etag})).await.refused(400, "etag_mismatch");
    // The version that was confirmed stays the one that is referred to.
    let stored = scene.stored(&upload).await;
    let version = stored["place"]["version_id"].as_str().unwrap_or_default();
    assert!(!version.is_empty(), "{stored}");
    let object = scene.stack.engines().object(done["object_id"].as_str().unwrap_or_default()).await;
    assert_eq!(object["blobs"][0]["place"]["version_id"], version);
    let key = upload["s3_key"].as_str().unwrap_or_default();
    assert_eq!(scene.stack.engines().version(key, version).await, b"hello world");
    // And for what refers to the upload later.
    let blob = json!({"property": "film", "type": "video", "upload_id": upload["upload_id"]});
    let later = scene.stack.client.object(&scene.bucket, "", &json!({"blobs": [blob]})).await.ok();
    let later = scene.stack.engines().object(later["object_id"].as_str().unwrap_or_default()).await;
    assert_eq!(later["blobs"][0]["place"]["version_id"], version);
}

#[tokio::test]
async fn a_file_of_another_size_than_declared_is_refused() {
    let scene = Scene::new(json!(null)).await;
    let upload = scene.send(&json!({})).await;
    // S3 holds every client to the signed length; this one got round it.
    change(&scene, &upload, |stored| stored.file_size_bytes = Some(10)).await;
    let error = scene.confirm(&upload, &json!({})).await.refused(400, "size_mismatch");
    assert_eq!(error["details"], json!({"expected": 10, "actual": 11}));
    assert_eq!(scene.stored(&upload).await["status"], "PENDING");
}

#[tokio::test]
async fn a_cancelled_upload_stays_cancelled() {
    let scene = Scene::new(json!(null)).await;
    let upload = scene.send(&json!({})).await;
    change(&scene, &upload, |stored| stored.status = UploadStatus::Canceled).await;
    let error = scene.confirm(&upload, &json!({})).await.refused(409, "upload_canceled");
    assert_eq!(error["details"], json!({"upload_id": upload["upload_id"]}));
    assert_eq!(scene.stored(&upload).await["status"], "CANCELED");
}

#[tokio::test]
async fn an_upload_that_makes_no_object_is_only_confirmed() {
    let scene = Scene::new(json!({"fields": ["sku"]})).await;
    let upload = scene.send(&json!({"create_object_on_confirm": false})).await;
    let done = scene.confirm(&upload, &json!({})).await.ok();
    assert_eq!((&done["status"], &done["object_id"]), (&json!("COMPLETED"), &json!(null)));
    assert_eq!(scene.stack.engines().object_count().await, 0);
    assert_eq!(scene.stored(&upload).await["ref_count"], 0);
}

#[tokio::test]
async fn an_upload_is_confirmed_only_where_it_is() {
    let scene = Scene::new(json!(null)).await;
    let upload = scene.send(&json!({})).await;
    let client = &scene.stack.client;
    let id = upload["upload_id"].as_str().unwrap_or_default();
    let other = client.bucket("other", json!({"film": {"type": "video"}}), json!(null)).await;
    client.post("/v1/namespaces", &json!({"namespace_name": "elsewhere"})).await.ok();
    let elsewhere = client.with_namespace("elsewhere");
    elsewhere.bucket("b", json!({"film": {"type": "video"}}), json!(null)).await;
    let before = scene.stack.engines().holdings().await;
    for (client, path, resource) in [
        (client, format!("/v1/buckets/{other}/uploads/{id}/confirm"), "upload"),
        (client, format!("/v1/buckets/none/uploads/{id}/confirm"), "bucket"),
        (client, format!("/v1/buckets/{}/uploads/{id}x/confirm", scene.bucket), "upload"),
        (client, format!("/v1/buckets/{}/uploads/{}/confirm", scene.bucket, scene.bucket), "upload"),
        (&elsewhere, format!("/v1/buckets/{}/uploads/{id}/confirm", scene.bucket), "bucket"),
        (&elsewhere, format!("/v1/buckets/b/uploads/{id}/confirm"), "upload"),
        (&elsewhere, format!("/v1/uploads/{id}/confirm"), "upload"),
    ] {
        let error = client.post(&path, &json!({})).await.refused(404, "");
        assert_eq!(error["details"]["resource"], resource, "{path}");
    }
    assert_eq!(scene.stack.engines().holdings().await, before);
    scene.confirm(&upload, &json!({})).await.ok();
}
