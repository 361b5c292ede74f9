//! Content duplicates: only bytes that Stowage verified are ever taken for the same
//! (contract sections 7.1, 7.4 and 8.1).

use serde_json::{Value, json};
use sha2::{Digest as _, Sha256};
use stowage_tests::TestStack;

fn schema() -> Value {
    json!({"file": {"type": "text"}, "photo": {"type": "image"}, "sku": {"type": "string"}})
}

fn sha256(bytes: &[u8]) -> String {
    use std::fmt::Write as _;
    Sha256::digest(bytes).iter().fold(String::new(), |mut hex, byte| {
        let _ = write!(hex, "{byte:02x}");
        hex
    })
}

fn file(more: &Value) -> Value {
    let mut create = json!({"filename": "a.txt", "content_type": "text/plain", "blob_property": "file"});
    for (key, value) in more.as_object().into_iter().flatten() {
        create[key] = value.clone();
    }
    create
}

/// Uploads and confirms.
async fn send(stack: &TestStack, bucket: &str, create: &Value, bytes: &[u8]) -> Value {
    let upload = stack.client.upload(bucket, create, bytes).await;
    stack.client.confirm(bucket, &upload, &json!({})).await.ok()
}

#[tokio::test]
async fn an_object_with_the_same_content_is_returned_when_asked_for() {
    let stack = TestStack::start().await;
    let bucket = stack.client.bucket("b", schema(), json!(null)).await;
    let text = |data: &str, skip: bool, n: i64| {
        json!({"blobs": [{"property": "file", "type": "text", "data": data}], "skip_duplicates": skip, "n": n,
            "key_prefix": format!("/{n}")})
    };
    let plain = stack.client.object(&bucket, "", &text("one", false, 1)).await.ok();
    let skipped = stack.client.object(&bucket, "", &text("one", true, 2)).await.ok();
    assert_eq!(skipped["object_id"], plain["object_id"]);
    assert_eq!((&skipped["n"], &skipped["key_prefix"]), (&json!(1), &json!("/1")));
    assert_eq!(skipped.get("skip_duplicates"), None);

    let first = stack.client.object(&bucket, "", &text("two", true, 1)).await.ok();
    let second = stack.client.object(&bucket, "", &text("two", true, 2)).await.ok();
    assert_eq!(first["object_id"], second["object_id"]);
    assert_ne!(first["object_id"], plain["object_id"]);

    // Without being asked, each makes its own.
    let own = stack.client.object(&bucket, "", &text("one", false, 3)).await.ok();
    assert_ne!(own["object_id"], plain["object_id"]);
    assert_eq!(stack.engines().object_count().await, 3);
}

#[tokio::test]
async fn the_same_bytes_elsewhere_are_other_content() {
    let stack = TestStack::start().await;
    let bucket = stack
        .client
        .bucket("b", json!({"one": {"type": "text"}, "two": {"type": "text"}}), json!(null))
        .await;
    let other = stack.client.bucket("c", json!({"one": {"type": "text"}}), json!(null)).await;
    let keyed = stack
        .client
        .bucket(
            "k",
            json!({"one": {"type": "text"}, "sku": {"type": "string"}}),
            json!({"fields": ["sku"], "default_policy": "insert"}),
        )
        .await;
    let blob = |property: &str| json!({"property": property, "type": "text", "data": "a"});
    let body = |blobs: Vec<Value>, sku: &str| json!({"blobs": blobs, "skip_duplicates": true, "sku": sku});
    let mut ids = Vec::new();
    for (bucket, body) in [
        (&bucket, body(vec![blob("one")], "")),
        (&bucket, body(vec![blob("two")], "")),
        (&bucket, body(vec![blob("one"), blob("two")], "")),
        (&other, body(vec![blob("one")], "")),
        (&keyed, body(vec![blob("one")], "1")),
        (&keyed, body(vec![blob("one")], "2")),
    ] {
        ids.push(stack.client.object(bucket, "", &body).await.ok()["object_id"].to_string());
    }
    ids.sort();
    ids.dedup();
    assert_eq!(ids.len(), 6);
    // The order of blobs is no part of the content.
    let turned = stack.client.object(&bucket, "", &body(vec![blob("two"), blob("one")], "")).await.ok();
    assert!(ids.contains(&turned["object_id"].to_string()));
}

