//! Uploads but for their confirmation: everything is checked before a URL is signed (contract sections
//! 7.1, 7.2 and 7.5).

mod batch;
mod cancel;
mod cancel_races;
mod confirm_batch;
mod confirm_many;
mod get;
mod limits;
mod signing;
mod targets;

use serde_json::{Value, json};
use stowage_domain::bucket::Bucket;
use stowage_domain::id::{NamespaceId, UploadId};
use stowage_domain::namespace::Scope;
use stowage_domain::upload::Upload;
use stowage_ingest::find_upload;
use stowage_store::ports::{FindUploads as _, PutUpload as _};
use stowage_tests::{Answer, TestStack};

/// SHA-256 of `film`.
const SHA256_OF_FILM: &str = "d0607f7ad2628b2af9158dfba06ce87166e66b15bf68f8f358f9aa27ccb7c321";

/// A stack with one bucket.
struct Scene {
    stack: TestStack,
    bucket: String,
}

impl Scene {
    async fn with(properties: Value, unique_key: Value) -> Self {
        let stack = TestStack::start().await;
        let bucket = stack.client.bucket("b", properties, unique_key).await;
        Self { stack, bucket }
    }

    /// Creates an upload of `a.mp4` with these keys besides, or instead.
    async fn create(&self, more: &Value) -> Answer {
        let mut body = json!({"filename": "a.mp4", "content_type": "video/mp4"});
        for (key, value) in more.as_object().into_iter().flatten() {
            body[key] = value.clone();
        }
        self.stack.client.post(&format!("/v1/buckets/{}/uploads", self.bucket), &body).await
    }
}

fn upload_id(upload: &Value) -> &str {
    upload["upload_id"].as_str().expect("an upload_id")
}

impl Scene {
    /// A bucket of films, without a unique key.
    async fn films() -> Self {
        Self::with(json!({"sku": {"type": "string"}, "film": {"type": "video"}}), json!(null)).await
    }

    /// The path of the bucket's uploads.
    fn uploads(&self) -> String {
        format!("/v1/buckets/{}/uploads", self.bucket)
    }

    /// The path of an upload.
    fn path(&self, upload: &Value) -> String {
        format!("{}/{}", self.uploads(), upload_id(upload))
    }

    /// Creates an upload of a film and PUTs these bytes.
    async fn send(&self, more: &Value, bytes: &'static str) -> Value {
        let upload = self.create(more).await.ok();
        self.put(&upload, bytes).await;
        upload
    }

    async fn put(&self, upload: &Value, bytes: &'static str) {
        let url = upload["presigned_url"].as_str().expect("a URL");
        let content_type = upload["content_type"].as_str().expect("a content type");
        let put = self.stack.client.put(url, content_type, bytes).await;
        assert_eq!(put.status, 200, "{}", put.body);
    }

    async fn confirm(&self, upload: &Value) -> Answer {
        self.stack.client.confirm(&self.bucket, upload, &json!({})).await
    }

    async fn get(&self, upload: &Value) -> Value {
        self.stack.client.get(&self.path(upload)).await.ok()
    }

    async fn cancel(&self, upload: &Value) -> Answer {
        self.stack.client.delete(&self.path(upload)).await
    }

    /// What S3 has of an upload.
    async fn versions(&self, upload: &Value) -> Vec<String> {
        self.stack.engines().versions(upload["s3_key"].as_str().expect("a key")).await
    }

    /// Lets an upload's URL have expired.
    async fn expire(&self, upload: &Value) {
        let id = UploadId::parse(upload_id(upload)).expect("an id");
        let stack = self.stack.stack();
        let found = stack.store().find_upload(stack.organisation(), &id).await.expect("the store answers");
        let mut stored: Upload = found.expect("the upload");
        stored.expires_at = stored.created_at.plus_seconds(-1);
        stack.store().put_upload(&stored).await.expect("the store takes it");
    }
}

