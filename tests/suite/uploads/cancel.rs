//! `DELETE …/uploads/{upload_id}`: cancelling what nobody confirmed.

use std::time::Duration;

use serde_json::json;
use stowage_local::Options;
use stowage_store::Settings;
use stowage_tests::{Fault, TestStack};

use super::{Scene, upload_id};

#[tokio::test]
async fn a_pending_upload_is_cancelled_and_everything_that_was_sent_is_deleted() {
    let scene = Scene::films().await;
    let upload = scene.send(&json!({"metadata": {"a": 1}}), "film").await;
    scene.put(&upload, "film, second cut").await;
    let other = scene.send(&json!({}), "another film").await;
    assert_eq!(scene.versions(&upload).await.len(), 2);
    scene.cancel(&upload).await.deleted();
    assert_eq!(scene.versions(&upload).await, [""; 0]);
    let shown = scene.get(&upload).await;
    assert_eq!((&shown["status"], &shown["metadata"]), (&json!("CANCELED"), &json!({"a": 1})));
    assert_eq!(shown.get("presigned_url"), Some(&json!(null)));
    // The record ends by itself, as it would have without a confirmation.
    let stored = scene.stack.engines().upload(upload_id(&upload)).await;
    assert!(stored["ttl"].is_i64(), "{stored}");

    scene.confirm(&upload).await.refused(409, "upload_canceled");
    let blob = json!({"property": "film", "type": "video", "upload_id": upload["upload_id"]});
    let object = scene.stack.client.object(&scene.bucket, "", &json!({"blobs": [blob]})).await;
    let error = object.refused(400, "upload_not_confirmed");
    assert_eq!(error["details"]["status"], "CANCELED");
    // Nothing else was touched.
    assert_eq!(scene.versions(&other).await.len(), 1);
    scene.confirm(&other).await.ok();
}

#[tokio::test]
async fn a_second_deletion_is_answered_like_the_first_and_clears_up_after_a_late_put() {
    let scene = Scene::films().await;
    let upload = scene.create(&json!({})).await.ok();
    scene.cancel(&upload).await.deleted();
    let cancelled = scene.get(&upload).await;
    // Nobody can take the URL back.
    scene.put(&upload, "film").await;
    scene.confirm(&upload).await.refused(409, "upload_canceled");
    scene.cancel(&upload).await.deleted();
    assert_eq!(scene.versions(&upload).await, [""; 0]);
    assert_eq!(scene.get(&upload).await, cancelled);
}

#[tokio::test]
async fn by_the_alias_or_after_the_expiry_it_is_the_same() {
    let scene = Scene::films().await;
    for expired in [false, true] {
        let upload = scene.send(&json!({}), "film").await;
        if expired {
            scene.expire(&upload).await;
            assert_eq!(scene.get(&upload).await["status"], "FAILED");
        }
        scene.stack.client.delete(&format!("/v1/uploads/{}", upload_id(&upload))).await.deleted();
        assert_eq!(scene.get(&upload).await["status"], "CANCELED");
        assert_eq!(scene.versions(&upload).await, [""; 0]);
    }
}

#[tokio::test]
async fn the_bytes_stay_where_that_is_asked_for() {
    let scene = Scene::films().await;
    let upload = scene.send(&json!({}), "film").await;
    let path = scene.path(&upload);
    let before = scene.stack.engines().holdings().await;
    let odd = scene.stack.client.delete(&format!("{path}?delete_s3_object=no")).await;
    odd.invalid(&["query.delete_s3_object"]);
    assert_eq!(scene.stack.engines().holdings().await, before);

    scene.stack.client.delete(&format!("{path}?delete_s3_object=false")).await.deleted();
    assert_eq!(scene.versions(&upload).await.len(), 1);
    let kept = async || scene.stack.engines().upload(upload_id(&upload)).await["keep_bytes"].clone();
    assert_eq!(kept().await, true);
    let ttl = async || scene.stack.upload_attribute(upload_id(&upload), "ttl").await;
    assert_eq!(ttl().await, None, "a row whose bytes stay does, too");
    scene.confirm(&upload).await.refused(409, "upload_canceled");
    // And go when that is.
    scene.stack.client.delete(&format!("{path}?delete_s3_object=true")).await.deleted();
    assert_eq!(scene.versions(&upload).await, [""; 0]);
    assert_eq!(kept().await, false);
    assert!(ttl().await.is_some());
}

