//! Input that is too large or too many: refused quickly, in an answer that stays small.

use serde_json::{Map, Value, json};

use super::Scene;

const MIB: usize = 1024 * 1024;

#[tokio::test]
async fn a_field_of_a_megabyte_is_refused_by_name() {
    let scene = Scene::new().await;
    let large = "x".repeat(MIB);
    for (path, body, field) in [
        ("/v1/namespaces".to_owned(), json!({ "namespace_name": large }), "namespace_name"),
        ("/v1/namespaces".to_owned(), json!({"namespace_name": "new", "description": large}), "description"),
        ("/v1/namespaces".to_owned(), json!({"namespace_name": "new", "mode": large}), "mode"),
        (
            "/v1/buckets".to_owned(),
            json!({"bucket_name": large, "bucket_schema": {"properties": {}}}),
            "bucket_name",
        ),
        (
            "/v1/buckets".to_owned(),
            json!({"bucket_name": "new", "bucket_schema": {"properties": {}}, "storage_class": large}),
            "storage_class",
        ),
        (scene.objects(), json!({ "custom": large }), "custom"),
        (scene.objects(), json!({ "size": large }), "size"),
        (scene.objects(), json!({ "key_prefix": large }), "key_prefix"),
        (scene.objects(), json!({ "idempotency_key": large }), "idempotency_key"),
        (scene.objects(), json!({"blobs": [{"property": large, "type": "text", "data": "a"}]}), "property"),
        (scene.objects(), json!({"blobs": [{"property": "notes", "type": large, "data": "a"}]}), "type"),
        (
            scene.objects(),
            json!({"blobs": [{"property": "notes", "type": "text", "upload_id": large}]}),
            "upload_id",
        ),
        (scene.objects(), json!({"edges": [{"type": large, "target_object_id": "a"}]}), "type"),
        (scene.uploads(), json!({"filename": large, "content_type": "text/plain"}), "filename"),
        (scene.uploads(), json!({"filename": "a", "content_type": large}), "content_type"),
        (
            scene.uploads(),
            json!({"filename": "a", "content_type": "text/plain", "blob_property": large}),
            "blob_property",
        ),
        (scene.confirm(), json!({ "etag": large }), "etag"),
        (scene.confirm(), json!({ large.as_str(): 1 }), "xxx"),
        (scene.uploads(), json!({"filename": "a", "content_type": "text/plain", large.as_str(): 1}), "xxx"),
        (scene.objects(), json!({ large.as_str(): 1 }), "xxx"),
    ] {
        let answer = scene.refused(&path, body.to_string()).await;
        assert_eq!(answer.status, 422, "{field}");
        let error = &answer.body["error"];
        assert!(error.to_string().contains(field), "{field}: {error}");
        assert!(error.to_string().len() < 20_000, "{field}: {} bytes", error.to_string().len());
    }
    scene.untouched().await;
}

#[tokio::test]
async fn very_many_entries_are_refused_before_they_are_worked_on() {
    let scene = Scene::new().await;
    let fields: Map<String, Value> = (0..100_000).map(|n| (format!("f{n}"), json!(n))).collect();
    let blob = json!({"property": "pages", "type": "text", "data": "a"});
    let strange = json!({"property": "strange", "type": "strange", "data": 5, "checksum": "x"});
    for (path, body) in [
        (scene.objects(), Value::Object(fields.clone())),
        (scene.objects(), json!({"blobs": vec![blob; 50_000]})),
        (scene.objects(), json!({"blobs": vec![strange; 100]})),
        (scene.objects(), json!({"edges": vec![json!({"type": "", "target_object_id": ""}); 50_000]})),
        (
            scene.uploads(),
            json!({"filename": "a", "content_type": "text/plain", "blob_property": "notes", "object_metadata": fields}),
        ),
        ("/v1/buckets".to_owned(), json!({"bucket_name": "new", "bucket_schema": {"properties": fields}})),
        (
            "/v1/buckets".to_owned(),
            json!({"bucket_name": "new", "bucket_schema": {"properties": {}}, "unique_key": {"fields": vec!["a"; 50_000]}}),
        ),
    ] {
        scene.refused(&path, body.to_string()).await.refused(422, "");
    }
    scene.untouched().await;
}

/// Each of these numbers is wrong in one of two ways, or in both: comparing every place with every
/// other one would take minutes.
#[tokio::test]
async fn very_many_wrong_numbers_cost_no_more_than_their_number() {
    let scene = Scene::new().await;
    let long = "9".repeat(130);
    for (number, other, count) in [
        ("99999999999999999999", "1e-131", 20_000),
        (long.as_str(), long.as_str(), 5_000),
        ("1e-131", "1e126", 30_000),
    ] {
        let numbers = vec![format!("{number},{other}"); count].join(",");
        for path in [scene.objects(), scene.confirm()] {
            let answer = scene.refused(&path, format!(r#"{{"a": [{numbers}]}}"#)).await;
            let error = answer.refused(422, "");
            let details = &error["details"];
            assert_eq!(details["validation_errors"].as_array().map(Vec::len), Some(100));
            assert!(details["validation_errors_total"].as_u64() >= Some(count as u64), "{details}");
        }
    }
    scene.untouched().await;
}

#[tokio::test]
async fn a_request_over_the_platforms_limit_is_a_413_in_the_envelope() {
    let scene = Scene::new().await;
    for path in scene.routes() {
        for bytes in [6 * MIB + 1, 10 * MIB + 1, 20 * MIB] {
            let body = format!(r#"{{"a": "{}"}}"#, "x".repeat(bytes));
            let answer = scene.refused(&path, body).await;
            let error = answer.refused(413, "payload_too_large");
            assert_eq!(error["type"], "PayloadTooLargeError");
            assert_eq!(error["details"]["limit_bytes"], 6 * MIB);
        }
    }
    scene.untouched().await;
    // Within it, the largest inline blob there is.
    let text = "x".repeat(4 * MIB);
    let body = json!({"blobs": [{"property": "notes", "type": "text", "data": text}]});
    let object = scene.stack.client.post(&scene.objects(), &body).await.ok();
    assert_eq!(object["blobs"][0]["details"]["size_bytes"], 4 * MIB);
    let more = json!({"blobs": [{"property": "notes", "type": "text", "data": format!("{text}x")}]});
    scene.refused(&scene.objects(), more.to_string()).await.refused(422, "payload_too_large");
}
