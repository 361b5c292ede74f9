//! What comes of an upload whose bytes are there.

use std::time::Duration;

use serde_json::{Value, json};
use stowage_local::{Data, Options, RelayOptions};
use stowage_tests::TestStack;

use super::{Scene, event, film, notification};

#[tokio::test(flavor = "multi_thread")]
async fn an_upload_that_nobody_confirms_has_its_object_all_the_same() {
    let scene = Scene::start(RelayOptions::default()).await;
    let upload = scene.put(&film(), b"a film").await;
    scene.stack.quiet().await;
    let shown = scene.shown(&upload).await;
    assert_eq!(shown["status"], "COMPLETED");
    let object = shown["object_id"].as_str().expect("an object");
    let object = scene.stack.client.get(&format!("/v1/buckets/{}/objects/{object}", scene.bucket)).await.ok();
    assert_eq!((&object["title"], &object["blobs"][0]["property"]), (&json!("Metropolis"), &json!("clip")));
}

#[tokio::test(flavor = "multi_thread")]
async fn a_later_confirm_is_answered_the_same_and_still_checks() {
    let scene = Scene::start(RelayOptions::default()).await;
    let client = &scene.stack.client;
    let upload = scene.put(&film(), b"a film").await;
    scene.stack.quiet().await;
    let shown = scene.shown(&upload).await;
    let body = json!({"etag": shown["etag"], "file_size_bytes": 6});
    let answer = client.confirm(&scene.bucket, &upload, &body).await.ok();
    for field in ["object_id", "completed_at", "status"] {
        assert_eq!(answer[field], shown[field], "{field}");
    }
    client.confirm(&scene.bucket, &upload, &json!({"etag": "0"})).await.refused(400, "etag_mismatch");
    let size = json!({"file_size_bytes": 7});
    client.confirm(&scene.bucket, &upload, &size).await.refused(400, "size_mismatch");
    assert_eq!(scene.stack.engines().object_count().await, 1);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_client_that_confirms_within_the_delay_is_not_disturbed() {
    let scene = Scene::start_after(Duration::from_hours(1), RelayOptions::default()).await;
    let client = &scene.stack.client;
    let upload = scene.put(&film(), b"a film").await;
    assert_eq!(scene.shown(&upload).await["status"], "PENDING");
    client.confirm(&scene.bucket, &upload, &json!({"etag": "0"})).await.refused(400, "etag_mismatch");
    let answer = client.confirm(&scene.bucket, &upload, &json!({})).await.ok();
    assert_eq!(answer["status"], "COMPLETED");
}

#[tokio::test(flavor = "multi_thread")]
async fn an_upload_may_opt_out() {
    let scene = Scene::start(RelayOptions::default()).await;
    let mut create = film();
    create["auto_confirm"] = json!(false);
    let upload = scene.put(&create, b"a film").await;
    scene.stack.quiet().await;
    assert_eq!(scene.shown(&upload).await["status"], "PENDING");
    scene.stack.client.confirm(&scene.bucket, &upload, &json!({})).await.ok();
}

#[tokio::test(flavor = "multi_thread")]
async fn where_a_policy_is_missing_the_upload_waits_for_it() {
    let scene = Scene::start(RelayOptions::default()).await;
    let client = &scene.stack.client;
    let schema = json!({"sku": {"type": "string", "required": true}, "clip": {"type": "video"}});
    let keyed = client.bucket("keyed", schema, json!({"fields": ["sku"]})).await;
    let create = json!({"filename": "a.mp4", "content_type": "video/mp4", "object_metadata": {"sku": "1"}});
    let upload = client.upload(&keyed, &create, b"a film").await;
    scene.stack.quiet().await;
    assert_eq!(scene.shown(&upload).await["status"], "PENDING");
    assert_eq!(scene.stack.stack().relay().dead_letters("confirms"), [""; 0], "a refusal is an outcome");
    let id = upload["upload_id"].as_str().expect("an upload_id");
    let path = format!("/v1/buckets/{keyed}/uploads/{id}/confirm?policy=insert");
    assert_eq!(client.post(&path, &json!({})).await.ok()["status"], "COMPLETED");
}

#[tokio::test(flavor = "multi_thread")]
async fn wrong_bytes_leave_the_upload_open_for_the_right_ones() {
    let scene = Scene::start(RelayOptions::default()).await;
    let mut create = film();
    create["file_hash"] = json!("0".repeat(64));
    let upload = scene.put(&create, b"not these").await;
    scene.stack.quiet().await;
    assert_eq!(scene.shown(&upload).await["status"], "PENDING");
    assert_eq!(scene.stack.engines().object_count().await, 0);
}

#[tokio::test(flavor = "multi_thread")]
async fn what_is_no_uploads_key_does_no_harm() {
    let scene = Scene::start(RelayOptions::default()).await;
    let engines = scene.stack.engines();
    scene.stack.quiet().await;
    let before = engines.holdings().await;
    let organisation = scene.stack.stack().organisation();
    let test = json!({"Service": "Amazon S3", "Event": "s3:TestEvent", "Bucket": "stowage-blobs"});
    let unknown = format!("uploads/{organisation}/ns_0123456789abcdef/upl_0123456789abcdef01234567/a.mp4");
    let bodies = [
        test,
        notification(&unknown),
        notification("uploads/a/b"),
        notification("inline/a/b/c/d"),
        notification(""),
        json!({"Records": []}),
    ]
    .map(|body| body.to_string());
    let functions = scene.stack.stack().functions();
    let answer = functions.deliver("auto-confirm", event(&bodies), Duration::from_secs(10)).await;
    assert_eq!(answer, Ok(json!({"batchItemFailures": []})));
    assert_eq!(engines.holdings().await, before);
}

/// A notification that had not been dealt with when the stack ended is not lost.
#[tokio::test(flavor = "multi_thread")]
async fn notifications_outlast_the_process() {
    let directory = tempfile::tempdir().expect("a directory");
    let start = |hold_queues| {
        let relay =
            RelayOptions { hold_queues, auto_confirm: Some(Duration::ZERO), ..RelayOptions::default() };
        let data = Data::Directory(directory.path().to_owned());
        TestStack::start_as_told(Options { relay, data, ..Options::default() })
    };
    let stack = start(true).await;
    let bucket = stack.client.bucket("films", json!({"clip": {"type": "video"}}), json!(null)).await;
    let create = json!({"filename": "a.mp4", "content_type": "video/mp4"});
    let upload: Value = stack.client.upload(&bucket, &create, b"a film").await;
    stack.quiet().await;
    stack.stop().await;
    let stack = start(false).await;
    stack.quiet().await;
    let id = upload["upload_id"].as_str().expect("an upload_id");
    assert_eq!(stack.client.get(&format!("/v1/uploads/{id}")).await.ok()["status"], "COMPLETED");
    stack.stop().await;
}
