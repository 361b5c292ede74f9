//! Working off a batch confirmation, as its task does.

use serde_json::{Value, json};
use stowage_api::clock;
use stowage_blobs::Blobs;
use stowage_domain::bucket::Bucket;
use stowage_domain::id::UploadId;
use stowage_domain::policy::Policy;
use stowage_domain::task::Confirmation;
use stowage_ingest::{Confirm, Stretch};
use stowage_store::Store;
use stowage_tests::Fault;
use tokio::time::Instant;

use super::{Scene, clips, read, upload_id};

fn confirm(scene: &Scene) -> Confirm<Store, Blobs> {
    let stack = scene.stack.stack();
    Confirm::new(stack.store().clone(), stack.blobs().clone())
}

fn confirmation(id: &str) -> Confirmation {
    Confirmation {
        upload_id: UploadId::parse(id).expect("an id"),
        etag: None,
        file_size_bytes: None,
        auto_submit_batch: None,
    }
}

async fn work_off(scene: &Scene, list: &[Confirmation], bucket: &Bucket, policy: Option<Policy>) -> Stretch {
    confirm(scene).confirm_many(list, bucket, policy, None, clock::now()).await
}

#[tokio::test]
async fn each_confirmation_has_its_own_outcome_and_a_repeat_has_the_same() {
    let scene = Scene::films().await;
    let good = scene.send(&json!({}), "film").await;
    let again = scene.send(&json!({}), "film").await;
    let plain = scene.send(&json!({"create_object_on_confirm": false}), "plain").await;
    let missing = scene.create(&json!({})).await.ok();
    let other_size = scene.send(&json!({}), "film").await;
    let cancelled = scene.create(&json!({})).await.ok();
    scene.cancel(&cancelled).await.deleted();
    let schema = json!({"film": {"type": "video"}});
    let elsewhere = scene.stack.client.bucket("other", schema, json!(null)).await;
    let create = json!({"filename": "a.mp4", "content_type": "video/mp4"});
    let elsewhere = scene.stack.client.upload(&elsewhere, &create, b"film").await;
    let (_, bucket) = read(&scene, &good).await;

    let all = [&good, &again, &plain, &missing, &other_size, &cancelled, &elsewhere];
    let mut list: Vec<_> = all.iter().map(|upload| confirmation(upload_id(upload))).collect();
    list[4].file_size_bytes = Some(5);
    let done = work_off(&scene, &list, &bucket, None).await;
    assert_eq!(done.stopped_by, None);
    let outcomes: Vec<Value> = done.outcomes.iter().map(|outcome| json!(outcome)).collect();
    let object = outcomes[0]["object_id"].clone();
    assert!(object.is_string(), "{outcomes:?}");
    let expected = |upload: &Value, object: &Value, error: Value, kind: Value, code: Value| {
        let status = if error.is_null() { "COMPLETED" } else { "FAILED" };
        json!({"upload_id": upload["upload_id"], "status": status, "object_id": object, "error": error,
            "error_type": kind, "code": code})
    };
    let well =
        |upload: &Value, object: &Value| expected(upload, object, json!(null), json!(null), json!(null));
    let ill = |upload: &Value, index: usize, kind: &str, code: Value| {
        expected(upload, &json!(null), outcomes[index]["error"].clone(), json!(kind), code)
    };
    let wanted = [
        well(&good, &object),
        well(&again, &object),
        well(&plain, &json!(null)),
        ill(&missing, 3, "BadRequestError", json!("file_not_uploaded")),
        ill(&other_size, 4, "BadRequestError", json!("size_mismatch")),
        ill(&cancelled, 5, "ConflictError", json!("upload_canceled")),
        ill(&elsewhere, 6, "NotFoundError", json!(null)),
    ];
    assert_eq!(outcomes, wanted);
    assert!(outcomes[3..].iter().all(|outcome| outcome["error"].is_string()), "{outcomes:?}");
    assert_eq!(scene.get(&missing).await["status"], "PENDING");

    // From any position, any number of times.
    assert_eq!(work_off(&scene, &list, &bucket, None).await.outcomes, done.outcomes);
    assert_eq!(work_off(&scene, &list[2..], &bucket, None).await.outcomes, done.outcomes[2..]);
    assert_eq!(scene.stack.engines().object_count().await, 1);
    // What the client puts right is right then.
    scene.put(&missing, "third film").await;
    let repaired = work_off(&scene, &list[3..4], &bucket, None).await;
    assert_eq!(json!(repaired.outcomes[0].status), "COMPLETED");
}

