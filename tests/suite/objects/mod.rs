//! Objects (contract section 8), mostly in buckets without a unique key.

mod batch;
mod batch_rows;
mod blobs;
mod changes;
mod data;
mod delete;
mod fields;
mod get;
mod numbers;
mod patch;
mod put;
mod references;

use serde_json::{Value, json};
use stowage_tests::{Answer, TestStack};

/// A stack with one bucket.
struct Scene {
    stack: TestStack,
    bucket: String,
}

impl Scene {
    async fn with(properties: Value) -> Self {
        Self::on(TestStack::start().await, properties, json!(null)).await
    }

    async fn on(stack: TestStack, properties: Value, unique_key: Value) -> Self {
        let bucket = stack.client.bucket("b", properties, unique_key).await;
        Self { stack, bucket }
    }

    /// Creates an object.
    async fn create(&self, body: &Value) -> Answer {
        self.stack.client.object(&self.bucket, "", body).await
    }

    /// The path of an object that an answer showed.
    fn path(&self, object: &Value) -> String {
        let id = object["object_id"].as_str().unwrap_or_else(|| panic!("no object: {object}"));
        format!("/v1/buckets/{}/objects/{id}", self.bucket)
    }

    /// The object of an answer, as it is now.
    async fn get(&self, object: &Value) -> Value {
        self.stack.client.get(&self.path(object)).await.ok()
    }

    /// Uploads a file without making an object, and gives the upload's id.
    async fn upload(&self, property: &str, content_type: &str, bytes: &[u8]) -> Value {
        let create = json!({"filename": "a.bin", "content_type": content_type, "blob_property": property,
            "create_object_on_confirm": false, "skip_duplicates": false});
        let upload = self.stack.client.upload(&self.bucket, &create, bytes).await;
        self.stack.client.confirm(&self.bucket, &upload, &json!({})).await.ok();
        upload["upload_id"].clone()
    }

    /// How many objects refer to an upload, and whether it is known since when none does.
    async fn references(&self, upload: &Value) -> (i64, bool) {
        let row = self.stack.engines().upload(upload.as_str().unwrap_or_default()).await;
        (row["ref_count"].as_i64().unwrap_or(-1), row["unreferenced_since"].is_string())
    }

    /// Creates an object with one blob of this property, type and data.
    async fn blob(&self, property: &str, blob_type: &str, data: Value) -> Answer {
        self.create(&json!({"blobs": [{"property": property, "type": blob_type, "data": data}]})).await
    }

    /// The bytes behind a blob of a response.
    async fn bytes(&self, blob: &Value) -> Vec<u8> {
        let url = blob["properties"]["url"].as_str().unwrap_or_else(|| panic!("no place: {blob}"));
        self.stack.engines().bytes(url).await
    }
}

#[tokio::test]
async fn an_object_is_answered_with_every_declared_field() {
    let scene = Scene::with(json!({})).await;
    let object = scene.create(&json!({})).await.ok();
    assert!(object["object_id"].as_str().is_some_and(|id| id.starts_with("obj_")), "{object}");
    assert_eq!(object["created_at"], object["updated_at"]);
    for (field, value) in [
        ("bucket_id", json!(scene.bucket)),
        ("key_prefix", json!(null)),
        ("blobs", json!([])),
        ("source_details", json!([{"type": "bucket", "source_id": scene.bucket}])),
        ("edges", json!([])),
        ("status", json!("PENDING")),
        ("error", json!(null)),
        ("document_count", json!(null)),
    ] {
        assert_eq!(object.get(field), Some(&value), "{field}");
    }
    let consistency = json!({
        "retriever_visible": "after_processing", "recommended_header": null, "write_token_available": false,
        "expected_visible_within_ms": null, "poll": null, "next_actions": null,
    });
    assert_eq!(object["consistency"], consistency);
    let again = scene.create(&json!({"blobs": null, "edges": null, "skip_duplicates": null})).await.ok();
    assert_ne!(again["object_id"], object["object_id"]);
}

