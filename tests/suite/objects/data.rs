//! Every form of a blob's `data` (contract section 8.1).

use serde_json::{Value, json};

use super::Scene;

fn schema() -> Value {
    json!({
        "notes": {"type": "text"}, "photo": {"type": "image"}, "paper": {"type": "pdf"},
        "info": {"type": "object", "properties": {"pages": {"type": "integer"}}},
        "count": {"type": "integer"}, "flag": {"type": "boolean"}, "day": {"type": "date"},
        "word": {"type": "string"}, "list": {"type": "array"}, "ratio": {"type": "float"},
    })
}

/// "hello" in base64.
const HELLO: &str = "aGVsbG8=";

#[tokio::test]
async fn text_is_stored_as_a_file_and_short_text_stays_in_the_object() {
    let scene = Scene::with(schema()).await;
    for data in [json!("hello"), json!({"text": "hello"})] {
        let object = scene.blob("notes", "text", data).await.ok();
        let blob = &object["blobs"][0];
        assert_eq!(blob["properties"]["text"], "hello");
        assert_eq!(scene.bytes(blob).await, b"hello");
        assert_eq!(blob["presigned_url"], json!(null));
        assert_eq!(blob["key_prefix"], json!(null));
    }
    let long = "é".repeat(4097);
    let object = scene.blob("notes", "text", json!(long)).await.ok();
    assert_eq!(object["blobs"][0]["properties"].get("text"), None);
    assert_eq!(object["blobs"][0]["details"]["size_bytes"], 8194);
    assert_eq!(scene.bytes(&object["blobs"][0]).await, long.as_bytes());
    let object = scene.blob("notes", "text", json!("x".repeat(8192))).await.ok();
    assert_eq!(object["blobs"][0]["properties"]["text"], "x".repeat(8192));
    let empty = scene.blob("notes", "text", json!("")).await.ok();
    assert_eq!(empty["blobs"][0]["details"]["size_bytes"], 0);
}

#[tokio::test]
async fn bytes_come_as_a_data_uri_or_as_base64() {
    let scene = Scene::with(schema()).await;
    let named = json!({"base64": HELLO, "mime_type": "image/png", "filename": "a b.png", "width": 3});
    for (data, mime, filename) in [
        (json!(format!("data:image/png;base64,{HELLO}")), "image/png", "photo.png"),
        (json!({"base64": HELLO}), "application/octet-stream", "photo.bin"),
        (named, "image/png", "a b.png"),
    ] {
        let object = scene.blob("photo", "IMAGE", data).await.ok();
        let blob = &object["blobs"][0];
        assert_eq!(blob["type"], "image");
        assert_eq!(blob["details"]["mime_type"], mime);
        assert_eq!(blob["details"]["filename"], filename);
        assert_eq!(blob["details"]["size_bytes"], 5);
        assert_eq!(blob["properties"].get("base64"), None);
        assert_eq!(blob["properties"].get("text"), None);
        assert_eq!(scene.bytes(blob).await, b"hello");
    }
    let object = scene.blob("photo", "image", json!({"base64": "aGVs\r\nbG8", "width": 3})).await.ok();
    assert_eq!(object["blobs"][0]["properties"]["width"], 3);
    assert_eq!(scene.bytes(&object["blobs"][0]).await, b"hello");
}

#[tokio::test]
async fn json_values_without_bytes_become_the_blobs_properties() {
    let scene = Scene::with(schema()).await;
    for (property, blob_type, data, properties) in [
        ("info", "object", json!({"pages": 5, "a": null}), json!({"pages": 5, "a": null})),
        ("info", "json", json!({}), json!({})),
        ("count", "integer", json!(7), json!({"value": 7})),
        ("flag", "boolean", json!(false), json!({"value": false})),
        ("ratio", "float", json!(1), json!({"value": 1})),
        ("day", "date", json!("2026-02-28"), json!({"value": "2026-02-28"})),
        ("word", "string", json!("x"), json!({"value": "x"})),
        ("list", "array", json!([1, "two", null]), json!({"value": [1, "two", null]})),
        ("paper", "PDF", json!({"num_pages": 2, "title": "t"}), json!({"num_pages": 2, "title": "t"})),
    ] {
        let object = scene.blob(property, blob_type, data).await.ok();
        let blob = &object["blobs"][0];
        assert_eq!(blob["properties"], properties, "{property}");
        let nothing = json!({"filename": null, "size_bytes": null, "mime_type": null, "hash": null});
        assert_eq!(blob["details"], nothing, "{property}");
    }
    assert_eq!(scene.stack.engines().keys("").await, Vec::<String>::new());
    for (property, blob_type, data, place) in [
        ("info", "object", json!({"pages": "five"}), "body.blobs.0.data.pages"),
        ("count", "integer", json!(7.5), "body.blobs.0.data"),
        ("flag", "boolean", json!("true"), "body.blobs.0.data"),
        ("day", "date", json!("2026-02-30"), "body.blobs.0.data"),
        ("list", "array", json!("x"), "body.blobs.0.data"),
        ("photo", "image", json!("just text"), "body.blobs.0.data"),
        ("photo", "image", json!(1), "body.blobs.0.data"),
        ("info", "object", json!({"base64": HELLO}), "body.blobs.0.data.base64"),
    ] {
        scene.blob(property, blob_type, data).await.invalid(&[place]);
    }
}

