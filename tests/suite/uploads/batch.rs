//! `POST …/uploads/batch`: as many uploads as files, by position.

use std::time::Duration;

use serde_json::{Value, json};
use stowage_local::Options;
use stowage_store::Settings;
use stowage_tests::{Answer, Fault, TestStack};

use super::{SHA256_OF_FILM, Scene, clips, upload_id};

fn film(more: &Value) -> Value {
    let mut row = json!({"filename": "a.mp4", "content_type": "video/mp4"});
    for (key, value) in more.as_object().into_iter().flatten() {
        row[key] = value.clone();
    }
    row
}

impl Scene {
    async fn create_many(&self, body: &Value) -> Answer {
        self.stack.client.post(&format!("{}/batch", self.uploads()), body).await
    }
}

fn rows(answer: &Value) -> &[Value] {
    let rows = answer["uploads"].as_array().expect("uploads");
    assert_eq!(answer["total"], rows.len());
    rows
}

#[tokio::test]
async fn uploads_are_answered_in_the_order_of_their_rows_and_work_like_single_ones() {
    let scene = Scene::films().await;
    let names: Vec<String> = (0..7).map(|n| format!("{n}.mp4")).collect();
    let sent: Vec<Value> = names.iter().map(|name| film(&json!({"filename": name}))).collect();
    let answer = scene.create_many(&json!({"uploads": sent})).await.ok();
    let found: Vec<&str> = rows(&answer).iter().map(|row| row["filename"].as_str().unwrap_or("-")).collect();
    assert_eq!(found, names);
    let single = scene.create(&json!({})).await.ok();
    let keys = |upload: &Value| upload.as_object().expect("an object").keys().cloned().collect::<Vec<_>>();
    for row in rows(&answer) {
        assert_eq!(keys(row), keys(&single));
        let mut shown = row.clone();
        shown["presigned_url"] = json!(null);
        assert_eq!(scene.get(row).await, shown);
    }
    let last = rows(&answer)[6].clone();
    scene.put(&last, "film").await;
    assert!(scene.confirm(&last).await.ok()["object_id"].is_string());
}

#[tokio::test]
async fn what_is_shared_stands_under_what_is_a_rows_own() {
    let scene = Scene::films().await;
    let body = json!({
        "shared_metadata": {"campaign": "spring", "by": "all"},
        "shared_object_metadata": {"sku": "A0", "tags": ["x"], "deep": {"a": 1, "b": 2}},
        "uploads": [
            film(&json!({})),
            film(&json!({"metadata": {"by": "me"}, "object_metadata": {"sku": "A1", "deep": {"a": 3}}})),
            film(&json!({"metadata": null, "object_metadata": {"sku": null}})),
        ],
    });
    let answer = scene.create_many(&body).await.ok();
    let found: Vec<_> = rows(&answer).iter().map(|row| (&row["metadata"], &row["object_metadata"])).collect();
    let all = json!({"campaign": "spring", "by": "all"});
    let tags = json!(["x"]);
    assert_eq!(found[0], (&all, &body["shared_object_metadata"]));
    let own = json!({"campaign": "spring", "by": "me"});
    assert_eq!(found[1], (&own, &json!({"sku": "A1", "tags": tags, "deep": {"a": 3}})));
    assert_eq!(found[2], (&all, &json!({"sku": null, "tags": tags, "deep": {"a": 1, "b": 2}})));
    let upload = rows(&answer)[1].clone();
    scene.put(&upload, "film").await;
    let object = scene.confirm(&upload).await.ok()["object_id"].clone();
    let object = scene.stack.engines().object(object.as_str().unwrap_or_default()).await;
    assert_eq!((&object["f:sku"], &object["f:tags"]), (&json!("A1"), &tags));
    // Nothing shared, and nothing of a row's own.
    let body =
        json!({"uploads": [film(&json!({}))], "shared_metadata": null, "shared_object_metadata": null});
    let answer = scene.create_many(&body).await.ok();
    assert_eq!(rows(&answer)[0]["metadata"], json!({}));
    assert_eq!(rows(&answer)[0].get("object_metadata"), Some(&json!(null)));
}

#[tokio::test]
async fn rows_that_need_no_upload_say_so_in_their_places() {
    let scene = Scene::films().await;
    let first = scene.send(&json!({"file_hash": SHA256_OF_FILM}), "film").await;
    let first = scene.confirm(&first).await.ok();
    let same = film(&json!({"file_hash": SHA256_OF_FILM}));
    let own = film(&json!({"file_hash": SHA256_OF_FILM, "skip_duplicates": false}));
    let answer = scene.create_many(&json!({"uploads": [film(&json!({})), same, own]})).await.ok();
    let flags: Vec<_> = rows(&answer).iter().map(|row| row["is_duplicate"] == true).collect();
    assert_eq!(flags, [false, true, false]);
    let duplicate = &rows(&answer)[1];
    assert_eq!(duplicate["upload_id"], first["upload_id"]);
    assert_eq!((&duplicate["status"], &duplicate["presigned_url"]), (&json!("COMPLETED"), &json!(null)));

    let scene = Scene::with(clips(), json!({"fields": ["sku"], "default_policy": "insert"})).await;
    let made = scene.stack.client.object(&scene.bucket, "", &json!({"sku": "A1"})).await.ok();
    let row = |sku: &str| film(&json!({"object_metadata": {"sku": sku}}));
    let answer = scene.create_many(&json!({"uploads": [row("A0"), row("A1"), row("A2")]})).await.ok();
    let skipped: Vec<_> = rows(&answer).iter().map(|row| row["skipped_unique_key"] == true).collect();
    assert_eq!(skipped, [false, true, false]);
    assert_eq!(rows(&answer)[1]["existing_object_id"], made["object_id"]);
    assert_eq!(rows(&answer)[1]["status"], "SKIPPED");
    // Those that aren't needed aren't there.
    let stored = scene.stack.engines().items("uploads").await;
    assert_eq!(stored.len(), 2);
}