#[tokio::test]
async fn a_bucket_is_named_by_id_or_by_name() {
    let scene = Scene::with(json!({})).await;
    let object = scene.stack.client.object("b", "", &json!({"a": 1})).await.ok();
    assert_eq!(object["bucket_id"], scene.bucket.as_str());
    scene.stack.client.object("c", "", &json!({"a": 1})).await.refused(404, "");
}

#[tokio::test]
async fn the_contracts_own_object_is_answered_as_it_says() {
    let stack = TestStack::start().await;
    let properties = json!({
        "sku": {"type": "string", "required": true}, "title": {"type": "string"},
        "clip": {"type": "video"}, "notes": {"type": "text"}});
    let key = json!({"fields": ["sku"], "default_policy": "insert"});
    let bucket = stack.client.bucket("clips", properties, key).await;
    let create = json!({"filename": "a.mp4", "content_type": "video/mp4", "file_size_bytes": 11,
        "object_metadata": {"sku": "A1"}});
    let upload = stack.client.upload(&bucket, &create, b"hello world").await;
    let confirm = json!({"etag": "\"5eb63bbbe01eeed093cb22bb8f5acdc3\"", "file_size_bytes": 11});
    stack.client.confirm(&bucket, &upload, &confirm).await.ok();
    let body = json!({
        "key_prefix": "/launch",
        "blobs": [
            {"property": "notes", "type": "text", "data": "hello", "metadata": {"lang": "en"}},
            {"property": "clip", "type": "video", "upload_id": upload["upload_id"]},
        ],
        "sku": "B2", "title": "Second", "idempotency_key": "6b1f",
    });
    let object = stack.client.object(&bucket, "?policy=insert", &body).await.ok();
    assert_eq!(object["key_prefix"], "/launch");
    assert_eq!(
        (&object["sku"], &object["title"], &object["lang"]),
        (&json!("B2"), &json!("Second"), &json!("en"))
    );
    assert_eq!(object.get("idempotency_key"), None);
    let [notes, clip] = &object["blobs"].as_array().expect("blobs")[..] else { panic!("{object}") };
    assert_eq!(notes["properties"]["text"], "hello");
    assert_eq!(notes["properties"]["lang"], "en");
    let hash = "sha256:2cf24dba5fb0a30e26e83b2ac5b9e29e1b161e5c1fa7425e73043362938b9824";
    assert_eq!(notes["details"]["hash"], hash);
    assert_eq!(notes["details"]["size_bytes"], 5);
    assert_eq!(notes["details"]["mime_type"], "text/plain");
    assert_eq!(clip["details"]["filename"], "a.mp4");
    assert_eq!(clip["details"]["size_bytes"], 11);
    assert_eq!(clip["details"]["mime_type"], "video/mp4");
    let url = clip["properties"]["url"].as_str().unwrap_or_default();
    assert!(url.ends_with(upload["s3_key"].as_str().unwrap_or("?")), "{url}");
    assert_eq!(stack.engines().bytes(url).await, b"hello world");

    let conflict = stack.client.object(&bucket, "?policy=insert", &json!({"sku": "B2"})).await;
    let error = conflict.refused(409, "unique_key_conflict");
    assert_eq!(error["type"], "AlreadyExistsError");
    assert_eq!(
        error["details"],
        json!({"existing_object_id": object["object_id"], "unique_key": {"sku": "B2"}})
    );
}

#[tokio::test]
async fn processing_is_asked_for_in_the_query_alone() {
    let scene = Scene::with(json!({"title": {"type": "string"}})).await;
    let before = scene.stack.engines().holdings().await;
    let client = &scene.stack.client;
    client.object(&scene.bucket, "?auto_process=yes", &json!({})).await.invalid(&["query.auto_process"]);
    scene.create(&json!({"auto_process": true})).await.invalid(&["body.auto_process"]);
    assert_eq!(scene.stack.engines().holdings().await, before);
    client.object(&scene.bucket, "?auto_process=false", &json!({})).await.ok();
    // A schema may declare the name: then it is a field like any other.
    let own = client.bucket("own", json!({"auto_process": {"type": "boolean"}}), json!(null)).await;
    assert_eq!(client.object(&own, "", &json!({"auto_process": true})).await.ok()["auto_process"], true);
}