#[tokio::test]
async fn urls_are_kept_as_references() {
    let scene = Scene::with(schema()).await;
    let s3 = "s3://elsewhere/a/b.png";
    let http = "https://example.com/a.png?x=1";
    for (data, url, mime, filename) in [
        (json!(http), http, json!(null), json!(null)),
        (json!("http://example.com"), "http://example.com", json!(null), json!(null)),
        (
            json!({"url": http, "mime_type": "image/png", "filename": "a"}),
            http,
            json!("image/png"),
            json!("a"),
        ),
        (json!({"filename": http, "mime_type": "image/gif"}), http, json!("image/gif"), json!(null)),
        (json!(s3), s3, json!(null), json!(null)),
        (json!({"url": s3}), s3, json!(null), json!(null)),
    ] {
        let object = scene.blob("photo", "image", data).await.ok();
        let blob = &object["blobs"][0];
        assert_eq!(blob["properties"], json!({"url": url}));
        assert_eq!(blob["details"]["mime_type"], mime);
        assert_eq!(blob["details"]["filename"], filename);
        assert_eq!(blob["details"]["size_bytes"], json!(null));
    }
    // langchain's client names it like this.
    let alias = json!({"blobs": [{"property": "photo", "type": "image", "url": http}]});
    assert_eq!(scene.create(&alias).await.ok()["blobs"][0]["properties"]["url"], http);
    assert_eq!(scene.stack.engines().keys("").await, Vec::<String>::new());
}

#[tokio::test]
async fn a_reference_that_stowage_must_not_follow_is_refused() {
    let scene = Scene::with(schema()).await;
    let own = scene.stack.stack().blobs().bucket();
    let long = format!("https://example.com/{}", "x".repeat(8192));
    for url in [
        "file:///etc/passwd",
        "https://",
        "https://user:word@example.com/a",
        "https://example.com/a b",
        "https://example.com/a\u{0}b",
        "s3://",
        "s3://bucket",
        "s3://bucket/",
        &format!("s3://{own}/uploads/a"),
        &format!("s3://{}/a", own.to_uppercase()),
        &long,
    ] {
        scene.blob("photo", "image", json!(url)).await.invalid(&["body.blobs.0.data"]);
        scene.blob("photo", "image", json!({"url": url})).await.invalid(&["body.blobs.0.data.url"]);
    }
    for url in ["ftp://example.com/a", "//example.com/a", "HTTPS:example.com", ""] {
        scene.blob("photo", "image", json!({"url": url})).await.invalid(&["body.blobs.0.data.url"]);
    }
    let wrong = json!({"url": "https://example.com/a", "mime_type": "text/plain"});
    scene.blob("photo", "image", wrong).await.invalid(&["body.blobs.0.data.mime_type"]);
}

#[tokio::test]
async fn what_is_no_base64_no_text_or_the_wrong_type_is_refused() {
    let scene = Scene::with(schema()).await;
    let bare = "SGVsbG8sIHdvcmxkISBIZWxsbyE=";
    for (property, blob_type, data, place) in [
        ("notes", "text", json!(bare), "body.blobs.0.data"),
        ("photo", "image", json!("data:text/plain;base64,aGVsbG8="), "body.blobs.0.data"),
        ("photo", "image", json!("data:image/png;base64,a$b"), "body.blobs.0.data"),
        ("photo", "image", json!("data:image/png,plain"), "body.blobs.0.data"),
        ("photo", "image", json!({"base64": "$$$"}), "body.blobs.0.data.base64"),
        ("photo", "image", json!({"base64": 5}), "body.blobs.0.data.base64"),
        ("notes", "text", json!({"text": ["a"]}), "body.blobs.0.data.text"),
        ("photo", "image", json!({"presigned_url": "x"}), "body.blobs.0.data.presigned_url"),
    ] {
        scene.blob(property, blob_type, data).await.invalid(&[place]);
    }
    let wrong = json!({"base64": HELLO, "mime_type": "video/mp4"});
    scene.blob("photo", "image", wrong).await.refused(422, "");
    for filename in ["../a.png", "/a.png", "a\\b.png", "", "a\nb.png"] {
        let data = json!({"base64": HELLO, "filename": filename});
        scene.blob("photo", "image", data).await.invalid(&["body.blobs.0.data.filename"]);
    }
    let large = "A".repeat((4 * 1024 * 1024 + 3) / 3 * 4 + 8);
    let answer = scene.blob("photo", "image", json!({ "base64": large })).await;
    answer.refused(422, "payload_too_large");
    assert_eq!(scene.stack.engines().keys("").await, Vec::<String>::new());
}