#[tokio::test]
async fn if_anything_is_wrong_with_a_row_all_is_told_and_nothing_is_stored() {
    let scene = Scene::with(clips(), json!(null)).await;
    let good = film(&json!({"object_metadata": {"sku": "A1"}}));
    let before = scene.stack.engines().holdings().await;
    let bad = json!({"uploads": [
        good,
        film(&json!({"filename": "../a", "file_size_bytes": 0, "object_metadata": {"sku": 5}})),
        good,
        film(&json!({"content_type": "text/plain", "blob_property": "none"})),
    ]});
    let error = scene.create_many(&bad).await.invalid(&[
        "body.uploads.1.filename",
        "body.uploads.1.file_size_bytes",
        "body.uploads.1.object_metadata.sku",
        "body.uploads.3.blob_property",
        "body.uploads.3.object_metadata.sku",
    ]);
    assert_eq!(error["type"], "ValidationError");
    // Shapes, too: of every row at once.
    let shapes = json!({"uploads": [
        {"filename": "a.mp4"}, good, film(&json!({"filename": 5})), "a.mp4", film(&json!({"note": 1})),
    ]});
    let places =
        ["body.uploads.0.content_type", "body.uploads.2.filename", "body.uploads.3", "body.uploads.4.note"];
    let error = scene.create_many(&shapes).await.invalid(&places);
    assert_eq!(error["code"], "extra_forbidden");
    let large = json!({"file_size_bytes": 6_000_000_000_u64, "object_metadata": {"sku": "A1"}});
    let large = json!({"uploads": [good, film(&large)]});
    let error = scene.create_many(&large).await.refused(422, "payload_too_large");
    assert!(error["message"].as_str().is_some_and(|text| text.contains("uploads[1]")), "{error}");
    // What comes from what is shared is told where it is missing or wrong.
    let shared = json!({"uploads": [film(&json!({})), good], "shared_object_metadata": {"sku": 5}});
    scene.create_many(&shared).await.invalid(&["body.uploads.0.object_metadata.sku"]);
    assert_eq!(scene.stack.engines().holdings().await, before);
}

#[tokio::test]
async fn a_batch_has_one_to_a_hundred_rows() {
    let scene = Scene::films().await;
    let before = scene.stack.engines().holdings().await;
    for (body, place) in [
        (json!({}), "body.uploads"),
        (json!({"uploads": null}), "body.uploads"),
        (json!({"uploads": {}}), "body.uploads"),
        (json!({"uploads": []}), "body.uploads"),
        (json!({"uploads": vec![film(&json!({})); 101]}), "body.uploads"),
        (json!({"uploads": [film(&json!({}))], "shared": {}}), "body.shared"),
        (json!({"uploads": [film(&json!({}))], "shared_metadata": []}), "body.shared_metadata"),
    ] {
        scene.create_many(&body).await.invalid(&[place]);
    }
    let rows_of = |count| json!({"uploads": vec![film(&json!({})); count]});
    let mut large = rows_of(100);
    large["shared_object_metadata"] = json!({"text": "x".repeat(50 * 1024)});
    scene.create_many(&large).await.invalid(&["body.shared_object_metadata"]);
    assert_eq!(scene.stack.engines().holdings().await, before);
    for count in [1, 100] {
        let answer = scene.create_many(&rows_of(count)).await.ok();
        assert_eq!(rows(&answer).len(), count);
        let ids: std::collections::BTreeSet<&str> = rows(&answer).iter().map(upload_id).collect();
        assert_eq!(ids.len(), count);
    }
    assert_eq!(scene.stack.engines().items("uploads").await.len(), 101);
    // The same amount is no matter for fewer.
    large["uploads"] = rows_of(10)["uploads"].clone();
    scene.create_many(&large).await.ok();
}

#[tokio::test]
async fn a_503_says_that_nothing_was_stored_and_what_was_stored_in_vain_does_no_harm() {
    let settings = Settings { retry_for: Duration::from_millis(300), ..Settings::default() };
    let stack = TestStack::start_with(Options { settings, ..Options::default() }).await;
    let bucket = stack.client.bucket("b", json!({"film": {"type": "video"}}), json!(null)).await;
    let scene = Scene { stack, bucket };
    let body = json!({"uploads": vec![film(&json!({})); 40]});
    let faults = scene.stack.faults();
    let stored = async || scene.stack.engines().items("uploads").await.len();

    faults.inject("PutItem", Fault::THROTTLE, usize::MAX);
    scene.create_many(&body).await.refused(503, "");
    faults.clear();
    assert_eq!(stored().await, 0);
    // One is refused for good while others are stored.
    faults.inject("PutItem", Fault::Error("AccessDeniedException"), 1);
    scene.create_many(&body).await.refused(500, "");
    assert_eq!(faults.clear(), 0);
    // Throttles that pass, and answers that are lost once, aren't seen.
    for fault in [Fault::THROTTLE, Fault::LoseAnswer] {
        let before = stored().await;
        faults.inject("PutItem", fault, 5);
        let answer = scene.create_many(&body).await.ok();
        assert_eq!((rows(&answer).len(), faults.clear()), (40, 0));
        assert_eq!(stored().await, before + 40);
    }
}
