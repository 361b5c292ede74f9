//! Idempotency keys: a repeat is answered, a reuse is refused (contract sections 8.1 and 17).

use serde_json::{Value, json};
use stowage_tests::TestStack;

fn schema() -> Value {
    json!({"sku": {"type": "string"}, "notes": {"type": "text"}})
}

#[tokio::test]
async fn a_repeat_is_answered_with_the_object_that_it_made() {
    let stack = TestStack::start().await;
    let keyless = stack.client.bucket("keyless", schema(), json!(null)).await;
    let keyed = stack.client.bucket("keyed", schema(), json!({"fields": ["sku"]})).await;
    for (bucket, query) in [(&keyless, ""), (&keyed, "?policy=insert"), (&keyed, "?policy=upsert")] {
        let body = json!({"sku": query, "n": 1.5, "idempotency_key": format!("k{query}"),
            "blobs": [{"property": "notes", "type": "text", "data": "a"}]});
        let first = stack.client.object(bucket, query, &body).await.ok();
        assert_eq!(first.get("idempotency_key"), None);
        let again = stack.client.object(bucket, query, &body).await.ok();
        for field in ["object_id", "created_at", "updated_at", "blobs", "n", "sku", "key_prefix"] {
            assert_eq!(again[field], first[field], "{query} {field}");
        }
        // The order of keys means nothing.
        let turned = format!(
            r#"{{"blobs": [{{"data": "a", "type": "text", "property": "notes"}}], "idempotency_key": "k{query}", "sku": "{query}", "n": 1.5}}"#
        );
        let path = format!("/v1/buckets/{bucket}/objects{query}");
        assert_eq!(stack.client.post_text(&path, turned).await.ok()["object_id"], first["object_id"]);
    }
    assert_eq!(stack.engines().object_count().await, 3);
}

#[tokio::test]
async fn the_same_key_with_another_request_is_refused() {
    let stack = TestStack::start().await;
    let keyless = stack.client.bucket("keyless", schema(), json!(null)).await;
    let keyed = stack.client.bucket("keyed", schema(), json!({"fields": ["sku"]})).await;
    for (bucket, query) in [(&keyless, ""), (&keyed, "?policy=upsert")] {
        let body = json!({"sku": "a", "n": 1, "idempotency_key": "k"});
        let first = stack.client.object(bucket, query, &body).await.ok();
        for other in [
            json!({"sku": "a", "n": 2, "idempotency_key": "k"}),
            json!({"sku": "b", "n": 1, "idempotency_key": "k"}),
            json!({"sku": "a", "idempotency_key": "k"}),
            json!({"sku": "a", "n": "1", "idempotency_key": "k"}),
        ] {
            let answer = stack.client.object(bucket, query, &other).await;
            answer.refused(422, "idempotency_key_reuse");
        }
        let stored = stack.engines().object(first["object_id"].as_str().unwrap_or_default()).await;
        assert_eq!(stored["f:n"], 1, "{query}");
    }
    assert_eq!(stack.engines().object_count().await, 2);
    // Another policy asks for something else.
    let body = json!({"sku": "a", "n": 1, "idempotency_key": "k"});
    stack.client.object(&keyed, "?policy=update", &body).await.refused(422, "idempotency_key_reuse");
}

#[tokio::test]
async fn keys_are_of_one_bucket() {
    let stack = TestStack::start().await;
    let body = json!({"idempotency_key": "k"});
    let one = stack.client.bucket("one", schema(), json!(null)).await;
    let two = stack.client.bucket("two", schema(), json!(null)).await;
    let first = stack.client.object(&one, "", &body).await.ok();
    let second = stack.client.object(&two, "", &json!({"idempotency_key": "k", "other": 1})).await.ok();
    assert_ne!(first["object_id"], second["object_id"]);
    let third = stack.client.object(&one, "", &json!({"idempotency_key": "K"})).await.ok();
    assert_ne!(first["object_id"], third["object_id"]);
}

#[tokio::test]
async fn a_refused_request_leaves_its_key_free() {
    let stack = TestStack::start().await;
    let keyed = stack.client.bucket("keyed", schema(), json!({"fields": ["sku"]})).await;
    stack.client.object(&keyed, "?policy=insert", &json!({"sku": "a"})).await.ok();
    let body = json!({"sku": "a", "n": 1, "idempotency_key": "k"});
    stack.client.object(&keyed, "?policy=insert", &body).await.refused(409, "unique_key_conflict");
    let absent = json!({"sku": "b", "idempotency_key": "k"});
    stack.client.object(&keyed, "?policy=update", &absent).await.refused(404, "unique_key_not_found");
    assert_eq!(stack.client.object(&keyed, "?policy=upsert", &body).await.ok()["n"], 1);
}

#[tokio::test]
async fn a_key_on_a_unique_key_bucket_answers_even_after_the_object_changed() {
    let stack = TestStack::start().await;
    let keyed = stack.client.bucket("keyed", schema(), json!({"fields": ["sku"]})).await;
    let insert = json!({"sku": "a", "n": 1, "idempotency_key": "k"});
    let first = stack.client.object(&keyed, "?policy=insert", &insert).await.ok();
    stack.client.object(&keyed, "?policy=update", &json!({"sku": "a", "n": 2})).await.ok();
    let again = stack.client.object(&keyed, "?policy=insert", &insert).await.ok();
    assert_eq!(again["object_id"], first["object_id"]);
    // Nothing was written: the later change stands.
    assert_eq!(again["n"], 2);
}

#[tokio::test]
async fn a_key_has_1_to_255_characters() {
    let stack = TestStack::start().await;
    let bucket = stack.client.bucket("b", schema(), json!(null)).await;
    for key in [String::new(), "x".repeat(256), "é".repeat(256)] {
        let answer = stack.client.object(&bucket, "", &json!({"idempotency_key": key})).await;
        answer.invalid(&["body.idempotency_key"]);
    }
    stack.client.object(&bucket, "", &json!({"idempotency_key": 5})).await.invalid(&["body.idempotency_key"]);
    for key in ["é".repeat(255), "\u{0}".to_owned(), "#claim#".to_owned()] {
        stack.client.object(&bucket, "", &json!({"idempotency_key": key})).await.ok();
    }
    // Null is no key.
    let one = stack.client.object(&bucket, "", &json!({"idempotency_key": null})).await.ok();
    let two = stack.client.object(&bucket, "", &json!({"idempotency_key": null})).await.ok();
    assert_ne!(one["object_id"], two["object_id"]);
}