/// The upload as a request read it, which then was slow.
async fn read(scene: &Scene, upload: &Value) -> (Upload, Bucket) {
    let stack = scene.stack.stack();
    let bucket = scene.stack.engines().items("catalog").await;
    let bucket = bucket.iter().find(|item| item["bucket_id"] == scene.bucket).expect("the bucket");
    let namespace = NamespaceId::parse(bucket["namespace_id"].as_str().unwrap_or_default()).expect("an id");
    let scope = Scope { organisation_id: stack.organisation().clone(), namespace_id: namespace };
    let found = find_upload(stack.store(), &scope, None, upload_id(upload)).await;
    found.expect("the upload")
}

fn clips() -> Value {
    json!({"sku": {"type": "string", "required": true}, "title": {"type": "string"},
        "clip": {"type": "video"}, "notes": {"type": "text"}})
}

#[tokio::test]
async fn an_upload_is_answered_with_every_field() {
    let scene = Scene::with(clips(), json!({"fields": ["sku"], "default_policy": "insert"})).await;
    let upload = scene.create(&json!({"file_size_bytes": 11, "object_metadata": {"sku": "A1"}})).await.ok();
    for (field, value) in [
        ("bucket_id", json!(scene.bucket)),
        ("filename", json!("a.mp4")),
        ("content_type", json!("video/mp4")),
        ("file_size_bytes", json!(11)),
        ("presigned_url_expiration", json!(3600)),
        ("status", json!("PENDING")),
        ("metadata", json!({})),
        ("create_object_on_confirm", json!(true)),
        ("object_metadata", json!({"sku": "A1"})),
        ("blob_property", json!("clip")),
        ("blob_type", json!("video")),
        ("file_hash", json!(null)),
        ("skip_duplicates", json!(true)),
        ("is_duplicate", json!(false)),
        ("duplicate_of_upload_id", json!(null)),
        ("skipped_unique_key", json!(false)),
        ("existing_object_id", json!(null)),
        ("message", json!(null)),
        ("completed_at", json!(null)),
        ("verified_at", json!(null)),
        ("etag", json!(null)),
        ("object_id", json!(null)),
        ("task_id", json!(null)),
    ] {
        assert_eq!(upload.get(field), Some(&value), "{field}");
    }
    let id = upload["upload_id"].as_str().unwrap_or_default();
    assert!(id.starts_with("upl_"), "{id}");
    let key = upload["s3_key"].as_str().unwrap_or_default();
    assert!(key.starts_with("uploads/") && key.ends_with(&format!("/{id}/a.mp4")), "{key}");
    let url = upload["presigned_url"].as_str().unwrap_or_default();
    assert!(url.contains(key) && url.contains("X-Amz-Expires=3600"), "{url}");
    let (created, expires) = (&upload["created_at"], &upload["expires_at"]);
    assert_eq!(created.as_str().map(str::len), Some(24));
    // An hour later, to the millisecond.
    assert_eq!(created.as_str().map(|at| &at[13..]), expires.as_str().map(|at| &at[13..]));
    assert_ne!(created, expires);
    // Signing writes nothing to S3.
    assert_eq!(scene.stack.engines().keys("").await, Vec::<String>::new());
    let stored = scene.stack.engines().upload(id).await;
    assert!(stored["ttl"].is_i64(), "{stored}");
    assert!(!stored.to_string().contains("X-Amz-Signature"), "{stored}");
}

#[tokio::test]
async fn what_a_client_sends_is_kept_and_shown() {
    let scene = Scene::with(clips(), json!(null)).await;
    let sent = json!({
        "filename": "dir/Übung 日本.mp4", "content_type": "Video/MP4; codecs=\"avc1\"",
        "presigned_url_expiration": 60, "metadata": {"campaign": {"n": 1}}, "create_object_on_confirm": true,
        "object_metadata": {"sku": "x", "undeclared": [1.5, null]}, "blob_property": "clip",
        "blob_type": "VIDEO", "file_hash": "0123456789abcdef".repeat(4), "skip_duplicates": false,
        "file_size_bytes": null,
    });
    let upload = scene.create(&sent).await.ok();
    for (field, value) in sent.as_object().expect("an object") {
        let expected = if field == "blob_type" { json!("video") } else { value.clone() };
        assert_eq!(upload.get(field), Some(&expected), "{field}");
    }
    let url = upload["presigned_url"].as_str().unwrap_or_default();
    let put = scene.stack.client.put(url, "Video/MP4; codecs=\"avc1\"", "film").await;
    assert_eq!(put.status, 200, "{}", put.body);
}

