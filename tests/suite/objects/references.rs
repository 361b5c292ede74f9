//! Objects that refer to uploads: which they may, and how the references are counted.

use serde_json::{Value, json};
use stowage_tests::TestStack;

fn refer(uploads: &[&Value]) -> Value {
    let blobs: Vec<_> = uploads
        .iter()
        .map(|upload| json!({"property": "files", "type": "text", "upload_id": upload["upload_id"]}))
        .collect();
    json!({ "blobs": blobs })
}

/// A bucket of text files, and uploads to it that make no objects of their own.
async fn with_uploads(stack: &TestStack, count: usize) -> (String, Vec<Value>) {
    let schema = json!({"files": {"type": "array", "items": {"type": "text"}}, "photo": {"type": "image"}});
    let bucket = stack.client.bucket("b", schema, json!(null)).await;
    let mut uploads = Vec::new();
    for number in 0..count {
        let create = json!({"filename": format!("{number}.txt"), "content_type": "text/plain",
            "create_object_on_confirm": false});
        let upload = stack.client.upload(&bucket, &create, format!("file {number}").as_bytes()).await;
        stack.client.confirm(&bucket, &upload, &json!({})).await.ok();
        uploads.push(upload);
    }
    (bucket, uploads)
}

async fn count(stack: &TestStack, upload: &Value) -> Value {
    stack.engines().upload(upload["upload_id"].as_str().unwrap_or_default()).await["ref_count"].clone()
}

#[tokio::test]
async fn one_upload_feeds_several_objects_and_several_uploads_one_object() {
    let stack = TestStack::start().await;
    let (bucket, uploads) = with_uploads(&stack, 2).await;
    assert_eq!(count(&stack, &uploads[0]).await, 0);
    let first = stack.client.object(&bucket, "", &refer(&[&uploads[0], &uploads[1]])).await.ok();
    let second = stack.client.object(&bucket, "", &refer(&[&uploads[0]])).await.ok();
    assert_ne!(first["object_id"], second["object_id"]);
    assert_eq!(count(&stack, &uploads[0]).await, 2);
    assert_eq!(count(&stack, &uploads[1]).await, 1);
    // Twice in one object is one reference.
    stack.client.object(&bucket, "", &refer(&[&uploads[1], &uploads[1]])).await.ok();
    assert_eq!(count(&stack, &uploads[1]).await, 2);
    let details = &first["blobs"][1]["details"];
    assert_eq!(details["filename"], "1.txt");
    assert_eq!(details["size_bytes"], 6);
    assert_eq!(details["mime_type"], "text/plain");
    assert!(details["hash"].as_str().is_some_and(|hash| hash.starts_with("etag:")), "{details}");
}

#[tokio::test]
async fn an_upload_that_is_not_confirmed_or_not_of_this_bucket_is_refused() {
    let stack = TestStack::start().await;
    let (bucket, uploads) = with_uploads(&stack, 1).await;
    let create = json!({"filename": "a.txt", "content_type": "text/plain"});
    let create =
        json!({"blob_property": "files", "filename": create["filename"], "content_type": "text/plain"});
    let pending = stack.client.post(&format!("/v1/buckets/{bucket}/uploads"), &create).await.ok();
    let schema = json!({"files": {"type": "array", "items": {"type": "text"}}});
    let other = stack.client.bucket("other", schema, json!(null)).await;
    let before = stack.engines().holdings().await;

    let answer = stack.client.object(&bucket, "", &refer(&[&uploads[0], &pending])).await;
    let error = answer.refused(400, "upload_not_confirmed");
    assert_eq!(error["details"], json!({"upload_id": pending["upload_id"], "status": "PENDING"}));
    stack.client.object(&other, "", &refer(&[&uploads[0]])).await.refused(404, "");
    let unknown = json!({"upload_id": "upl_0123456789abcdef01234567"});
    let error = stack.client.object(&bucket, "", &refer(&[&unknown])).await.refused(404, "");
    assert_eq!(error["details"]["resource"], "upload");
    let image =
        json!({"blobs": [{"property": "photo", "type": "image", "upload_id": uploads[0]["upload_id"]}]});
    stack.client.object(&bucket, "", &image).await.invalid(&["body.blobs.0.upload_id"]);
    assert_eq!(stack.engines().holdings().await, before);
}

#[tokio::test]
async fn one_write_refers_to_as_many_uploads_as_a_transaction_holds() {
    let stack = TestStack::start().await;
    let (bucket, uploads) = with_uploads(&stack, 91).await;
    let all: Vec<_> = uploads.iter().collect();
    stack.client.object(&bucket, "", &refer(&all)).await.invalid(&["body.blobs"]);
    assert_eq!(count(&stack, &uploads[0]).await, 0);
    stack.client.object(&bucket, "", &refer(&all[..90])).await.ok();
    assert_eq!(count(&stack, &uploads[0]).await, 1);
    assert_eq!(count(&stack, &uploads[90]).await, 0);
}
