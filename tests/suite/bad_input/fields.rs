//! Fields of the wrong type or form, named by their place.

use serde_json::{Value, json};

use super::{Scene, nested};

#[tokio::test]
async fn a_value_of_the_wrong_type_is_named_by_its_place() {
    let scene = Scene::new().await;
    let wrong = [json!(5), json!(true), json!([]), json!({}), json!([["x"]])];
    for (path, base, texts) in [
        (
            "/v1/namespaces".to_owned(),
            json!({"namespace_name": "new"}),
            vec!["namespace_name", "namespace_id", "description", "mode"],
        ),
        (
            "/v1/buckets".to_owned(),
            json!({"bucket_name": "new", "bucket_schema": {"properties": {}}}),
            vec!["bucket_name", "description", "storage_class"],
        ),
        (scene.objects(), json!({}), vec!["key_prefix", "idempotency_key"]),
        (
            scene.uploads(),
            json!({"filename": "a", "content_type": "text/plain"}),
            vec!["filename", "content_type", "blob_property", "blob_type", "file_hash"],
        ),
        (scene.confirm(), json!({}), vec!["etag"]),
    ] {
        for field in texts {
            for value in &wrong {
                let mut body = base.clone();
                body[field] = value.clone();
                scene.refused(&path, body.to_string()).await.invalid(&[&format!("body.{field}")]);
            }
        }
    }
    for (path, body, place) in [
        ("/v1/buckets", json!({"bucket_name": "new", "bucket_schema": []}), "body.bucket_schema"),
        ("/v1/buckets", json!({"bucket_name": "new", "bucket_schema": null}), "body.bucket_schema"),
        (
            "/v1/buckets",
            json!({"bucket_name": "new", "bucket_schema": {"properties": [1]}}),
            "body.bucket_schema.properties",
        ),
        (
            "/v1/buckets",
            json!({"bucket_name": "new", "bucket_schema": {"properties": {}}, "metadata": [1]}),
            "body.metadata",
        ),
        (
            "/v1/buckets",
            json!({"bucket_name": null, "bucket_schema": {"properties": {}}}),
            "body.bucket_name",
        ),
    ] {
        scene.refused(path, body.to_string()).await.invalid(&[place]);
    }
    let note = |key: &str, value: Value| {
        let mut blob = json!({"property": "notes", "type": "text", "data": "a"});
        blob[key] = value;
        json!({"blobs": [blob]})
    };
    for (body, place) in [
        (json!({"blobs": "x"}), "body.blobs"),
        (json!({"blobs": [[]]}), "body.blobs.0"),
        (json!({"blobs": [null]}), "body.blobs.0"),
        (note("property", json!(5)), "body.blobs.0.property"),
        (note("property", json!("")), "body.blobs.0.property"),
        (note("type", json!(null)), "body.blobs.0.type"),
        (note("metadata", json!("x")), "body.blobs.0.metadata"),
        (note("checksum", json!(5)), "body.blobs.0.checksum"),
        (note("key_prefix", json!({})), "body.blobs.0.key_prefix"),
        (note("canonicalize_source", json!("x")), "body.blobs.0.canonicalize_source"),
        (note("data", json!(5)), "body.blobs.0.data"),
        (json!({"skip_duplicates": "true"}), "body.skip_duplicates"),
        (json!({"force_remirror": 1}), "body.force_remirror"),
        (json!({"edges": {}}), "body.edges"),
        (json!({"edges": [{"type": 5, "target_object_id": "a"}]}), "body.edges.0.type"),
        (json!({"n": "1"}), "body.n"),
        (json!({"a": nested(31)}), "body.a.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0"),
    ] {
        let answer = scene.refused(&scene.objects(), body.to_string()).await;
        if body["blobs"][0]["property"] == "" {
            answer.refused(422, "");
        } else {
            answer.invalid(&[place]);
        }
    }
    scene.untouched().await;
}

#[tokio::test]
async fn nesting_over_the_limit_is_refused_by_every_route() {
    let scene = Scene::new().await;
    for path in scene.routes() {
        for depth in [33, 64, 120] {
            scene.refused(&path, json!({"metadata": nested(depth)}).to_string()).await.refused(422, "");
        }
    }
    scene.untouched().await;
}

#[tokio::test]
async fn unknown_keys_are_refused_where_they_mean_nothing() {
    let scene = Scene::new().await;
    for (path, mut body) in [
        ("/v1/namespaces".to_owned(), json!({"namespace_name": "new"})),
        ("/v1/buckets".to_owned(), json!({"bucket_name": "new", "bucket_schema": {"properties": {}}})),
        (scene.uploads(), json!({"filename": "a", "content_type": "text/plain"})),
        (scene.confirm(), json!({})),
    ] {
        body["surprise"] = json!(1);
        let answer = scene.refused(&path, body.to_string()).await;
        answer.clone().refused(422, "extra_forbidden");
        let error = answer.invalid(&["body.surprise"]);
        let accepted = body.as_object().expect("an object").keys().filter(|key| *key != "surprise");
        for key in accepted {
            assert!(error["message"].as_str().is_some_and(|text| text.contains(key)), "{error}");
        }
    }
    scene.untouched().await;
}

#[tokio::test]
async fn texts_that_break_things_elsewhere_are_stored_or_refused_and_nothing_breaks() {
    let scene = Scene::new().await;
    for text in [
        "\0",
        "a\0b",
        "\u{7f}\u{1b}[0m",
        "\u{202e}",
        "\u{ffff}",
        "'; --",
        "${jndi:x}",
        "../../x",
        "%00",
        "\r\nX: y",
        "\"",
        "\\",
    ] {
        for (path, body) in [
            ("/v1/namespaces".to_owned(), json!({ "namespace_name": format!("abc{text}") })),
            (
                "/v1/buckets".to_owned(),
                json!({"bucket_name": text, "bucket_schema": {"properties": {text: {"type": "string"}}}}),
            ),
            (scene.objects(), json!({"a": text, text: 1, "key_prefix": text, "idempotency_key": text})),
            (
                scene.objects(),
                json!({"blobs": [{"property": "notes", "type": "text", "data": {"text": text, "filename": text}, "metadata": {text: text}}]}),
            ),
            (scene.objects(), json!({"blobs": [{"property": text, "type": text, "upload_id": text}]})),
            (
                scene.uploads(),
                json!({"filename": text, "content_type": "text/plain", "blob_property": "notes", "object_metadata": {text: text}}),
            ),
            (
                scene.uploads(),
                json!({"filename": "a", "content_type": text, "blob_property": text, "file_hash": text}),
            ),
            (scene.confirm(), json!({ "etag": text })),
        ] {
            let answer = scene.stack.client.post(&path, &body).await;
            assert!(answer.status < 500, "{path} {body}: {}", answer.body);
        }
    }
}
