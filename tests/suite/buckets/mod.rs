//! Buckets: making them and finding them again (contract section 4).

mod change;
mod counters;
mod delete;
mod faults;
mod list;
mod rename;
mod schema;

use std::time::Duration;

use serde_json::{Value, json};
use stowage_local::Options;
use stowage_store::Settings;
use stowage_tests::{TestStack, percent_encoded};

fn minimal(name: &str) -> Value {
    json!({"bucket_name": name, "bucket_schema": {"properties": {}}})
}

/// A stack that keeps nothing of the catalog in memory.
async fn forgetful() -> TestStack {
    let settings = Settings { cache_for: Duration::ZERO, ..Settings::default() };
    TestStack::start_with(Options { settings, ..Options::default() }).await
}

/// Puts a bucket's counters there, as the function that counts would. `counted` is in DynamoDB's JSON.
async fn counts(stack: &TestStack, bucket: &Value, counted: &Value) {
    let id = bucket["bucket_id"].as_str().expect("a bucket_id");
    let items = stack.engines().items("catalog").await;
    let row = items.iter().find(|item| item["sk"] == format!("bkt#{id}")).expect("the bucket's row");
    let mut item = json!({"pk": {"S": row["pk"]}, "sk": {"S": format!("cnt#{id}")}});
    for (name, value) in counted.as_object().into_iter().flatten() {
        item[name] = value.clone();
    }
    stack.dynamodb("PutItem", &json!({"TableName": "stowage-catalog", "Item": item})).await;
}

#[tokio::test]
async fn a_bucket_is_answered_with_its_defaults_and_its_nulls() {
    let stack = TestStack::start().await;
    let bucket = stack.client.post("/v1/buckets", &minimal("clips")).await.ok();
    assert!(bucket["bucket_id"].as_str().is_some_and(|id| id.starts_with("bkt_")), "{bucket}");
    assert!(bucket["created_at"].as_str().is_some_and(|at| at.ends_with('Z') && at.len() == 24), "{bucket}");
    assert_eq!(bucket["created_at"], bucket["updated_at"]);
    for (field, value) in [
        ("bucket_name", json!("clips")),
        ("description", json!(null)),
        ("bucket_schema", json!({"properties": {}})),
        ("unique_key", json!(null)),
        ("metadata", json!({})),
        ("storage_class", json!(null)),
        ("object_count", json!(0)),
        ("total_size_bytes", json!(0)),
        ("failed_object_count", json!(0)),
        ("status", json!("ACTIVE")),
        ("is_locked", json!(false)),
    ] {
        // A missing key would read as null too.
        assert_eq!(bucket.get(field), Some(&value), "{field}");
    }
    for secret in ["secret", "shards", "organisation_id", "namespace_id", "incarnation", "pk", "sk"] {
        assert_eq!(bucket.get(secret), None, "{secret}");
    }
}

#[tokio::test]
async fn the_contracts_own_bucket_is_answered_as_it_says() {
    let stack = TestStack::start().await;
    let body = json!({
        "bucket_name": "clips",
        "bucket_schema": {"properties": {
            "sku": {"type": "string", "required": true}, "title": {"type": "string"},
            "clip": {"type": "video"}, "notes": {"type": "text"}}},
        "unique_key": {"fields": ["sku"], "default_policy": "insert"},
        "description": "Short films",
        "metadata": {"team": {"name": "b"}, "n": [1, 2.5]},
        "storage_class": "nearline",
        "destination": null,
    });
    let bucket = stack.client.post("/v1/buckets", &body).await.ok();
    for field in ["bucket_name", "unique_key", "description", "metadata", "storage_class"] {
        assert_eq!(bucket[field], body[field], "{field}");
    }
    assert_eq!(
        bucket["bucket_schema"],
        json!({"properties": {
            "sku": {"type": "string", "required": true}, "title": {"type": "string", "required": false},
            "clip": {"type": "video", "required": false}, "notes": {"type": "text", "required": false}}})
    );
    for identifier in [bucket["bucket_id"].as_str().unwrap_or_default(), "clips"] {
        let found = stack.client.get(&format!("/v1/buckets/{identifier}")).await.ok();
        assert_eq!(found, bucket, "{identifier}");
    }
}

#[tokio::test]
async fn a_bucket_is_found_by_any_name_that_it_may_have() {
    let stack = TestStack::start().await;
    // The last is the longest name there is in bytes: a table's key holds no more.
    let longest = "🪣".repeat(250);
    for name in ["My clips: 2026 + more%", "日本語", "a..b", "a,b", "BKT_1", "é", longest.as_str()] {
        let made = stack.client.post("/v1/buckets", &minimal(name)).await.ok();
        let encoded = percent_encoded(name);
        let found = stack.client.get(&format!("/v1/buckets/{encoded}")).await.ok();
        assert_eq!(found["bucket_id"], made["bucket_id"], "{name}");
    }
    stack.client.get(&format!("/v1/buckets/{}", "x".repeat(300))).await.refused(404, "");
    stack.client.get(&format!("/v1/buckets/bkt_{}", "%F0%9F%AA%A3".repeat(252))).await.refused(404, "");
}

