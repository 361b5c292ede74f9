//! `GET …/objects/{object_id}`, and URLs to read blobs by (contract sections 8.2 and 8.3).

use serde_json::{Value, json};

use super::Scene;

fn schema() -> Value {
    json!({"notes": {"type": "text"}, "film": {"type": "video"}, "photo": {"type": "image"},
        "page": {"type": "text"}, "info": {"type": "object"}})
}

#[tokio::test]
async fn an_object_is_shown_as_it_was_written() {
    let scene = Scene::with(schema()).await;
    let body = json!({"title": "t", "deep": {"a": [1, null]}, "key_prefix": "/a",
        "edges": [{"type": "next", "target_object_id": "obj_1"}],
        "blobs": [{"property": "notes", "type": "text", "data": "hello", "metadata": {"lang": "en"}}]});
    let made = scene.create(&body).await.ok();
    let mut shown = made.clone();
    // Only a write says when it shows elsewhere, and nothing has made documents of the object yet.
    shown["consistency"] = json!(null);
    shown["document_count"] = json!(0);
    assert_eq!(scene.get(&made).await, shown);
    let client = &scene.stack.client;
    let by_name = scene.path(&made).replace(&scene.bucket, "b");
    assert_eq!(client.get(&by_name).await.ok(), shown);
    let uncounted = client.get(&format!("{}?include_document_count=false", scene.path(&made))).await.ok();
    assert_eq!(uncounted.get("document_count"), Some(&json!(null)));
    for flag in ["include_document_count", "return_presigned_urls"] {
        let answer = client.get(&format!("{}?{flag}=1", scene.path(&made))).await;
        answer.invalid(&[&format!("query.{flag}")]);
    }
}

#[tokio::test]
async fn what_is_not_there_or_elsewhere_is_a_404_for_every_verb() {
    let scene = Scene::with(schema()).await;
    let client = &scene.stack.client;
    let made = scene.create(&json!({"title": "t"})).await.ok();
    let other = client.bucket("other", schema(), json!(null)).await;
    client.post("/v1/namespaces", &json!({"namespace_name": "next door"})).await.ok();
    let next_door = client.with_namespace("next door");
    next_door.bucket("b", schema(), json!(null)).await;
    let before = scene.stack.engines().holdings().await;
    let id = made["object_id"].as_str().unwrap_or_default();
    let mut paths: Vec<(_, String, &str)> = ["obj_0123456789abcdef0123456789abcdef", "obj_1", "x", "upl_1"]
        .iter()
        .map(|id| (client, format!("/v1/buckets/b/objects/{id}"), *id))
        .collect();
    paths.push((client, format!("/v1/buckets/{other}/objects/{id}"), id));
    paths.push((&next_door, format!("/v1/buckets/b/objects/{id}"), id));
    paths.push((client, "/v1/buckets/b/objects/obj_1%23claim".to_owned(), "obj_1#claim"));
    for (client, path, id) in paths {
        for answer in [
            client.get(&path).await,
            client.patch(&path, &json!({"title": "u"})).await,
            client.replace(&path, &json!({"metadata": {"title": "u"}})).await,
            client.delete(&path).await,
        ] {
            let error = answer.refused(404, "");
            assert_eq!(error["details"], json!({"resource": "object", "id": id}));
        }
    }
    assert_eq!(scene.stack.engines().holdings().await, before);
}

#[tokio::test]
async fn blobs_are_read_by_presigned_urls_when_asked_for() {
    let scene = Scene::with(schema()).await;
    let film = scene.upload("film", "video/mp4", b"film").await;
    let page = scene.upload("page", "text/html", b"<script>").await;
    let body = json!({"blobs": [
        {"property": "notes", "type": "text", "data": "hello"},
        {"property": "film", "type": "video", "upload_id": film},
        {"property": "page", "type": "text", "upload_id": page},
        {"property": "photo", "type": "image", "data": "https://example.com/a.png"},
        {"property": "info", "type": "object", "data": {"a": 1}},
    ]});
    let made = scene.create(&body).await.ok();
    let with_urls = format!("{}?return_presigned_urls=true", scene.path(&made));
    let object = scene.stack.client.get(&with_urls).await.ok();
    let blobs = object["blobs"].as_array().expect("blobs");
    for (blob, bytes, type_sent, disposition) in [
        (&blobs[0], "hello", "text/plain", None),
        (&blobs[1], "film", "video/mp4", None),
        // What could hold a script is saved, never run in S3's name.
        (&blobs[2], "<script>", "text/html", Some("attachment")),
    ] {
        let url = blob["presigned_url"].as_str().unwrap_or_else(|| panic!("no URL: {blob}"));
        assert_eq!(blob["properties"]["presigned_url"], url);
        assert!(url.contains("X-Amz-Expires=3600") && url.contains("versionId="), "{url}");
        let http = scene.stack.client.http();
        let read = http.get(url).send().await.expect("S3 answers");
        assert_eq!(read.status(), 200);
        let header = |name: &str| read.headers().get(name).and_then(|value| value.to_str().ok());
        assert_eq!((header("content-type"), header("content-disposition")), (Some(type_sent), disposition));
        assert_eq!(read.text().await.expect("the bytes"), bytes);
        for request in [http.delete(url), http.put(url).body("other")] {
            assert_eq!(request.send().await.expect("S3 answers").status(), 403);
        }
    }
    // Bytes that live elsewhere, or nowhere, are nothing of Stowage's to sign for.
    for blob in &blobs[3..] {
        assert_eq!(blob.get("presigned_url"), Some(&json!(null)));
        assert_eq!(blob["properties"].get("presigned_url"), None);
    }
    let plain = scene.get(&made).await;
    assert_eq!(plain["blobs"][0].get("presigned_url"), Some(&json!(null)));
    assert_eq!(plain["blobs"][0]["properties"].get("presigned_url"), None);
}

#[tokio::test]
async fn a_url_reads_the_version_that_was_confirmed() {
    let scene = Scene::with(schema()).await;
    let client = &scene.stack.client;
    let create = json!({"filename": "a.mp4", "content_type": "video/mp4"});
    let upload = client.upload(&scene.bucket, &create, b"confirmed").await;
    let object = client.confirm(&scene.bucket, &upload, &json!({})).await.ok();
    let late =
        client.put(upload["presigned_url"].as_str().unwrap_or_default(), "video/mp4", "too late").await;
    assert_eq!(late.status, 200);
    let with_urls = format!("{}?return_presigned_urls=true", scene.path(&object));
    let url = client.get(&with_urls).await.ok()["blobs"][0]["presigned_url"].clone();
    let read = client.http().get(url.as_str().unwrap_or_default()).send().await.expect("S3 answers");
    assert_eq!(read.text().await.expect("the bytes"), "confirmed");
}
