//! The seed page's own request, unchanged, is accepted (contract section 17).

use serde_json::json;
use stowage_tests::TestStack;

#[tokio::test]
async fn the_seed_pages_request_is_accepted_and_answered_in_its_shape() {
    let stack = TestStack::start().await;
    let schema = json!({"content": {"type": "object"}, "thumbnail": {"type": "image"}});
    let bucket = stack.client.bucket("seed", schema, json!(null)).await;
    let body = json!({
        "key_prefix": "/contract-2024",
        "blobs": [
            {
                "property": "content",
                "key_prefix": "/content.pdf",
                "type": "json",
                "data": {"num_pages": 5, "title": "Service Agreement 2024"},
                "metadata": {"author": "John Doe", "department": "Legal"}
            },
            {
                "property": "thumbnail",
                "key_prefix": "/thumbnail.jpg",
                "type": "image",
                "data": {"filename": "https://example.com/images/thumb.jpg", "mime_type": "image/jpeg"},
                "metadata": {"width": 300, "height": 200}
            }
        ],
        "metadata": {"category": "contracts", "status": "draft", "year": 2024}
    });
    let object = stack.client.object(&bucket, "", &body).await.ok();
    assert!(object["object_id"].as_str().is_some_and(|id| id.starts_with("obj_")), "{object}");
    assert_eq!(object["bucket_id"], bucket.as_str());
    assert_eq!(object["key_prefix"], "/contract-2024");
    assert_eq!(object["status"], "PENDING");
    assert_eq!(object["metadata"], body["metadata"]);
    let [content, thumbnail] = &object["blobs"].as_array().expect("blobs")[..] else {
        panic!("two blobs: {object}")
    };
    assert_eq!(content["type"], "object");
    assert_eq!(content["properties"]["num_pages"], 5);
    assert_eq!(content["properties"]["author"], "John Doe");
    assert_eq!(content["details"]["size_bytes"], json!(null));
    assert_eq!(thumbnail["type"], "image");
    assert_eq!(thumbnail["properties"]["url"], "https://example.com/images/thumb.jpg");
    assert_eq!(thumbnail["details"]["mime_type"], "image/jpeg");
    // A blob's metadata is promoted to the root, where it doesn't hide what is there.
    assert_eq!(object["author"], "John Doe");
    assert_eq!(object["width"], 300);
}
