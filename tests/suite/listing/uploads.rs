//! Lists of uploads (contract section 7.5).

use serde_json::{Value, json};
use stowage_tests::Answer;

use super::Scene;

impl Scene {
    async fn uploads(&self, body: &Value) -> Answer {
        self.stack.client.post(&format!("/v1/buckets/{}/uploads/list", self.bucket), body).await
    }

    async fn upload(&self, filename: &str, more: &Value) -> Value {
        let mut create =
            json!({"filename": filename, "content_type": "text/plain", "create_object_on_confirm": false});
        for (name, value) in more.as_object().into_iter().flatten() {
            create[name] = value.clone();
        }
        self.stack.client.upload(&self.bucket, &create, b"hello").await
    }

    /// Puts an upload's expiry into the past.
    async fn expire(&self, upload: &Value) {
        let id = upload["upload_id"].as_str().expect("an id");
        let key = format!("{}#{id}", self.stack.stack().organisation());
        let request = json!({
            "TableName": "stowage-uploads", "Key": {"pk": {"S": key}},
            "UpdateExpression": "SET expires_at = :past",
            "ExpressionAttributeValues": {":past": {"S": "2026-01-01T00:00:00.000Z"}},
        });
        self.stack.dynamodb("UpdateItem", &request).await;
    }
}

/// A bucket with a confirmed, a failed and a waiting upload, made in this order.
async fn furnished() -> (Scene, [Value; 3]) {
    let scene = Scene::new().await;
    let confirmed =
        scene.upload("a.txt", &json!({"metadata": {"who": "Rosalind"}, "file_size_bytes": 5})).await;
    scene.stack.client.confirm(&scene.bucket, &confirmed, &json!({})).await.ok();
    let failed = scene.upload("b.txt", &json!({})).await;
    scene.expire(&failed).await;
    let waiting = scene.upload("c.txt", &json!({"file_size_bytes": 5})).await;
    (scene, [confirmed, failed, waiting])
}

fn ids(page: &Value) -> Vec<Value> {
    let results = page["results"].as_array().expect("results");
    results.iter().map(|upload| upload["upload_id"].clone()).collect()
}

#[tokio::test]
async fn uploads_are_listed_as_they_are_read_with_their_numbers() {
    let (scene, made) = furnished().await;
    // As Mixpeek's SDK sends it with every body.
    let page = scene.uploads(&json!({"limit": 20, "offset": 0, "return_presigned_urls": false})).await.ok();
    let mut listed = ids(&page);
    for (position, upload) in page["results"].as_array().into_iter().flatten().enumerate() {
        let id = upload["upload_id"].as_str().expect("an id");
        let read = scene.stack.client.get(&format!("/v1/buckets/{}/uploads/{id}", scene.bucket)).await.ok();
        assert_eq!(page["results"][position], read);
        assert_eq!(upload["presigned_url"], json!(null), "the URL to PUT to was given once");
    }
    let created = |upload: &Value| upload["created_at"].as_str().expect("a time").to_owned();
    assert!(
        page["results"]
            .as_array()
            .is_some_and(|all| all.is_sorted_by_key(|upload| std::cmp::Reverse(created(upload))))
    );
    let mut expected: Vec<Value> = made.iter().map(|upload| upload["upload_id"].clone()).collect();
    listed.sort_by_key(Value::to_string);
    expected.sort_by_key(Value::to_string);
    assert_eq!(listed, expected);
    let stats = json!({
        "total_uploads": 3, "total_size_bytes": 10, "avg_file_size_bytes": 10.0 / 3.0, "unique_buckets": 1,
        "uploads_by_status": {"COMPLETED": 1, "FAILED": 1, "PENDING": 1},
    });
    assert_eq!(page["stats"], stats);
    let pagination = json!({
        "total": null, "page": 1, "page_size": 20, "total_pages": null,
        "next_page": null, "previous_page": null, "next_cursor": null,
    });
    assert_eq!(page["pagination"], pagination);
    let client = &scene.stack.client;
    let by_name = client.post_text("/v1/buckets/b/uploads/list", "").await.ok();
    assert_eq!(by_name, page);
    let empty = client.bucket("empty", json!({}), json!(null)).await;
    let empty = client.post(&format!("/v1/buckets/{empty}/uploads/list"), &json!({})).await.ok();
    let stats = json!({
        "total_uploads": 0, "total_size_bytes": 0, "avg_file_size_bytes": 0.0, "unique_buckets": 0,
        "uploads_by_status": {},
    });
    assert_eq!((&empty["results"], &empty["stats"]), (&json!([]), &stats));
}

#[tokio::test]
async fn filters_searches_and_orders_hold_for_uploads() {
    let (scene, [confirmed, failed, waiting]) = furnished().await;
    let id = |upload: &Value| upload["upload_id"].clone();
    for (body, expected) in [
        // Computed when it is read: nothing runs when a URL expires.
        (json!({"filters": {"status": "FAILED"}}), vec![id(&failed)]),
        (json!({"filters": {"status": "PENDING"}}), vec![id(&waiting)]),
        (json!({"filters": {"NOT": [{"status": "COMPLETED"}]}, "search": "C.TXT"}), vec![id(&waiting)]),
        (json!({"search": "rosalind"}), vec![id(&confirmed)]),
        (json!({"filters": {"field": "file_size_bytes", "operator": "is_null"}}), vec![id(&failed)]),
        (json!({"sort": {"field": "filename"}, "limit": 2}), vec![id(&confirmed), id(&failed)]),
        (json!({"sort": {"field": "filename", "direction": "desc"}, "offset": 2}), vec![id(&confirmed)]),
    ] {
        let page = scene.uploads(&body).await.ok();
        assert_eq!(ids(&page), expected, "{body}");
        assert_eq!(page["stats"]["total_uploads"], expected.len(), "of this page: {body}");
    }
    let first = scene.uploads(&json!({"limit": 2, "include_total": true})).await.ok();
    assert_eq!((&first["pagination"]["total"], &first["pagination"]["next_page"]), (&json!(3), &json!("2")));
    let body = json!({"limit": 2, "offset": 0, "cursor": first["pagination"]["next_cursor"]});
    let second = scene.uploads(&body).await.ok();
    assert_eq!(ids(&first).len() + ids(&second).len(), 3);
    assert!(!ids(&first).contains(&ids(&second)[0]));
    assert_eq!(second["pagination"]["next_cursor"], json!(null));
    // A list of objects has other cursors.
    scene.list("", &json!({"cursor": body["cursor"]})).await.refused(422, "cursor_mismatch");
    scene.uploads(&json!({"limit": 101})).await.invalid(&["body.limit"]);
    scene.uploads(&json!({"select": ["filename"]})).await.refused(422, "extra_forbidden");
}

#[tokio::test]
async fn only_confirmed_bytes_get_a_url_and_only_on_request() {
    let (scene, [confirmed, ..]) = furnished().await;
    let page = scene.uploads(&json!({"return_presigned_urls": true})).await.ok();
    for upload in page["results"].as_array().into_iter().flatten() {
        if upload["upload_id"] != confirmed["upload_id"] {
            assert_eq!(upload["presigned_url"], json!(null), "{upload}");
            continue;
        }
        let url = upload["presigned_url"].as_str().expect("a URL");
        let bytes = scene.stack.client.http().get(url).send().await.expect("S3 answers").bytes().await;
        assert_eq!(bytes.expect("the bytes")[..], *b"hello");
    }
}
