//! Custom fields at the root, and what a schema asks of them (contract sections 5 and 8.1).

use serde_json::{Value, json};

use super::Scene;

#[tokio::test]
async fn custom_fields_live_at_the_root_declared_or_not() {
    let scene = Scene::with(json!({"title": {"type": "string"}})).await;
    let body = json!({
        "title": "t", "year": 2024, "tags": ["a", {"b": null}], "none": null, "empty": "", "no": {},
        "metadata": {"category": "x"}, "with space.and:dots#": 1, "日本": "語", "f:x": 1, "#0": ":0",
        "pk": "mine", "ttl": 1, "version": 7, "upload_refs": ["x"], "emoji": "🪣",
    });
    let object = scene.create(&body).await.ok();
    for (name, value) in body.as_object().expect("an object") {
        assert_eq!(object.get(name), Some(value), "{name}");
    }
    // And as it is stored.
    let stored = scene.stack.engines().object(object["object_id"].as_str().unwrap_or_default()).await;
    for (name, value) in body.as_object().expect("an object") {
        assert_eq!(stored.get(format!("f:{name}")), Some(value), "{name}");
    }
}

#[tokio::test]
async fn reserved_names_are_no_custom_fields() {
    let scene = Scene::with(json!({})).await;
    let names = [
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
    ];
    let body: Value = names.iter().map(|name| ((*name).to_owned(), json!("x"))).collect();
    let places: Vec<_> = names.iter().map(|name| format!("body.{name}")).collect();
    let places: Vec<_> = places.iter().map(String::as_str).collect();
    scene.create(&body).await.invalid(&places);
    scene.create(&json!({"": 1})).await.refused(422, "");
    scene.create(&json!({"x".repeat(256): 1})).await.refused(422, "");
    scene.create(&json!({"x".repeat(255): 1})).await.ok();
}

#[tokio::test]
async fn declared_fields_are_checked_without_converting_anything() {
    let scene = Scene::with(json!({
        "s": {"type": "string"}, "n": {"type": "number"}, "i": {"type": "integer"}, "f": {"type": "float"},
        "b": {"type": "boolean"}, "d": {"type": "date"}, "t": {"type": "datetime"},
        "o": {"type": "object", "properties": {"x": {"type": "integer", "required": true}}},
        "a": {"type": "array", "items": {"type": "string", "enum": ["p", "q"]}},
        "e": {"type": "number", "enum": [1, 2.5]}, "x": {"type": "text"}, "p": {"type": "pdf"},
    }))
    .await;
    let wrong = json!({
        "s": 1, "n": "1", "i": 1.0, "f": true, "b": "true", "d": "2026-2-1", "t": "yesterday",
        "o": {"x": "1"}, "a": ["p", "r", 1], "e": 2, "x": 5, "p": "https://example.com/a.pdf",
    });
    scene.create(&wrong).await.invalid(&[
        "body.s", "body.n", "body.i", "body.f", "body.b", "body.d", "body.t", "body.o.x", "body.a.1",
        "body.a.2", "body.e", "body.x", "body.p",
    ]);
    scene.create(&json!({"o": {}})).await.invalid(&["body.o.x"]);
    let right = json!({
        "s": "", "n": 1, "i": -1, "f": 2, "b": false, "d": "2024-02-29", "t": "2024-01-01T00:00:00+02:00",
        "o": {"x": 1, "other": [1]}, "a": ["q"], "e": 1.0, "x": "text", "p": null,
    });
    scene.create(&right).await.ok();
}

#[tokio::test]
async fn a_required_property_is_met_by_a_field_a_default_or_a_blob() {
    let scene = Scene::with(json!({
        "title": {"type": "string", "required": true}, "notes": {"type": "text", "required": true},
        "photo": {"type": "image", "required": true}, "lang": {"type": "string", "required": true, "default": "en"},
    }))
    .await;
    let answer = scene.create(&json!({})).await;
    let error = answer.invalid(&["body.title", "body.notes", "body.photo"]);
    let messages = error["details"]["validation_errors"].to_string();
    assert!(messages.contains("Missing required field 'title'"), "{messages}");
    let photo = json!({"property": "photo", "type": "image", "data": "https://example.com/a"});
    let notes = json!({"property": "notes", "type": "text", "data": "a", "metadata": {"title": "promoted"}});
    scene.create(&json!({"blobs": [photo], "title": null, "notes": "n"})).await.invalid(&["body.title"]);
    let object = scene.create(&json!({"blobs": [photo], "title": "t", "notes": "as a string"})).await.ok();
    assert_eq!((&object["notes"], &object["lang"]), (&json!("as a string"), &json!("en")));
    let object = scene.create(&json!({"blobs": [photo, notes], "lang": "de"})).await.ok();
    assert_eq!((&object["title"], &object["lang"]), (&json!("promoted"), &json!("de")));
    scene.create(&json!({"blobs": [photo, notes], "lang": null})).await.invalid(&["body.lang"]);
}

#[tokio::test]
async fn defaults_fill_what_is_absent_and_leave_null_alone() {
    let scene = Scene::with(json!({
        "n": {"type": "integer", "default": 7}, "o": {"type": "object", "default": {"a": [1, null]}},
        "s": {"type": "string", "default": "x"},
    }))
    .await;
    let object = scene.create(&json!({"s": null})).await.ok();
    assert_eq!(object["n"], 7);
    assert_eq!(object["o"], json!({"a": [1, null]}));
    assert_eq!(object.get("s"), Some(&json!(null)));
}

#[tokio::test]
async fn fields_are_bounded_in_number_and_bytes() {
    let scene = Scene::with(json!({})).await;
    let fields = |count: usize| -> Value { (0..count).map(|n| (format!("f{n}"), json!(n))).collect() };
    scene.create(&fields(200)).await.ok();
    scene.create(&fields(201)).await.invalid(&["body"]);
    scene.create(&json!({"large": "x".repeat(300 * 1024 - 20)})).await.ok();
    let text = "x".repeat(160 * 1024);
    scene.create(&json!({"a": text, "b": text, "c": 1})).await.refused(422, "");
    // Small on the wire, large as DynamoDB counts: each number takes 21 bytes at most, each entry 3.
    let ones: Vec<u8> = vec![1; 150_000];
    let answer = scene.create(&json!({"ones": ones})).await;
    assert!(matches!(answer.status, 200 | 422), "{}", answer.body);
}
