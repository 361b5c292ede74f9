//! What a list shows of each object.

use serde_json::{Value, json};

use super::{Scene, ids};

async fn furnished() -> (Scene, Vec<Value>) {
    let properties =
        json!({"notes": {"type": "text"}, "clip": {"type": "video"}, "title": {"type": "string"}});
    let scene = Scene::with(properties).await;
    let text = json!({"property": "notes", "type": "text", "data": "hello"});
    let link = json!({"property": "clip", "type": "video", "data": "https://example.org/a.mp4"});
    let mut made = Vec::new();
    for body in [
        json!({"title": "one", "meta": {"x": {"y": 1, "z": 2}}, "blobs": [text, link], "key_prefix": "/a"}),
        json!({"title": "two"}),
    ] {
        made.push(scene.stack.client.object(&scene.bucket, "", &body).await.ok());
    }
    (scene, made)
}

#[tokio::test]
async fn an_object_is_listed_as_it_is_read() {
    let (scene, made) = furnished().await;
    let page = scene.page(&json!({})).await;
    for object in &made {
        let id = object["object_id"].as_str().expect("an id");
        let position = ids(&page).iter().position(|listed| listed == id).expect("it is listed");
        let path = format!("/v1/buckets/{}/objects/{id}?include_document_count=false", scene.bucket);
        assert_eq!(page["results"][position], scene.stack.client.get(&path).await.ok());
    }
    let stats = json!({
        "total_objects": 2, "total_blobs": 2, "avg_blobs_per_object": 1.0, "objects_by_status": {"PENDING": 2},
    });
    assert_eq!(page["stats"], stats);
    // Of this page alone.
    let first = scene.page(&json!({"limit": 1})).await;
    assert_eq!(first["stats"]["total_objects"], 1);
}

#[tokio::test]
async fn selected_fields_come_with_the_ids() {
    let (scene, made) = furnished().await;
    let body =
        json!({"select": ["title", "meta.x.y", "blobs.details.size_bytes"], "filters": {"title": "one"}});
    let page = scene.page(&body).await;
    let expected = json!({
        "object_id": made[0]["object_id"], "bucket_id": scene.bucket, "title": "one", "meta": {"x": {"y": 1}},
        "blobs": [
            {"property": "notes", "type": "text", "details": {"size_bytes": 5}},
            {"property": "clip", "type": "video", "details": {"size_bytes": null}},
        ],
    });
    assert_eq!(page["results"], json!([expected]));
    assert_eq!(page["stats"]["total_blobs"], 2, "what isn't shown counts");
}

#[tokio::test]
async fn urls_are_shown_on_request_for_what_stowage_stored() {
    let (scene, _) = furnished().await;
    let without = scene.page(&json!({})).await;
    assert_eq!(without["results"][0]["blobs"][0]["presigned_url"], json!(null));
    for (query, body) in
        [("", json!({"return_presigned_urls": true})), ("?return_presigned_urls=true", json!({}))]
    {
        let body =
            json!({"filters": {"title": "one"}, "return_presigned_urls": body["return_presigned_urls"]});
        let page = scene.list(query, &body).await.ok();
        let blobs = &page["results"][0]["blobs"];
        let url = blobs[0]["presigned_url"].as_str().expect("a URL");
        assert_eq!(blobs[0]["properties"]["presigned_url"], url);
        let bytes = scene.stack.client.http().get(url).send().await.expect("S3 answers").bytes().await;
        assert_eq!(bytes.expect("the bytes")[..], *b"hello");
        assert_eq!(blobs[1]["presigned_url"], json!(null), "bytes elsewhere are not signed for");
    }
}
