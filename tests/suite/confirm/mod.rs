//! Confirming uploads (contract section 7.4).

mod policies;
mod states;
mod verified;

use serde_json::{Value, json};
use stowage_tests::{Answer, TestStack};

/// A stack with one bucket of films.
struct Scene {
    stack: TestStack,
    bucket: String,
}

const FILM: &[u8] = b"hello world";
const ETAG: &str = "5eb63bbbe01eeed093cb22bb8f5acdc3";

impl Scene {
    async fn new(unique_key: Value) -> Self {
        let stack = TestStack::start().await;
        let properties = json!({"sku": {"type": "string"}, "film": {"type": "video"},
            "title": {"type": "string"}});
        let bucket = stack.client.bucket("b", properties, unique_key).await;
        Self { stack, bucket }
    }

    fn body(more: &Value) -> Value {
        let mut body = json!({"filename": "a.mp4", "content_type": "video/mp4"});
        for (key, value) in more.as_object().into_iter().flatten() {
            body[key] = value.clone();
        }
        body
    }

    /// Creates an upload without sending anything.
    async fn create(&self, more: &Value) -> Value {
        let path = format!("/v1/buckets/{}/uploads", self.bucket);
        self.stack.client.post(&path, &Self::body(more)).await.ok()
    }

    /// Creates an upload and sends the film.
    async fn send(&self, more: &Value) -> Value {
        self.stack.client.upload(&self.bucket, &Self::body(more), FILM).await
    }

    async fn confirm(&self, upload: &Value, body: &Value) -> Answer {
        self.stack.client.confirm(&self.bucket, upload, body).await
    }

    /// The path of an upload's confirmation, with a query.
    fn path(&self, upload: &Value, query: &str) -> String {
        let id = upload["upload_id"].as_str().expect("an upload_id");
        format!("/v1/buckets/{}/uploads/{id}/confirm{query}", self.bucket)
    }

    /// The stored upload.
    async fn stored(&self, upload: &Value) -> Value {
        self.stack.engines().upload(upload["upload_id"].as_str().unwrap_or_default()).await
    }
}

#[tokio::test]
async fn a_confirmation_is_answered_with_every_field_and_makes_the_object() {
    let scene = Scene::new(json!(null)).await;
    let metadata = json!({"object_metadata": {"title": "t", "n": 1.5, "deep": {"a": null}},
        "metadata": {"campaign": "x"}, "filename": "dir/Übung.mp4"});
    let upload = scene.send(&metadata).await;
    let body = json!({"etag": format!("\"{ETAG}\""), "file_size_bytes": 11, "auto_submit_batch": false});
    let done = scene.confirm(&upload, &body).await.ok();
    for (field, value) in [
        ("upload_id", upload["upload_id"].clone()),
        ("status", json!("COMPLETED")),
        ("etag", json!(ETAG)),
        ("file_size_bytes", json!(11)),
        ("file_hash", json!(null)),
        ("task_id", json!(null)),
        ("batch_id", json!(null)),
        ("message", json!(null)),
    ] {
        assert_eq!(done.get(field), Some(&value), "{field}");
    }
    assert!(done["verified_at"].is_string() && done["completed_at"].is_string(), "{done}");

    let object = scene.stack.engines().object(done["object_id"].as_str().unwrap_or_default()).await;
    assert_eq!((&object["f:title"], &object["f:n"]), (&json!("t"), &json!(1.5)));
    assert_eq!(object["f:deep"], json!({"a": null}));
    assert_eq!(object.get("f:campaign"), None);
    assert_eq!(object["status"], "PENDING");
    let blob = &object["blobs"][0];
    assert_eq!((&blob["property"], &blob["type"]), (&json!("film"), &json!("video")));
    assert_eq!(blob["upload_id"], upload["upload_id"]);
    let details = &blob["details"];
    assert_eq!(details["filename"], "dir/Übung.mp4");
    assert_eq!((&details["size_bytes"], &details["mime_type"]), (&json!(11), &json!("video/mp4")));
    assert_eq!(details["hash"], format!("etag:{ETAG}"));
    assert_eq!(blob["place"]["key"], upload["s3_key"]);
    let stored = scene.stored(&upload).await;
    assert_eq!((&stored["status"], &stored["ref_count"]), (&json!("COMPLETED"), &json!(1)));
    // Only an unconfirmed upload's record ends by itself.
    assert_eq!(stored.get("ttl"), None);
}

#[tokio::test]
async fn a_body_may_be_empty_or_leave_everything_out() {
    for body in ["", "  ", "{}", r#"{"etag": null, "file_size_bytes": null, "auto_submit_batch": null}"#] {
        let scene = Scene::new(json!(null)).await;
        let upload = scene.send(&json!({})).await;
        let done = scene.stack.client.post_text(&scene.path(&upload, ""), body).await.ok();
        assert_eq!(done["status"], "COMPLETED", "{body:?}");
    }
    let scene = Scene::new(json!(null)).await;
    let upload = scene.send(&json!({})).await;
    for (body, place) in [
        (json!({"etag": 5}), "body.etag"),
        (json!({"file_size_bytes": 0}), "body.file_size_bytes"),
        (json!({"file_size_bytes": "11"}), "body.file_size_bytes"),
        (json!({"file_size_bytes": 11.0}), "body.file_size_bytes"),
        (json!({"status": "COMPLETED"}), "body.status"),
        (json!({"auto_submit_batch": "yes"}), "body.auto_submit_batch"),
    ] {
        scene.confirm(&upload, &body).await.invalid(&[place]);
    }
    let path = scene.path(&upload, "?async=yes");
    scene.stack.client.post(&path, &json!({})).await.invalid(&["query.async"]);
    let path = scene.path(&upload, "?policy=replace");
    scene.stack.client.post(&path, &json!({})).await.invalid(&["query.policy"]);
    assert_eq!(scene.stored(&upload).await["status"], "PENDING");
}

