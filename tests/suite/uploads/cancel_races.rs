//! Cancelling races confirming: one of them wins, and the other says so. No upload is COMPLETED without
//! its bytes, none is CANCELED with an object.

use futures::future::join_all;
use serde_json::{Value, json};
use stowage_api::clock;
use stowage_domain::Error;
use stowage_domain::upload::ConfirmUploadRequest;
use stowage_ingest::{Confirm, Manner};
use stowage_store::ports::CancelUpload as _;
use stowage_tests::Answer;

use super::{SHA256_OF_FILM, Scene, read, upload_id};

const ROUNDS: usize = 40;

/// Checks that answers, upload, object and bytes tell one story.
async fn settled(scene: &Scene, upload: &Value, confirms: Vec<Answer>, cancels: Vec<Answer>) {
    let shown = scene.get(upload).await;
    let objects = scene.stack.engines().items("objects").await;
    let made = objects.iter().any(|item| item["blobs"][0]["upload_id"] == upload["upload_id"]);
    match shown["status"].as_str() {
        Some("COMPLETED") => {
            for confirm in confirms {
                assert_eq!(confirm.ok()["object_id"], shown["object_id"]);
            }
            for cancel in cancels {
                cancel.refused(400, "upload_completed");
            }
            assert!(made, "{shown}");
            let path = format!("{}?return_presigned_urls=true", scene.path(upload));
            let url = scene.stack.client.get(&path).await.ok()["presigned_url"].clone();
            let bytes = scene.stack.client.http().get(url.as_str().expect("a URL")).send().await;
            assert_eq!(bytes.expect("S3 answers").text().await.expect("a body"), "film");
        }
        Some("CANCELED") => {
            for confirm in confirms {
                confirm.refused(409, "upload_canceled");
            }
            for cancel in cancels {
                cancel.deleted();
            }
            assert!(!made, "{shown}");
            assert_eq!(shown["object_id"], json!(null));
            assert_eq!(scene.versions(upload).await, [""; 0]);
        }
        _ => panic!("{shown}"),
    }
}

#[tokio::test]
async fn a_confirm_that_is_slower_than_a_cancellation_sees_it() {
    let scene = Scene::films().await;
    let stack = scene.stack.stack();
    let confirm = Confirm::new(stack.store().clone(), stack.blobs().clone());
    // With the bytes still there, and without.
    for query in ["?delete_s3_object=false", ""] {
        for more in [json!({}), json!({"file_hash": SHA256_OF_FILM})] {
            let upload = scene.send(&more, "film").await;
            let (stale, bucket) = read(&scene, &upload).await;
            let id = stale.upload_id.clone();
            scene.stack.client.delete(&format!("{}{query}", scene.path(&upload))).await.deleted();
            let (request, manner) = (ConfirmUploadRequest::default(), Manner::default());
            let late = confirm.confirm_one(stale, &bucket, &request, manner, clock::now()).await;
            assert_eq!(late, Err(Error::UploadCanceled(id)), "{query}");
            assert_eq!(scene.get(&upload).await["status"], "CANCELED");
        }
    }
    assert_eq!(scene.stack.engines().object_count().await, 0);
}

#[tokio::test]
async fn a_cancellation_that_is_slower_than_a_confirm_sees_it() {
    let scene = Scene::films().await;
    let upload = scene.send(&json!({}), "film").await;
    let (stale, _) = read(&scene, &upload).await;
    let done = scene.confirm(&upload).await.ok();
    let late = scene.stack.stack().store().cancel_upload(&stale, false).await;
    assert_eq!(late, Err(Error::UploadCompleted(stale.upload_id)));
    assert_eq!(scene.confirm(&upload).await.ok(), done);
}

#[tokio::test]
async fn a_confirm_that_is_slower_than_another_gives_its_answer_whatever_came_since() {
    let scene = Scene::films().await;
    let stack = scene.stack.stack();
    let upload = scene.send(&json!({}), "film").await;
    let (stale, bucket) = read(&scene, &upload).await;
    let etag = scene.confirm(&upload).await.ok()["etag"].as_str().map(str::to_owned);
    scene.put(&upload, "another film").await;
    let confirm = Confirm::new(stack.store().clone(), stack.blobs().clone());
    let request = ConfirmUploadRequest { etag: etag.clone(), ..ConfirmUploadRequest::default() };
    let late = confirm.confirm_one(stale, &bucket, &request, Manner::default(), clock::now()).await;
    assert_eq!(late.expect("the first answer").etag, etag);
}

async fn race(scene: &Scene, more: impl Fn(usize) -> Value) {
    for round in 0..ROUNDS {
        let upload = scene.send(&more(round), "film").await;
        let path = scene.path(&upload);
        let alias = format!("/v1/uploads/{}", upload_id(&upload));
        let confirm = || scene.confirm(&upload);
        // In turns, so that neither is always the first to be sent.
        let (confirms, cancels) = if round % 2 == 0 {
            let cancels = [path, alias];
            let cancels = join_all(cancels.iter().map(|path| scene.stack.client.delete(path)));
            tokio::join!(join_all([confirm(), confirm()]), cancels)
        } else {
            let (cancel, confirms) =
                tokio::join!(scene.stack.client.delete(&alias), join_all([confirm(), confirm(), confirm()]));
            (confirms, vec![cancel])
        };
        settled(scene, &upload, confirms, cancels).await;
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn of_confirms_and_cancellations_one_wins_and_the_others_see_it() {
    let scene = Scene::films().await;
    race(&scene, |round| json!({"object_metadata": {"sku": format!("{round}")}, "skip_duplicates": false}))
        .await;
}

#[tokio::test(flavor = "multi_thread")]
async fn also_where_confirming_reads_the_bytes() {
    let scene = Scene::films().await;
    race(&scene, |_| json!({"skip_duplicates": false, "file_hash": SHA256_OF_FILM})).await;
}