#[tokio::test]
async fn uploads_of_one_key_are_confirmed_in_the_lists_order() {
    let scene = Scene::with(clips(), json!({"fields": ["sku"]})).await;
    let (mut uploads, mut list) = (Vec::new(), Vec::new());
    for n in 0..5 {
        let more = json!({"object_metadata": {"sku": "A1", "title": format!("cut {n}")}});
        uploads.push(scene.send(&more, "film").await);
        list.push(confirmation(upload_id(&uploads[n])));
    }
    let (_, bucket) = read(&scene, &uploads[0]).await;
    let inserted = work_off(&scene, &list[..2], &bucket, Some(Policy::Insert)).await;
    assert_eq!(inserted.outcomes[1].code, Some("unique_key_conflict"));
    let updated = work_off(&scene, &list[1..], &bucket, Some(Policy::Upsert)).await;
    let object = inserted.outcomes[0].object_id.clone();
    assert!(updated.outcomes.iter().all(|outcome| outcome.object_id == object), "{updated:?}");
    let stored = scene.stack.engines().object(object.expect("an object").as_str()).await;
    assert_eq!(stored["f:title"], "cut 4");
    // Without a policy it is each one's own failure.
    let more = json!({"object_metadata": {"sku": "A2"}});
    let list = [confirmation(upload_id(&scene.send(&more, "film").await))];
    let refused = work_off(&scene, &list, &bucket, None).await;
    assert_eq!(refused.outcomes[0].code, Some("policy_required"));
}

#[tokio::test]
async fn what_fails_inside_stops_the_list_where_it_can_go_on_later() {
    let scene = Scene::films().await;
    let (mut uploads, mut list) = (Vec::new(), Vec::new());
    for n in 0..4 {
        uploads.push(scene.send(&json!({"skip_duplicates": false}), "film").await);
        list.push(confirmation(upload_id(&uploads[n])));
    }
    let (_, bucket) = read(&scene, &uploads[0]).await;
    let first = work_off(&scene, &list[..1], &bucket, None).await;
    // The first needs no look at S3 any more.
    scene.stack.faults().inject("HEAD uploads", Fault::Status(503), usize::MAX);
    let stopped = work_off(&scene, &list, &bucket, None).await;
    scene.stack.faults().clear();
    assert_eq!(stopped.outcomes, first.outcomes);
    assert_eq!(stopped.stopped_by.map(|error| error.status()), Some(503));
    let rest = work_off(&scene, &list[1..], &bucket, None).await;
    assert_eq!((rest.outcomes.len(), rest.stopped_by), (3, None));
    assert_eq!(scene.stack.engines().object_count().await, 4);
}

#[tokio::test]
async fn nothing_is_begun_after_the_time_for_it() {
    let scene = Scene::films().await;
    let upload = scene.send(&json!({}), "film").await;
    let (_, bucket) = read(&scene, &upload).await;
    let list = [confirmation(upload_id(&upload))];
    let none = confirm(&scene).confirm_many(&list, &bucket, None, Some(Instant::now()), clock::now()).await;
    assert_eq!((none.outcomes.len(), none.stopped_by), (0, None));
    assert_eq!(scene.get(&upload).await["status"], "PENDING");
}
