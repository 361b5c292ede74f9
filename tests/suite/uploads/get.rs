//! `GET …/uploads/{upload_id}`, with the bucket and without.

use serde_json::{Value, json};

use super::{Scene, upload_id};

async fn read(scene: &Scene, url: &Value) -> (u16, String) {
    let url = url.as_str().unwrap_or_else(|| panic!("no URL: {url}"));
    let response = scene.stack.client.http().get(url).send().await.expect("S3 answers");
    (response.status().as_u16(), response.text().await.expect("a body"))
}

#[tokio::test]
async fn an_upload_is_shown_as_it_was_created_but_for_the_url_to_put_to() {
    let scene = Scene::films().await;
    let more = json!({"metadata": {"campaign": {"n": 1}}, "object_metadata": {"sku": "A1", "n": 1.5},
        "file_size_bytes": 4, "file_hash": "0123456789abcdef".repeat(4), "presigned_url_expiration": 60});
    let created = scene.create(&more).await.ok();
    let mut shown = created.clone();
    shown["presigned_url"] = json!(null);
    let id = upload_id(&created);
    for path in [scene.path(&created), format!("/v1/buckets/b/uploads/{id}"), format!("/v1/uploads/{id}")] {
        for query in ["", "?return_presigned_urls=false", "?return_presigned_urls=true"] {
            let found = scene.stack.client.get(&format!("{path}{query}")).await.ok();
            assert_eq!(found, shown, "{path}{query}");
        }
        let answer = scene.stack.client.get(&format!("{path}?return_presigned_urls=1")).await;
        answer.invalid(&["query.return_presigned_urls"]);
    }
}

#[tokio::test]
async fn a_confirmed_upload_has_what_was_found_and_a_url_to_the_very_bytes() {
    let scene = Scene::films().await;
    let upload = scene.send(&json!({}), "film").await;
    let done = scene.confirm(&upload).await.ok();
    // Bytes that come later aren't the ones that were confirmed.
    scene.put(&upload, "another film").await;
    let shown = scene.get(&upload).await;
    assert_eq!((&shown["status"], &shown["file_size_bytes"]), (&json!("COMPLETED"), &json!(4)));
    assert_eq!(shown.get("presigned_url"), Some(&json!(null)));
    for field in ["etag", "object_id", "verified_at", "completed_at", "file_hash", "message"] {
        assert_eq!(shown.get(field), done.get(field), "{field}");
    }
    for path in [scene.path(&upload), format!("/v1/uploads/{}", upload_id(&upload))] {
        let with_url = scene.stack.client.get(&format!("{path}?return_presigned_urls=true")).await.ok();
        let url = with_url["presigned_url"].as_str().unwrap_or_default();
        assert!(url.contains("X-Amz-Expires=3600"), "{url}");
        assert_eq!(read(&scene, &with_url["presigned_url"]).await, (200, "film".to_owned()));
        let mut without = with_url.clone();
        without["presigned_url"] = json!(null);
        assert_eq!(without, shown);
    }
}

#[tokio::test]
async fn a_duplicate_shows_its_own_bytes() {
    let scene = Scene::films().await;
    let first = scene.send(&json!({}), "film").await;
    let first = scene.confirm(&first).await.ok();
    let second = scene.send(&json!({}), "film").await;
    scene.confirm(&second).await.ok();
    let path = format!("{}?return_presigned_urls=true", scene.path(&second));
    let shown = scene.stack.client.get(&path).await.ok();
    assert_eq!((&shown["is_duplicate"], &shown["object_id"]), (&json!(true), &first["object_id"]));
    assert_eq!(shown["duplicate_of_upload_id"], first["upload_id"]);
    let url = shown["presigned_url"].as_str().unwrap_or_default();
    assert!(url.contains(upload_id(&second)), "{url}");
    assert_eq!(read(&scene, &shown["presigned_url"]).await, (200, "film".to_owned()));
}

#[tokio::test]
async fn an_upload_that_was_not_confirmed_in_time_has_failed() {
    let scene = Scene::films().await;
    let upload = scene.create(&json!({})).await.ok();
    scene.expire(&upload).await;
    let shown = scene.get(&upload).await;
    assert_eq!(shown["status"], "FAILED");
    assert!(shown["message"].is_string(), "{shown}");
}

#[tokio::test]
async fn what_is_not_there_or_elsewhere_is_a_404() {
    let scene = Scene::films().await;
    let client = &scene.stack.client;
    let upload = scene.create(&json!({})).await.ok();
    let id = upload_id(&upload);
    let schema = json!({"film": {"type": "video"}});
    let other = client.bucket("other", schema.clone(), json!(null)).await;
    client.post("/v1/namespaces", &json!({"namespace_name": "next door"})).await.ok();
    let next_door = client.with_namespace("next door");
    next_door.bucket("b", schema, json!(null)).await;
    let before = scene.stack.engines().holdings().await;
    let uploads = scene.uploads();
    for (client, path, resource, id) in [
        (client, format!("/v1/buckets/none/uploads/{id}"), "bucket", "none"),
        (client, format!("/v1/buckets/{other}/uploads/{id}"), "upload", id),
        (&next_door, format!("/v1/buckets/b/uploads/{id}"), "upload", id),
        (&next_door, format!("/v1/uploads/{id}"), "upload", id),
        (client, format!("{uploads}/upl_never"), "upload", "upl_never"),
        // Words of other routes, which are no ids.
        (client, format!("{uploads}/batch"), "upload", "batch"),
        (client, format!("{uploads}/confirm"), "upload", "confirm"),
        (client, format!("{uploads}/upl_1%23content"), "upload", "upl_1#content"),
        (client, "/v1/uploads/obj_1".to_owned(), "upload", "obj_1"),
    ] {
        for answer in [client.get(&path).await, client.delete(&path).await] {
            let error = answer.refused(404, "");
            assert_eq!(error["details"], json!({"resource": resource, "id": id}), "{path}");
        }
    }
    assert_eq!(scene.stack.engines().holdings().await, before);
}
