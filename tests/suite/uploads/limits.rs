//! The bounds of a create-upload's fields (contract section 7.1).

use serde_json::{Value, json};

use super::{Scene, clips};

async fn scene() -> Scene {
    Scene::with(json!({"film": {"type": "video"}}), json!(null)).await
}

#[tokio::test]
async fn each_field_has_its_bounds() {
    let scene = scene().await;
    let before = scene.stack.engines().holdings().await;
    for (field, values) in [
        (
            "filename",
            vec![
                json!(""),
                json!("x".repeat(256)),
                json!("../a"),
                json!("a/../b"),
                json!("a\\b"),
                json!("/a"),
                json!("a\nb"),
                json!("a\0b"),
                json!("./a"),
                json!(".."),
            ],
        ),
        (
            "content_type",
            vec![
                json!(""),
                json!("png"),
                json!("image/*"),
                json!("a/b\r\nX: y"),
                json!("video/mp4 "),
                json!("x".repeat(256)),
                json!("vidéo/mp4"),
                json!("image/png"),
                json!("application/zip"),
            ],
        ),
        ("file_size_bytes", vec![json!(0), json!(-1), json!(1.5), json!(11.0), json!("11"), json!(true)]),
        (
            "presigned_url_expiration",
            vec![json!(59), json!(86_401), json!(0), json!(-1), json!(60.5), json!("60"), json!(u64::MAX)],
        ),
        (
            "file_hash",
            vec![
                json!(""),
                json!("a".repeat(63)),
                json!("a".repeat(65)),
                json!("A".repeat(64)),
                json!("g".repeat(64)),
                json!(5),
            ],
        ),
        ("metadata", vec![json!([]), json!("x"), json!({"large": "x".repeat(65_536)})]),
        ("object_metadata", vec![json!([]), json!("x")]),
        ("create_object_on_confirm", vec![json!("true"), json!(1)]),
        ("skip_duplicates", vec![json!("no"), json!(0)]),
        ("blob_type", vec![json!("document"), json!(""), json!(5)]),
        ("blob_property", vec![json!("a-b"), json!(["film"])]),
    ] {
        for value in values {
            scene.create(&json!({ field: value })).await.invalid(&[&format!("body.{field}")]);
        }
    }
    assert_eq!(scene.stack.engines().holdings().await, before);
}

#[tokio::test]
async fn the_bounds_themselves_are_within() {
    let scene = scene().await;
    for (field, value) in [
        ("filename", json!("x".repeat(255))),
        ("filename", json!("日".repeat(255))),
        ("filename", json!("a..b...mp4")),
        ("content_type", json!("application/octet-stream")),
        ("file_size_bytes", json!(1)),
        ("file_size_bytes", json!(5_368_709_120_i64)),
        ("presigned_url_expiration", json!(60)),
        ("presigned_url_expiration", json!(86_400)),
        ("metadata", json!(null)),
        ("object_metadata", json!(null)),
    ] {
        let upload = scene.create(&json!({ field: value })).await.ok();
        if !value.is_null() {
            assert_eq!(upload[field], value, "{field}");
        }
    }
    let error = scene.create(&json!({"file_size_bytes": 5_368_709_121_i64})).await;
    error.clone().invalid(&["body.file_size_bytes"]);
    error.refused(422, "payload_too_large");
    scene.create(&json!({"file_size_bytes": u64::MAX})).await.refused(422, "payload_too_large");
}

#[tokio::test]
async fn all_that_is_wrong_is_told_at_once() {
    let scene = Scene::with(clips(), json!({"fields": ["sku"]})).await;
    let wrong = json!({"filename": "../a", "content_type": "nothing", "file_size_bytes": 0,
        "presigned_url_expiration": 1, "file_hash": "x", "blob_property": "clip", "blob_type": "film",
        "object_metadata": {"title": 5}});
    scene.create(&wrong).await.invalid(&[
        "body.filename",
        "body.content_type",
        "body.file_size_bytes",
        "body.presigned_url_expiration",
        "body.file_hash",
        "body.blob_type",
        "body.object_metadata.sku",
        "body.object_metadata.title",
    ]);
    let path = format!("/v1/buckets/{}/uploads", scene.bucket);
    scene.stack.client.post(&path, &json!({})).await.invalid(&["body.filename"]);
    let no_type: Value = json!({"filename": "a"});
    scene.stack.client.post(&path, &no_type).await.invalid(&["body.content_type"]);
    let answer = scene.create(&json!({"policy": "insert"})).await;
    answer.clone().refused(422, "extra_forbidden");
    let error = answer.invalid(&["body.policy"]);
    assert!(error["message"].as_str().is_some_and(|text| text.contains("object_metadata")), "{error}");
}
