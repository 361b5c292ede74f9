//! Others at work at the same time.

use futures::future::join_all;
use serde_json::json;
use stowage_domain::upload::Grace;
use stowage_tests::Fault;

use super::Scene;

/// Since it was read, somebody has referred to the upload and has dropped the reference: its time begins
/// anew.
#[tokio::test(flavor = "multi_thread")]
async fn a_reference_that_came_and_went_meanwhile_keeps_the_upload() {
    let scene = Scene::start_with(Grace { unreferenced: 0, ..Grace::default() }).await;
    let upload = scene.leave_upload().await;
    let scan = json!({"TableName": "stowage-uploads", "ConsistentRead": true});
    let read_before = scene.stack.dynamodb("Scan", &scan).await.to_string();
    let object = scene.refer_to(&upload).await.ok();
    scene.stack.background().inject("Scan", Fault::Answer(read_before.clone()), 1);
    assert_eq!(scene.reconcile().await, Ok(json!({})), "an object refers to it");
    scene.delete(&object).await;
    scene.stack.background().inject("Scan", Fault::Answer(read_before), 1);
    assert_eq!(scene.reconcile().await, Ok(json!({})), "one has until just now");
    assert_eq!((scene.stack.background().clear(), scene.bytes().await), (0, 1));
    assert_eq!(scene.reconcile().await, Ok(json!({"unreferenced_uploads": 1})));
    assert_eq!(scene.bytes().await, 0);
}

#[tokio::test(flavor = "multi_thread")]
async fn of_a_reference_and_a_claim_one_wins_and_no_referred_byte_goes() {
    let scene = Scene::start_with(Grace { unreferenced: 0, ..Grace::default() }).await;
    for _ in 0..5 {
        let uploads = join_all((0..8).map(|_| scene.leave_upload())).await;
        let references = join_all(uploads.iter().map(|upload| scene.refer_to(upload)));
        let (answers, counted) = tokio::join!(references, scene.reconcile());
        counted.expect("it runs");
        for answer in answers {
            if answer.status == 200 {
                let object = answer.ok();
                let url = object["blobs"][0]["properties"]["url"].as_str().expect("a place").to_owned();
                assert_eq!(scene.stack.engines().bytes(&url).await, b"a film");
            } else {
                answer.refused(404, "");
            }
        }
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn two_runs_side_by_side_do_no_harm() {
    let scene = Scene::start().await;
    let kept = scene.put().await;
    let stays = scene.stack.client.confirm(&scene.bucket, &kept, &json!({})).await.ok();
    for _ in 0..20 {
        scene.put().await;
        scene.leave_upload().await;
        scene.delete(&scene.inline("gone").await).await;
    }
    let (one, other) = tokio::join!(scene.reconcile(), scene.reconcile());
    let (one, other) = (one.expect("it runs"), other.expect("it runs"));
    for counted in ["expired_uploads", "unreferenced_uploads", "removed_objects_bytes"] {
        let of = |run: &serde_json::Value| run[counted].as_u64().unwrap_or(0);
        assert!((20..=40).contains(&(of(&one) + of(&other))), "{counted}: {one} {other}");
    }
    assert_eq!((scene.bytes().await, scene.notes().await.len()), (1, 0));
    let object =
        format!("/v1/buckets/{}/objects/{}", scene.bucket, stays["object_id"].as_str().unwrap_or(""));
    let url = scene.stack.client.get(&object).await.ok()["blobs"][0]["properties"]["url"].clone();
    assert_eq!(scene.stack.engines().bytes(url.as_str().expect("a place")).await, b"a film");
    assert_eq!(scene.reconcile().await, Ok(json!({})));
}