#[tokio::test]
async fn content_that_was_not_verified_never_matches() {
    let stack = TestStack::start().await;
    let bucket = stack.client.bucket("b", schema(), json!(null)).await;
    let hash = "a".repeat(64);
    let url =
        json!({"property": "photo", "type": "image", "data": "https://example.com/a", "checksum": hash});
    let none = json!([]);
    for blobs in [json!([url]), none] {
        let body = json!({"blobs": blobs, "skip_duplicates": true});
        let one = stack.client.object(&bucket, "", &body).await.ok();
        let two = stack.client.object(&bucket, "", &body).await.ok();
        assert_ne!(one["object_id"], two["object_id"], "{blobs}");
    }
}

#[tokio::test]
async fn a_file_with_a_known_hash_need_not_be_sent_again() {
    let stack = TestStack::start().await;
    let bucket = stack.client.bucket("b", schema(), json!(null)).await;
    let create = file(&json!({"file_hash": sha256(b"film")}));
    let path = format!("/v1/buckets/{bucket}/uploads");
    let original = stack.client.upload(&bucket, &create, b"film").await;
    // Not before it is confirmed.
    assert_eq!(stack.client.post(&path, &create).await.ok()["is_duplicate"], false);
    let confirmed = stack.client.confirm(&bucket, &original, &json!({})).await.ok();
    assert_eq!(confirmed["file_hash"], create["file_hash"]);

    let before = stack.engines().holdings().await;
    let again = stack.client.post(&path, &create).await.ok();
    assert_eq!(again["upload_id"], original["upload_id"]);
    assert_eq!(again["duplicate_of_upload_id"], original["upload_id"]);
    assert_eq!(again["status"], "COMPLETED");
    assert_eq!(again["is_duplicate"], true);
    assert_eq!(again.get("presigned_url"), Some(&json!(null)));
    assert_eq!(again["object_id"], confirmed["object_id"]);
    assert_eq!(again["file_size_bytes"], 4);
    assert!(again["message"].is_string(), "{again}");
    assert_eq!(stack.engines().holdings().await, before);

    let wanted = file(&json!({"file_hash": sha256(b"film"), "skip_duplicates": false}));
    let own = stack.client.post(&path, &wanted).await.ok();
    assert_ne!(own["upload_id"], original["upload_id"]);
    assert!(own["presigned_url"].is_string(), "{own}");
    let other = stack.client.bucket("other", schema(), json!(null)).await;
    let elsewhere = stack.client.post(&format!("/v1/buckets/{other}/uploads"), &create).await.ok();
    assert_eq!(elsewhere["is_duplicate"], false);
}

#[tokio::test]
async fn junk_under_another_files_hash_never_stands_for_that_file() {
    let stack = TestStack::start().await;
    let bucket = stack.client.bucket("b", schema(), json!(null)).await;
    let create = file(&json!({"file_hash": sha256(b"the true film")}));
    let path = format!("/v1/buckets/{bucket}/uploads");
    let junk = stack.client.upload(&bucket, &create, b"junk").await;
    stack.client.confirm(&bucket, &junk, &json!({})).await.refused(400, "hash_mismatch");
    assert_eq!(stack.engines().object_count().await, 0);
    let id = junk["upload_id"].as_str().unwrap_or_default();
    assert_eq!(stack.engines().upload(id).await["status"], "PENDING");

    let honest = stack.client.post(&path, &create).await.ok();
    assert_eq!(honest["is_duplicate"], false);
    let put =
        stack.client.put(honest["presigned_url"].as_str().unwrap_or_default(), "text/plain", "the true film");
    assert_eq!(put.await.status, 200);
    let confirmed = stack.client.confirm(&bucket, &honest, &json!({})).await.ok();
    assert!(confirmed["object_id"].is_string(), "{confirmed}");

    // Objects are no way around it: a checksum is the client's word.
    let liar = json!({"blobs": [{"property": "photo", "type": "image", "data": "https://example.com/a",
        "checksum": sha256(b"the true film")}], "skip_duplicates": true});
    let made = stack.client.object(&bucket, "", &liar).await.ok();
    assert_ne!(made["object_id"], confirmed["object_id"]);
    // The right bytes make the first upload good.
    let put =
        stack.client.put(junk["presigned_url"].as_str().unwrap_or_default(), "text/plain", "the true film");
    assert_eq!(put.await.status, 200);
    let late = stack.client.confirm(&bucket, &junk, &json!({})).await.ok();
    assert_eq!(late["object_id"], confirmed["object_id"]);
}

