//! `PATCH …/objects/{object_id}` (contract section 8.3).

use serde_json::{Value, json};
use stowage_tests::{Answer, TestStack};

use super::Scene;

impl Scene {
    async fn patch(&self, object: &Value, body: &Value) -> Answer {
        self.stack.client.patch(&self.path(object), body).await
    }
}

#[tokio::test]
async fn only_the_fields_that_are_sent_change() {
    let scene = Scene::with(json!({"notes": {"type": "text"}, "n": {"type": "integer"}})).await;
    let upload = scene.upload("notes", "text/plain", b"a").await;
    let made = json!({"title": "one", "n": 1, "deep": {"x": 1, "y": 2}, "metadata": {"a": 1, "b": 2},
        "key_prefix": "/one", "edges": [{"type": "next", "target_object_id": "obj_1"}],
        "blobs": [{"property": "notes", "type": "text", "upload_id": upload}]});
    let made = scene.create(&made).await.ok();
    let body = json!({"title": "two", "deep": {"x": 3}, "new": [1], "metadata": {"b": 3}, "gone": null,
        "skip_duplicates": true});
    let patched = scene.patch(&made, &body).await.ok();
    let mut wanted = made.clone();
    for (name, value) in body.as_object().into_iter().flatten().filter(|(name, _)| *name != "skip_duplicates")
    {
        wanted[name] = value.clone();
    }
    wanted["updated_at"] = patched["updated_at"].clone();
    assert_eq!(patched, wanted);
    assert!(patched["updated_at"].as_str() >= made["updated_at"].as_str(), "{patched}");
    assert_eq!(scene.references(&upload).await, (1, false));

    let id = made["object_id"].as_str().unwrap_or_default();
    let stored = scene.stack.engines().object(id).await;
    assert_eq!(stored["version"], 2);
    // A null of a declared key is nothing, an empty text is one.
    let patched = scene.patch(&made, &json!({"key_prefix": null, "skip_duplicates": null})).await.ok();
    assert_eq!(patched["key_prefix"], "/one");
    assert_eq!(scene.stack.engines().object(id).await, stored, "nothing was sent, so nothing is written");
    assert_eq!(scene.patch(&made, &json!({"key_prefix": ""})).await.ok()["key_prefix"], "");
    assert_eq!(scene.patch(&made, &json!({"key_prefix": "/two"})).await.ok()["key_prefix"], "/two");
    assert_eq!(scene.get(&made).await["n"], 1);
}

#[tokio::test]
async fn what_can_not_be_changed_or_is_wrong_is_named_all_of_it() {
    let scene = Scene::with(json!({"n": {"type": "integer"}, "photo": {"type": "image"}})).await;
    let made = scene.create(&json!({"n": 1})).await.ok();
    let before = scene.stack.engines().holdings().await;
    for name in [
        "object_id",
        "bucket_id",
        "namespace_id",
        "internal_id",
        "_internal",
        "status",
        "error",
        "created_at",
        "updated_at",
        "document_count",
        "source_details",
        "consistency",
        "blobs",
        "edges",
        "idempotency_key",
        "auto_process",
    ] {
        scene.patch(&made, &json!({name: "x", "title": "t"})).await.invalid(&[&format!("body.{name}")]);
    }
    let body = json!({"n": "1", "status": "COMPLETED", "photo": "a.png", "key_prefix": "x".repeat(1025)});
    let places = ["body.n", "body.status", "body.photo", "body.key_prefix"];
    scene.patch(&made, &body).await.invalid(&places);
    scene.patch(&made, &json!({"key_prefix": 5})).await.invalid(&["body.key_prefix"]);
    scene.patch(&made, &json!({"skip_duplicates": "yes"})).await.invalid(&["body.skip_duplicates"]);
    scene.patch(&made, &json!([])).await.refused(400, "malformed_body");
    let many: Value = (0..201).map(|n| (format!("f{n}"), json!(n))).collect::<serde_json::Map<_, _>>().into();
    scene.patch(&made, &many).await.invalid(&["body"]);
    assert_eq!(scene.stack.engines().holdings().await, before);
    let most: Value = (0..200).map(|n| (format!("f{n}"), json!(n))).collect::<serde_json::Map<_, _>>().into();
    assert_eq!(scene.patch(&made, &most).await.ok()["f199"], 199);
}

#[tokio::test]
async fn the_object_as_it_would_be_must_fit_the_schema() {
    let schema = json!({"title": {"type": "string", "required": true}, "notes": {"type": "text", "required": true},
        "kind": {"type": "string", "enum": ["a", "b"]}});
    let scene = Scene::with(schema).await;
    let by_blob = json!({"title": "t", "blobs": [{"property": "notes", "type": "text", "data": "x"}]});
    let by_blob = scene.create(&by_blob).await.ok();
    let by_field = scene.create(&json!({"title": "t", "notes": "x"})).await.ok();
    for object in [&by_blob, &by_field] {
        scene.patch(object, &json!({"n": 1})).await.ok();
        scene.patch(object, &json!({"title": null})).await.invalid(&["body.title"]);
        scene.patch(object, &json!({"kind": "c"})).await.invalid(&["body.kind"]);
    }
    scene
        .patch(&by_field, &json!({"notes": null, "title": null}))
        .await
        .invalid(&["body.notes", "body.title"]);
    assert_eq!(scene.get(&by_field).await["notes"], "x");
}

#[tokio::test]
async fn an_object_does_not_grow_beyond_an_item() {
    let scene = Scene::with(json!({})).await;
    let text = "x".repeat(250 * 1024);
    let made = scene.create(&json!({"one": text})).await.ok();
    scene.patch(&made, &json!({"two": text})).await.refused(422, "");
    assert_eq!(scene.get(&made).await.get("two"), None);
    scene.patch(&made, &json!({"one": "small", "two": text})).await.ok();
}

#[tokio::test]
async fn a_field_of_the_unique_key_keeps_its_value() {
    let schema = json!({"sku": {"type": "string"}, "at": {"type": "datetime"}, "n": {"type": "integer"}});
    let key = json!({"fields": ["sku", "at"], "default_policy": "insert"});
    let scene = Scene::on(TestStack::start().await, schema, key).await;
    let at = "2026-01-01T02:00:00+02:00";
    let made = scene.create(&json!({"sku": "a", "at": at})).await.ok();
    let error = scene.patch(&made, &json!({"sku": "b", "n": 1})).await.invalid(&["body.sku"]);
    assert!(error["message"].as_str().is_some_and(|text| text.contains("unique key")), "{error}");
    for value in [json!(null), json!(""), json!(1), json!("A")] {
        scene.patch(&made, &json!({"sku": value})).await.invalid(&["body.sku"]);
    }
    let places = ["body.sku", "body.at"];
    scene.patch(&made, &json!({"sku": "b", "at": "2026-01-01T00:00:01Z"})).await.invalid(&places);
    let same = scene.patch(&made, &json!({"sku": "a", "at": "2026-01-01T00:00:00Z", "n": 2})).await.ok();
    assert_eq!((&same["object_id"], &same["n"]), (&made["object_id"], &json!(2)));
    // The key is still the same, so it still conflicts.
    let error = scene.create(&json!({"sku": "a", "at": at})).await.refused(409, "unique_key_conflict");
    assert_eq!(error["details"]["existing_object_id"], made["object_id"]);
}