#[tokio::test]
async fn the_documentations_alias_of_the_schema_is_taken_but_not_both() {
    let stack = TestStack::start().await;
    let schema = json!({"properties": {"title": {"type": "string"}}});
    let body = json!({"bucket_name": "a", "schema": schema});
    let bucket = stack.client.post("/v1/buckets", &body).await.ok();
    assert_eq!(bucket["bucket_schema"]["properties"]["title"]["type"], "string");
    assert_eq!(bucket.get("schema"), None);
    let both = json!({"bucket_name": "b", "schema": schema, "bucket_schema": schema});
    let error = stack.client.post("/v1/buckets", &both).await.refused(422, "");
    assert!(error["message"].as_str().is_some_and(|text| text.contains("bucket_schema")), "{error}");
}

#[tokio::test]
async fn a_name_is_given_once_in_a_namespace() {
    let stack = TestStack::start().await;
    stack.client.post("/v1/buckets", &minimal("clips")).await.ok();
    let before = stack.engines().holdings().await;
    let error = stack.client.post("/v1/buckets", &minimal("clips")).await.refused(409, "bucket_name_taken");
    assert_eq!(error["type"], "AlreadyExistsError");
    assert_eq!(error["details"]["name"], "clips");
    assert_eq!(stack.engines().holdings().await, before);
    stack.client.post("/v1/buckets", &minimal("Clips")).await.ok();
    stack.client.post("/v1/namespaces", &json!({"namespace_name": "other"})).await.ok();
    stack.client.with_namespace("other").post("/v1/buckets", &minimal("clips")).await.ok();
}

#[tokio::test]
async fn a_name_that_could_be_an_id_or_break_a_path_is_refused() {
    let stack = TestStack::start().await;
    let (long, heavy) = ("x".repeat(257), "🪣".repeat(256));
    for name in ["", "bkt_1", "ns_1", "a/b", "a#b", "a?b", " a", "a\nb", ".", "..", "a\0b", &long, &heavy] {
        stack.client.post("/v1/buckets", &minimal(name)).await.invalid(&["body.bucket_name"]);
    }
}

#[tokio::test]
async fn what_belongs_to_the_originals_engine_is_refused_not_dropped() {
    let stack = TestStack::start().await;
    for field in ["destination", "ingest_filter", "source_adapter"] {
        let mut body = minimal("clips");
        body[field] = json!({"connection_id": "c"});
        let error = stack.client.post("/v1/buckets", &body).await.refused(422, "not_enabled");
        assert_eq!(error["type"], "NotEnabledError");
        assert_eq!(error["details"]["field"], field);
        body[field] = json!(null);
        body["bucket_name"] = json!(field);
        stack.client.post("/v1/buckets", &body).await.ok();
    }
    for class in ["standard", "nearline", "coldline"] {
        let mut body = minimal(class);
        body["storage_class"] = json!(class);
        assert_eq!(stack.client.post("/v1/buckets", &body).await.ok()["storage_class"], class);
    }
    for class in ["archive", "STANDARD", ""] {
        let mut body = minimal("x");
        body["storage_class"] = json!(class);
        stack.client.post("/v1/buckets", &body).await.invalid(&["body.storage_class"]);
    }
}

#[tokio::test]
async fn an_unknown_key_is_refused_with_the_accepted_ones_named() {
    let stack = TestStack::start().await;
    let mut body = minimal("clips");
    body["tags"] = json!([]);
    let answer = stack.client.post("/v1/buckets", &body).await;
    let error = answer.clone().refused(422, "extra_forbidden");
    answer.invalid(&["body.tags"]);
    let message = error["details"]["validation_errors"][0]["message"].as_str().unwrap_or_default();
    for accepted in ["bucket_name", "bucket_schema", "unique_key", "storage_class"] {
        assert!(message.contains(accepted), "{message}");
    }
}

#[tokio::test]
async fn a_bucket_that_is_not_there_is_a_404_that_names_it() {
    let stack = TestStack::start().await;
    for identifier in ["nothing", "bkt_0123456789abcdef01234567", "ns_1"] {
        let error = stack.client.get(&format!("/v1/buckets/{identifier}")).await.refused(404, "");
        assert_eq!(error["type"], "NotFoundError");
        assert_eq!(error["details"], json!({"resource": "bucket", "id": identifier}));
    }
}
