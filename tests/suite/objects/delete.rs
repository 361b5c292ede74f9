//! `DELETE …/objects/{object_id}` (contract section 8.3): what goes, what stays, and what is free again.

use serde_json::{Value, json};
use sha2::{Digest as _, Sha256};
use stowage_tests::TestStack;

use super::Scene;

fn schema() -> Value {
    json!({"sku": {"type": "string"}, "notes": {"type": "text"},
        "files": {"type": "array", "items": {"type": "text"}}})
}

async fn keyed() -> Scene {
    let key = json!({"fields": ["sku"], "default_policy": "insert"});
    Scene::on(TestStack::start().await, schema(), key).await
}

impl Scene {
    async fn delete(&self, object: &Value) {
        self.stack.client.delete(&self.path(object)).await.deleted();
        let error = self.stack.client.delete(&self.path(object)).await.refused(404, "");
        assert_eq!(error["details"], json!({"resource": "object", "id": object["object_id"]}));
        self.stack.client.get(&self.path(object)).await.refused(404, "");
    }

    async fn of_kind(&self, kind: &str) -> Vec<Value> {
        let items = self.stack.engines().items("objects").await;
        items.into_iter().filter(|item| item["kind"] == kind).collect()
    }
}

#[tokio::test]
async fn an_object_is_deleted_once_and_its_own_bytes_are_recorded() {
    let scene = Scene::with(schema()).await;
    let plain = scene.create(&json!({"a": 1})).await.ok();
    let upload = scene.upload("notes", "text/plain", b"uploaded").await;
    let body = json!({"blobs": [
        {"property": "notes", "type": "text", "data": "inline"},
        {"property": "files", "type": "text", "upload_id": upload},
    ]});
    let made = scene.create(&body).await.ok();
    let keys = scene.stack.engines().keys("").await;
    scene.stack.faults().take_calls();
    scene.stack.client.delete(&scene.path(&plain)).await.deleted();
    assert_eq!(
        scene.stack.faults().take_actions(),
        ["GetItem", "DeleteItem"],
        "nothing else changes with it"
    );
    assert_eq!(scene.of_kind("removal").await, Vec::<Value>::new());

    let stored = scene.stack.engines().object(made["object_id"].as_str().unwrap_or_default()).await;
    scene.delete(&made).await;
    assert_eq!(scene.references(&upload).await, (0, true));
    let removals = scene.of_kind("removal").await;
    let [removal] = &removals[..] else { panic!("one removal: {removals:?}") };
    assert_eq!(removal["places"], json!([stored["blobs"][0]["place"]]));
    for name in ["bucket_id", "object_id", "incarnation", "organisation_id", "namespace_id"] {
        assert_eq!(removal[name], stored[name], "{name}");
    }
    assert!(removal["removed_at"].is_string(), "{removal}");
    assert!(removal["listing"].as_str().is_some_and(|listing| listing.starts_with("removals#")), "{removal}");
    // Somebody may still be reading: no byte goes now.
    assert_eq!(scene.stack.engines().keys("").await, keys);
}

#[tokio::test]
async fn an_upload_counts_down_to_none_and_can_be_referred_to_again() {
    let scene = Scene::with(schema()).await;
    let upload = scene.upload("files", "text/plain", b"a").await;
    assert_eq!(scene.references(&upload).await, (0, false));
    let body = json!({"blobs": [{"property": "files", "type": "text", "upload_id": upload}]});
    let (one, two) = (scene.create(&body).await.ok(), scene.create(&body).await.ok());
    scene.delete(&one).await;
    assert_eq!(scene.references(&upload).await.0, 1);
    scene.delete(&two).await;
    assert_eq!(scene.references(&upload).await, (0, true));
    let again = scene.create(&body).await.ok();
    assert_eq!(scene.references(&upload).await, (1, false));
    assert_eq!(scene.bytes(&again["blobs"][0]).await, b"a");
}

#[tokio::test]
async fn an_object_with_as_many_uploads_as_it_may_have_is_deleted_as_a_whole() {
    let scene = Scene::on(TestStack::start().await, schema(), json!({"fields": ["sku"]})).await;
    let mut uploads = Vec::new();
    for number in 0..95 {
        uploads.push(scene.upload("files", "text/plain", format!("{number}").as_bytes()).await);
    }
    let body = |uploads: &[Value]| {
        let blob = |upload: &Value| json!({"property": "files", "type": "text", "upload_id": upload});
        let mut blobs: Vec<Value> = uploads.iter().map(blob).collect();
        blobs.push(json!({"property": "notes", "type": "text", "data": "x"}));
        json!({"sku": "a", "idempotency_key": "k", "blobs": blobs})
    };
    let client = &scene.stack.client;
    let made = client.object(&scene.bucket, "?policy=upsert", &body(&uploads[..90])).await.ok();
    // Only five more, but they would make 95.
    let mut more = body(&uploads);
    more["idempotency_key"] = json!(null);
    client.object(&scene.bucket, "?policy=upsert", &more).await.invalid(&["body.blobs"]);
    scene.delete(&made).await;
    for upload in [&uploads[0], &uploads[89]] {
        assert_eq!(scene.references(upload).await, (0, true));
    }
}