#[tokio::test]
async fn what_the_client_says_of_the_file_must_be_what_s3_has() {
    let scene = Scene::new(json!(null)).await;
    let upload = scene.send(&json!({})).await;
    let error = scene.confirm(&upload, &json!({"etag": "\"abc\""})).await.refused(400, "etag_mismatch");
    assert_eq!(error["details"], json!({"expected": "abc", "actual": ETAG}));
    let error = scene.confirm(&upload, &json!({"file_size_bytes": 12})).await.refused(400, "size_mismatch");
    assert_eq!(error["details"], json!({"expected": 12, "actual": 11}));
    scene.confirm(&upload, &json!({"file_size": 12})).await.refused(400, "size_mismatch");
    assert_eq!(scene.stored(&upload).await["status"], "PENDING");
    assert_eq!(scene.stack.engines().object_count().await, 0);
    // The other file may still come.
    let url = upload["presigned_url"].as_str().unwrap_or_default();
    assert_eq!(scene.stack.client.put(url, "video/mp4", "hello, world").await.status, 200);
    let right = json!({"etag": "e4d7f1b4ed2e42d15898f4b27b019da4", "file_size": 12});
    assert_eq!(scene.confirm(&upload, &right).await.ok()["file_size_bytes"], 12);

    for etag in [format!("\"{ETAG}\""), ETAG.to_owned(), ETAG.to_uppercase(), format!("W/\"{ETAG}\"")] {
        let scene = Scene::new(json!(null)).await;
        let upload = scene.send(&json!({})).await;
        scene.confirm(&upload, &json!({ "etag": etag })).await.ok();
    }
    let both = json!({"file_size": 11, "file_size_bytes": 11});
    scene.confirm(&upload, &both).await.refused(422, "");
}

#[tokio::test]
async fn a_declared_hash_is_verified() {
    let scene = Scene::new(json!(null)).await;
    let hash = "b94d27b9934d3e08a52e52d7da7dabfac484efe37a5380ee9088f7ace2efcde9";
    let upload = scene.send(&json!({"file_hash": hash})).await;
    let done = scene.confirm(&upload, &json!({})).await.ok();
    assert_eq!(done["file_hash"], hash);
    assert_eq!(scene.stored(&upload).await["hash_verified"], true);
    let object = scene.stack.engines().object(done["object_id"].as_str().unwrap_or_default()).await;
    assert_eq!(object["blobs"][0]["details"]["hash"], format!("sha256:{hash}"));
    let wrong = scene.send(&json!({"file_hash": hash.replace('b', "c"), "skip_duplicates": false})).await;
    let error = scene.confirm(&wrong, &json!({})).await.refused(400, "hash_mismatch");
    assert_eq!(error["details"], json!({"upload_id": wrong["upload_id"]}));
}

#[tokio::test]
async fn a_client_that_asks_for_a_task_gets_a_finished_one() {
    let scene = Scene::new(json!(null)).await;
    let upload = scene.send(&json!({})).await;
    let path = scene.path(&upload, "?async=true");
    let done = scene.stack.client.post(&path, &json!({})).await.ok();
    assert_eq!(done["status"], "COMPLETED");
    let task = done["task_id"].as_str().unwrap_or_default();
    assert!(task.starts_with("task_"), "{done}");
    assert_eq!(scene.stack.client.post(&path, &json!({})).await.ok(), done);
    let tasks = scene.stack.engines().items("batches").await;
    let [stored] = &tasks[..] else { panic!("one task: {tasks:?}") };
    assert_eq!((&stored["task_id"], &stored["status"]), (&done["task_id"], &json!("COMPLETED")));

    // Asked for only by the repeat, it is made then.
    let upload = scene.send(&json!({"skip_duplicates": false})).await;
    assert_eq!(scene.confirm(&upload, &json!({})).await.ok()["task_id"], json!(null));
    let path = scene.path(&upload, "?async=true");
    assert!(scene.stack.client.post(&path, &json!({})).await.ok()["task_id"].is_string());
    assert_eq!(scene.stack.engines().items("batches").await.len(), 2);
}

#[tokio::test]
async fn the_alias_without_a_bucket_confirms_as_well() {
    let scene = Scene::new(json!({"fields": ["sku"]})).await;
    let upload = scene.send(&json!({"object_metadata": {"sku": "a"}})).await;
    let id = upload["upload_id"].as_str().unwrap_or_default();
    let path = format!("/v1/uploads/{id}/confirm");
    scene.stack.client.post(&path, &json!({})).await.refused(422, "policy_required");
    let done = scene.stack.client.post(&format!("{path}?policy=insert"), &json!({})).await.ok();
    assert_eq!(scene.stack.client.post(&path, &json!({})).await.ok(), done);
    assert_eq!(scene.confirm(&upload, &json!({})).await.ok(), done);
    scene.stack.client.post("/v1/uploads/upl_1/confirm", &json!({})).await.refused(404, "");
}