#[tokio::test]
async fn a_confirmed_upload_can_not_be_cancelled() {
    let scene = Scene::films().await;
    for more in [json!({}), json!({"create_object_on_confirm": false})] {
        let upload = scene.send(&more, "film").await;
        scene.confirm(&upload).await.ok();
        let before = scene.stack.engines().holdings().await;
        for query in ["", "?delete_s3_object=false"] {
            let answer = scene.stack.client.delete(&format!("{}{query}", scene.path(&upload))).await;
            let error = answer.refused(400, "upload_completed");
            assert_eq!(error["details"], json!({"upload_id": upload["upload_id"]}));
        }
        assert_eq!(scene.stack.engines().holdings().await, before);
        assert_eq!(scene.versions(&upload).await.len(), 1);
    }
}

#[tokio::test]
async fn a_bucket_that_is_being_deleted_shows_its_uploads_and_cancels_none() {
    let settings = Settings { cache_for: Duration::ZERO, ..Settings::default() };
    let stack = TestStack::start_with(Options { settings, ..Options::default() }).await;
    let bucket = stack.client.bucket("b", json!({"film": {"type": "video"}}), json!(null)).await;
    let scene = Scene { stack, bucket };
    let upload = scene.create(&json!({})).await.ok();
    // The task that removes it waits longer than this test does.
    scene.stack.client.delete(&format!("/v1/buckets/{}", scene.bucket)).await.ok();
    scene.cancel(&upload).await.refused(409, "bucket_deleting");
    for (path, body) in [
        ("batch", json!({"uploads": [{"filename": "a.mp4", "content_type": "video/mp4"}]})),
        ("confirm/batch", json!({"confirmations": [{"upload_id": upload["upload_id"]}]})),
    ] {
        let answer = scene.stack.client.post(&format!("{}/{path}", scene.uploads()), &body).await;
        answer.refused(409, "bucket_deleting");
    }
}

#[tokio::test]
async fn a_lost_answer_is_a_success_and_a_throttle_changes_nothing() {
    let settings = Settings { retry_for: Duration::from_millis(300), ..Settings::default() };
    let stack = TestStack::start_with(Options { settings, ..Options::default() }).await;
    let bucket = stack.client.bucket("b", json!({"film": {"type": "video"}}), json!(null)).await;
    let scene = Scene { stack, bucket };
    let upload = scene.send(&json!({}), "film").await;
    let faults = scene.stack.faults();

    let before = scene.stack.engines().holdings().await;
    faults.inject("UpdateItem", Fault::THROTTLE, usize::MAX);
    scene.cancel(&upload).await.refused(503, "");
    faults.clear();
    assert_eq!(scene.stack.engines().holdings().await, before);

    // Cancelled before it was told, and so it stays; the bytes wait for the repeat.
    faults.inject("UpdateItem", Fault::LoseAnswer, usize::MAX);
    scene.cancel(&upload).await.refused(500, "");
    faults.clear();
    assert_eq!(scene.get(&upload).await["status"], "CANCELED");
    assert_eq!(scene.versions(&upload).await.len(), 1);
    faults.inject("UpdateItem", Fault::LoseAnswer, 1);
    scene.cancel(&upload).await.deleted();
    assert_eq!((faults.clear(), scene.versions(&upload).await.len()), (0, 0));
}

#[tokio::test]
async fn s3_out_of_reach_is_no_503_once_the_upload_is_cancelled() {
    let scene = Scene::films().await;
    let upload = scene.send(&json!({}), "film").await;
    scene.stack.faults().inject("DELETE uploads", Fault::Status(503), usize::MAX);
    scene.cancel(&upload).await.refused(500, "");
    scene.stack.faults().clear();
    assert_eq!(scene.get(&upload).await["status"], "CANCELED");
    scene.cancel(&upload).await.deleted();
    assert_eq!(scene.versions(&upload).await, [""; 0]);
}

#[tokio::test]
async fn a_record_that_has_ended_meanwhile_is_a_404() {
    let scene = Scene::films().await;
    let upload = scene.create(&json!({})).await.ok();
    let pk = format!("{}#{}", scene.stack.stack().organisation(), upload_id(&upload));
    let request = json!({"TableName": "stowage-uploads", "Key": {"pk": {"S": pk}}});
    scene.stack.dynamodb("DeleteItem", &request).await;
    scene.cancel(&upload).await.refused(404, "");
    assert_eq!(scene.stack.engines().items("uploads").await, [json!(null); 0]);
}