#[tokio::test]
async fn a_unique_key_is_free_again_for_a_new_life() {
    let scene = keyed().await;
    let made = scene.create(&json!({"sku": "a", "n": 1})).await.ok();
    let first = scene.stack.engines().object(made["object_id"].as_str().unwrap_or_default()).await;
    scene.delete(&made).await;
    let update = scene.stack.client.object(&scene.bucket, "?policy=update", &json!({"sku": "a"})).await;
    update.refused(404, "unique_key_not_found");
    let again = scene.create(&json!({"sku": "a", "m": 2})).await.ok();
    assert_eq!(again["object_id"], made["object_id"]);
    assert_eq!(again.get("n"), None, "nothing is left of the first life");
    let second = scene.stack.engines().object(made["object_id"].as_str().unwrap_or_default()).await;
    assert_ne!(first["incarnation"], second["incarnation"]);
    assert_eq!(second["version"], 1);
}

#[tokio::test]
async fn an_idempotency_key_dies_with_its_object() {
    let keyless = Scene::with(schema()).await;
    let keyed = keyed().await;
    for (scene, query) in [(&keyless, ""), (&keyed, "?policy=insert")] {
        let client = &scene.stack.client;
        let body = json!({"sku": "a", "n": 1, "idempotency_key": "k"});
        let made = client.object(&scene.bucket, query, &body).await.ok();
        scene.delete(&made).await;
        // The request makes its object anew, and so does another with this key.
        let again = client.object(&scene.bucket, query, &body).await.ok();
        assert_eq!((&again["object_id"], &again["n"]), (&made["object_id"], &json!(1)));
        scene.delete(&again).await;
        let other = json!({"sku": "a", "n": 2, "idempotency_key": "k"});
        assert_eq!(client.object(&scene.bucket, query, &other).await.ok()["n"], 2);
    }
    // A claim is on one life: what was made under the same unique key since is another request's.
    let client = &keyed.stack.client;
    let claimed = json!({"sku": "b", "n": 1, "idempotency_key": "b"});
    let made = client.object(&keyed.bucket, "", &claimed).await.ok();
    keyed.delete(&made).await;
    client.object(&keyed.bucket, "", &json!({"sku": "b", "n": 2})).await.ok();
    client.object(&keyed.bucket, "", &claimed).await.refused(409, "unique_key_conflict");
    let upserted = client.object(&keyed.bucket, "?policy=upsert", &claimed).await.ok();
    assert_eq!(upserted["n"], 1);
    let replayed = client.object(&keyed.bucket, "?policy=upsert", &claimed).await.ok();
    assert_eq!(replayed["updated_at"], upserted["updated_at"]);
}

#[tokio::test]
async fn content_that_was_deleted_is_stored_anew() {
    let scene = Scene::with(schema()).await;
    let client = &scene.stack.client;
    let body =
        json!({"skip_duplicates": true, "blobs": [{"property": "notes", "type": "text", "data": "a"}]});
    let made = scene.create(&body).await.ok();
    assert_eq!(scene.create(&body).await.ok()["object_id"], made["object_id"]);
    scene.delete(&made).await;
    let again = scene.create(&body).await.ok();
    assert_ne!(again["object_id"], made["object_id"]);
    assert_eq!(scene.create(&body).await.ok()["object_id"], again["object_id"]);

    // So is a file: its upload no longer stands for another one, neither before nor at the confirm.
    let hash = Sha256::digest(b"film").iter().fold(String::new(), |hex, byte| format!("{hex}{byte:02x}"));
    let create = json!({"filename": "a.txt", "content_type": "text/plain", "blob_property": "notes",
        "file_hash": hash});
    let path = format!("/v1/buckets/{}/uploads", scene.bucket);
    let first = client.upload(&scene.bucket, &create, b"film").await;
    let object = client.confirm(&scene.bucket, &first, &json!({})).await.ok();
    assert_eq!(client.post(&path, &create).await.ok()["is_duplicate"], true);
    scene.delete(&object).await;
    let second = client.upload(&scene.bucket, &create, b"film").await;
    let anew = client.confirm(&scene.bucket, &second, &json!({})).await.ok();
    assert!(anew["object_id"].is_string(), "{anew}");
    assert_ne!(anew["object_id"], object["object_id"]);
    assert_eq!(scene.references(&first["upload_id"]).await, (0, true));
    assert_eq!(scene.references(&second["upload_id"]).await, (1, false));
}

/// What leads to the object by its content goes with it: nothing else would ever find that row again.
#[tokio::test]
async fn no_pointer_by_content_is_left_but_that_of_another_object() {
    let scene = Scene::with(schema()).await;
    let body = json!({"blobs": [{"property": "notes", "type": "text", "data": "a"}]});
    let (first, second) = (scene.create(&body).await.ok(), scene.create(&body).await.ok());
    let pointers = scene.of_kind("content").await;
    assert_eq!(pointers.len(), 1, "{pointers:?}");
    assert_eq!(pointers[0]["object_id"], second["object_id"]);
    scene.delete(&first).await;
    assert_eq!(scene.of_kind("content").await, pointers, "it is the other one's");
    scene.delete(&second).await;
    assert_eq!(scene.of_kind("content").await, Vec::<Value>::new());
}