#[tokio::test]
async fn an_existing_key_makes_an_upload_pointless_under_insert_only() {
    for (policy, skipped) in
        [(json!("insert"), true), (json!("update"), false), (json!("upsert"), false), (json!(null), false)]
    {
        let scene = Scene::with(clips(), json!({"fields": ["sku"], "default_policy": policy})).await;
        let made =
            scene.stack.client.object(&scene.bucket, "?policy=insert", &json!({"sku": "A1"})).await.ok();
        let before = scene.stack.engines().holdings().await;
        let upload = scene.create(&json!({"object_metadata": {"sku": "A1"}})).await.ok();
        assert_eq!(upload["skipped_unique_key"], skipped, "{policy}");
        if !skipped {
            assert!(upload["presigned_url"].is_string(), "{policy}");
            assert_eq!(upload["existing_object_id"], json!(null));
            continue;
        }
        assert_eq!(upload["existing_object_id"], made["object_id"]);
        assert_eq!(upload["status"], "SKIPPED");
        assert_eq!(upload.get("presigned_url"), Some(&json!(null)));
        assert_eq!(upload["expires_at"], upload["created_at"]);
        assert!(upload["message"].is_string(), "{upload}");
        for field in
            ["upload_id", "bucket_id", "filename", "content_type", "presigned_url_expiration", "s3_key"]
        {
            assert!(!upload[field].is_null(), "{field}");
        }
        assert_eq!(scene.stack.engines().holdings().await, before);
        scene.create(&json!({"object_metadata": {"sku": "A2"}})).await.ok();
        // Without an object to create, there is no key to look for.
        let bare = json!({"object_metadata": {"sku": "A1"}, "create_object_on_confirm": false});
        assert!(scene.create(&bare).await.ok()["presigned_url"].is_string());
    }
}

#[tokio::test]
async fn the_object_to_come_is_checked_before_a_url_is_signed() {
    let scene = Scene::with(
        json!({"sku": {"type": "string", "required": true}, "n": {"type": "integer"}, "clip": {"type": "video"},
            "o": {"type": "object", "properties": {"x": {"type": "integer"}}},
            "photo": {"type": "image", "required": true}}),
        json!(null),
    )
    .await;
    let before = scene.stack.engines().holdings().await;
    let target = json!({"blob_property": "clip"});
    scene.create(&target).await.invalid(&["body.object_metadata.sku", "body.object_metadata.photo"]);
    let wrong = json!({"blob_property": "clip", "object_metadata":
        {"sku": 5, "n": "1", "o": {"x": "y"}, "photo": "https://example.com/a", "status": "mine", "clip": "x"}});
    scene.create(&wrong).await.invalid(&[
        "body.object_metadata.sku",
        "body.object_metadata.n",
        "body.object_metadata.o.x",
        "body.object_metadata.photo",
        "body.object_metadata.status",
        "body.object_metadata.clip",
    ]);
    let large = json!({"blob_property": "clip", "object_metadata": {"sku": "x".repeat(300 * 1024)}});
    let answer = scene.create(&large).await;
    let error = answer.refused(422, "");
    assert!(error["details"].to_string().contains("object_metadata"), "{error}");
    assert_eq!(scene.stack.engines().holdings().await, before);
    // The upload's own blob meets a requirement; without an object nothing is asked for.
    let photo = json!({"filename": "a.png", "content_type": "image/png", "blob_property": "photo",
        "object_metadata": {"sku": "x"}});
    scene.create(&photo).await.ok();
    scene.create(&json!({"create_object_on_confirm": false, "object_metadata": {"n": "any"}})).await.ok();
}

#[tokio::test]
async fn on_a_unique_key_bucket_the_key_is_asked_for_at_once() {
    let scene = Scene::with(clips(), json!({"fields": ["sku"]})).await;
    scene.create(&json!({})).await.invalid(&["body.object_metadata.sku"]);
    scene.create(&json!({"object_metadata": {"sku": ""}})).await.invalid(&["body.object_metadata.sku"]);
    scene.create(&json!({"object_metadata": {"sku": "a"}})).await.ok();
}
