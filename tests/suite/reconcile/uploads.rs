//! Uploads that nobody confirmed in time.

use futures::future::join_all;
use serde_json::json;
use stowage_domain::upload::Grace;

use super::{Scene, film};

#[tokio::test(flavor = "multi_thread")]
async fn one_that_nobody_confirmed_has_failed_and_its_bytes_are_gone() {
    let scene = Scene::start().await;
    let upload = scene.put().await;
    assert_eq!(scene.reconcile().await, Ok(json!({"expired_uploads": 1})));
    assert_eq!((scene.status(&upload).await, scene.bytes().await), (json!("FAILED"), 0));
    let late = scene.stack.client.confirm(&scene.bucket, &upload, &json!({})).await;
    late.refused(400, "upload_expired");
    assert_eq!(scene.reconcile().await, Ok(json!({})), "once is enough");
    let id = upload["upload_id"].as_str().expect("an upload_id");
    scene.stack.client.delete(&format!("/v1/buckets/{}/uploads/{id}", scene.bucket)).await.deleted();
}

#[tokio::test(flavor = "multi_thread")]
async fn one_that_may_still_be_confirmed_is_left_alone() {
    let scene = Scene::start_with(Grace::default()).await;
    let (open, confirmed) = (scene.put().await, scene.put().await);
    scene.stack.client.confirm(&scene.bucket, &confirmed, &json!({})).await.ok();
    assert_eq!(scene.reconcile().await, Ok(json!({})));
    assert_eq!((scene.status(&open).await, scene.bytes().await), (json!("PENDING"), 2));
}

#[tokio::test(flavor = "multi_thread")]
async fn a_put_after_the_cancellation_is_removed() {
    let scene = Scene::start().await;
    let client = &scene.stack.client;
    let path = format!("/v1/buckets/{}/uploads", scene.bucket);
    let upload = client.post(&path, &film()).await.ok();
    let id = upload["upload_id"].as_str().expect("an upload_id");
    client.delete(&format!("{path}/{id}")).await.deleted();
    client.put(upload["presigned_url"].as_str().expect("a URL"), "video/mp4", "late").await;
    assert_eq!(scene.bytes().await, 1);
    assert_eq!(scene.reconcile().await, Ok(json!({"late_bytes": 1})));
    assert_eq!((scene.status(&upload).await, scene.bytes().await), (json!("CANCELED"), 0));
}

#[tokio::test(flavor = "multi_thread")]
async fn of_a_confirm_and_a_reconcile_one_wins_and_no_confirmed_byte_goes() {
    let scene = Scene::start().await;
    let client = &scene.stack.client;
    for _ in 0..10 {
        let uploads = join_all((0..8).map(|_| scene.put())).await;
        let nothing = json!({});
        let confirms = join_all(uploads.iter().map(|upload| client.confirm(&scene.bucket, upload, &nothing)));
        let (answers, counted) = tokio::join!(confirms, scene.reconcile());
        counted.expect("it runs");
        for (upload, answer) in uploads.iter().zip(answers) {
            if answer.status == 200 {
                assert_eq!(scene.status(upload).await, "COMPLETED");
                let object = answer.ok()["object_id"].as_str().expect("an object").to_owned();
                let path = format!("/v1/buckets/{}/objects/{object}", scene.bucket);
                let url = client.get(&path).await.ok()["blobs"][0]["properties"]["url"].clone();
                assert_eq!(scene.stack.engines().bytes(url.as_str().expect("a place")).await, b"a film");
            } else {
                assert_eq!(scene.status(upload).await, "FAILED", "{}", answer.body);
            }
        }
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn many_are_gone_through_page_by_page() {
    let scene = Scene::start().await;
    let path = format!("/v1/buckets/{}/uploads/batch", scene.bucket);
    for _ in 0..3 {
        let rows: Vec<_> = (0..100).map(|_| film()).collect();
        scene.stack.client.post(&path, &json!({"uploads": rows})).await.ok();
    }
    assert_eq!(scene.reconcile().await, Ok(json!({"expired_uploads": 300})));
    assert_eq!(scene.reconcile().await, Ok(json!({})));
}
