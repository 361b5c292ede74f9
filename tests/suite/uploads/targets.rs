//! Which property an upload's blob goes to, and of what type it is.

use serde_json::{Value, json};

use super::Scene;

fn made(upload: &Value) -> (&str, &str) {
    (upload["blob_property"].as_str().unwrap_or("-"), upload["blob_type"].as_str().unwrap_or("-"))
}

#[tokio::test]
async fn the_only_file_property_is_the_default() {
    let scene =
        Scene::with(json!({"film": {"type": "video"}, "title": {"type": "string"}}), json!(null)).await;
    for more in
        [json!({}), json!({"filename": "any name at all.bin", "content_type": "application/octet-stream"})]
    {
        assert_eq!(made(&scene.create(&more).await.ok()), ("film", "video"));
    }
    let list = json!({"pages": {"type": "array", "items": {"type": "image"}}});
    let scene = Scene::with(list, json!(null)).await;
    let page = json!({"filename": "1.png", "content_type": "image/png"});
    assert_eq!(made(&scene.create(&page).await.ok()), ("pages", "image"));
}

#[tokio::test]
async fn of_several_the_only_one_that_fits_is_taken_else_the_names_stem() {
    let schema = json!({"clip": {"type": "video"}, "still": {"type": "image"}, "thumb": {"type": "image"}});
    let scene = Scene::with(schema, json!(null)).await;
    assert_eq!(made(&scene.create(&json!({})).await.ok()), ("clip", "video"));
    let image = |name: &str| json!({"filename": name, "content_type": "image/png"});
    assert_eq!(made(&scene.create(&image("thumb.png")).await.ok()), ("thumb", "image"));
    assert_eq!(made(&scene.create(&image("2024/still.v2")).await.ok()), ("still", "image"));
    for name in ["other.png", "my photo.png", "thumb-2.png", "日本.png", ".png"] {
        scene.create(&image(name)).await.invalid(&["body.blob_property"]);
    }
    // GIFs are films as well.
    let gif = json!({"filename": "clip.gif", "content_type": "image/gif"});
    assert_eq!(made(&scene.create(&gif).await.ok()), ("clip", "video"));
}

#[tokio::test]
async fn a_named_property_must_be_declared_and_fit() {
    let schema = json!({"clip": {"type": "video"}, "title": {"type": "string"}, "any": {"type": "array"}});
    let scene = Scene::with(schema, json!(null)).await;
    for property in ["", "a-b", "a b", "ü", "a.b", &"x".repeat(101)] {
        scene.create(&json!({"blob_property": property})).await.invalid(&["body.blob_property"]);
    }
    scene.create(&json!({"blob_property": "film"})).await.invalid(&["body.blob_property"]);
    scene.create(&json!({"blob_property": "title"})).await.invalid(&["body.content_type"]);
    let answer = scene.create(&json!({"blob_property": "clip", "content_type": "image/png"})).await;
    answer.invalid(&["body.content_type"]);
    scene.create(&json!({"blob_property": "clip", "blob_type": "image"})).await.invalid(&["body.blob_type"]);
    let answer = scene.create(&json!({"blob_property": "clip", "blob_type": "film"})).await;
    let error = answer.invalid(&["body.blob_type"]);
    assert!(error["message"].as_str().is_some_and(|text| text.contains("excel")), "{error}");
    for blob_type in ["video", "VIDEO", "Video"] {
        let upload = scene.create(&json!({"blob_property": "clip", "blob_type": blob_type})).await.ok();
        assert_eq!(made(&upload), ("clip", "video"));
    }
}

#[tokio::test]
async fn without_an_object_to_make_no_property_is_needed() {
    let scene = Scene::with(json!({"sku": {"type": "string", "required": true}}), json!(null)).await;
    scene.create(&json!({})).await.invalid(&["body.blob_property", "body.object_metadata.sku"]);
    let bare = scene.create(&json!({"create_object_on_confirm": false})).await.ok();
    assert_eq!(bare.get("blob_property"), Some(&json!(null)));
    assert_eq!(bare.get("blob_type"), Some(&json!(null)));
    let named = json!({"create_object_on_confirm": false, "blob_property": "film"});
    assert_eq!(made(&scene.create(&named).await.ok()), ("film", "video"));
}