#[tokio::test]
async fn equal_bytes_are_found_at_confirm_and_make_no_second_object() {
    let stack = TestStack::start().await;
    let bucket = stack.client.bucket("b", schema(), json!(null)).await;
    let first = send(&stack, &bucket, &file(&json!({})), b"film").await;
    let second = send(&stack, &bucket, &file(&json!({"object_metadata": {"n": 2}})), b"film").await;
    assert_eq!(second["status"], "COMPLETED");
    assert_eq!(second["object_id"], first["object_id"]);
    assert_ne!(second["upload_id"], first["upload_id"]);
    let message = second["message"].as_str().unwrap_or_default();
    assert!(message.contains(first["upload_id"].as_str().unwrap_or("?")), "{message}");
    let stored = stack.engines().upload(second["upload_id"].as_str().unwrap_or_default()).await;
    assert_eq!(stored["duplicate_of_upload_id"], first["upload_id"]);
    // No object refers to the second's bytes.
    assert_eq!(stored["ref_count"], 0);
    assert_eq!(stack.engines().object_count().await, 1);

    // The hash that one declares and the ETag of the other are two ways to one content.
    let declared = file(&json!({"file_hash": sha256(b"film")}));
    let third = send(&stack, &bucket, &declared, b"film").await;
    assert_eq!(third["object_id"], first["object_id"]);

    let own = send(&stack, &bucket, &file(&json!({"skip_duplicates": false})), b"film").await;
    assert_ne!(own["object_id"], first["object_id"]);
    let other = stack.client.bucket("other", schema(), json!(null)).await;
    let elsewhere = send(&stack, &other, &file(&json!({})), b"film").await;
    assert_ne!(elsewhere["object_id"], first["object_id"]);
    assert_eq!(stack.engines().object_count().await, 3);
}

#[tokio::test]
async fn an_upload_without_an_object_does_not_stand_for_one_with() {
    let stack = TestStack::start().await;
    let bucket = stack.client.bucket("b", schema(), json!(null)).await;
    let bare = send(&stack, &bucket, &file(&json!({"create_object_on_confirm": false})), b"film").await;
    assert_eq!(bare["object_id"], json!(null));
    let whole = send(&stack, &bucket, &file(&json!({})), b"film").await;
    assert!(whole["object_id"].is_string(), "{whole}");
    let bare = send(&stack, &bucket, &file(&json!({"create_object_on_confirm": false})), b"film").await;
    assert_eq!(bare["object_id"], whole["object_id"]);
}

#[tokio::test]
async fn where_a_unique_key_decides_equal_bytes_do_not() {
    let stack = TestStack::start().await;
    let key = json!({"fields": ["sku"], "default_policy": "insert"});
    let bucket = stack.client.bucket("b", schema(), key).await;
    let create = |sku: &str| file(&json!({"object_metadata": {"sku": sku}, "file_hash": sha256(b"film")}));
    let one = send(&stack, &bucket, &create("1"), b"film").await;
    let two = send(&stack, &bucket, &create("2"), b"film").await;
    assert_ne!(one["object_id"], two["object_id"]);
    assert_eq!(two["message"], json!(null));
}
