//! Namespaces, as far as they scope buckets (contract section 3).

mod change;
mod delete;
mod list;

use std::time::Duration;

use serde_json::{Value, json};
use stowage_local::Options;
use stowage_store::Settings;
use stowage_tests::{Client, TestStack};

/// Makes a namespace.
async fn make(client: &Client, name: &str) -> Value {
    client.post("/v1/namespaces", &json!({"namespace_name": name})).await.ok()
}

/// A stack that keeps nothing of the catalog in memory.
async fn forgetful() -> TestStack {
    let settings = Settings { cache_for: Duration::ZERO, ..Settings::default() };
    TestStack::start_with(Options { settings, ..Options::default() }).await
}

#[tokio::test]
async fn a_namespace_is_made_and_found_by_id_and_by_name() {
    let stack = TestStack::start().await;
    let body = json!({"namespace_name": "films", "description": "All of them", "mode": "managed"});
    let made = stack.client.post("/v1/namespaces", &body).await.ok();
    let id = made["namespace_id"].as_str().unwrap_or_default();
    assert!(id.starts_with("ns_"), "{made}");
    assert_eq!(made["object"], "namespace");
    assert_eq!(made["namespace_name"], "films");
    assert_eq!(made["description"], "All of them");
    assert_eq!(made["namespace_ready"], true);
    for count in ["document_count", "bucket_count", "object_count"] {
        assert_eq!(made[count], 0, "{count}");
    }
    for identifier in [id, "films"] {
        assert_eq!(stack.client.get(&format!("/v1/namespaces/{identifier}")).await.ok(), made);
    }
    let error = stack.client.get("/v1/namespaces/other").await.refused(404, "");
    assert_eq!(error["details"], json!({"resource": "namespace", "id": "other"}));
}

#[tokio::test]
async fn a_client_may_choose_the_id_once() {
    let stack = TestStack::start().await;
    let named = |name: &str, id: &str| json!({"namespace_name": name, "namespace_id": id});
    let made = stack.client.post("/v1/namespaces", &named("one", "ns_mine-1")).await.ok();
    assert_eq!(made["namespace_id"], "ns_mine-1");
    let before = stack.engines().holdings().await;
    for (name, id) in [("two", "ns_mine-1"), ("one", "ns_other"), ("default", "ns_third")] {
        stack.client.post("/v1/namespaces", &named(name, id)).await.refused(409, "name_taken");
    }
    for id in ["mine", "ns_", "ns_a#b", "ns_a/b", "bkt_1", ""] {
        stack.client.post("/v1/namespaces", &named("two", id)).await.invalid(&["body.namespace_id"]);
    }
    assert_eq!(stack.engines().holdings().await, before);
}

#[tokio::test]
async fn what_the_originals_engine_takes_is_accepted_and_nothing_else() {
    let stack = TestStack::start().await;
    let engine = json!({
        "namespace_name": "films", "mode": "managed", "features": {"x": true},
        "feature_extractors": [{"feature_extractor_name": "multimodal", "version": "v1"}],
        "vector_configs": [], "payload_indexes": [{"field_name": "a", "type": "keyword"}],
        "ttl_seconds": 60, "infrastructure": null, "auto_create_indexes": false,
    });
    let made = stack.client.post("/v1/namespaces", &engine).await.ok();
    assert_eq!(made.get("feature_extractors"), None);
    let unknown = json!({"namespace_name": "more", "colour": "red"});
    let answer = stack.client.post("/v1/namespaces", &unknown).await;
    answer.clone().refused(422, "extra_forbidden");
    answer.invalid(&["body.colour"]);
}

#[tokio::test]
async fn a_name_has_3_to_64_characters_and_does_not_look_like_an_id() {
    let stack = TestStack::start().await;
    let long = "x".repeat(65);
    for name in ["", "ab", "ns_abc", "bkt_abc", "a/bc", "abc ", long.as_str()] {
        let body = json!({"namespace_name": name});
        stack.client.post("/v1/namespaces", &body).await.invalid(&["body.namespace_name"]);
    }
    let longest = "🪣".repeat(64);
    let made = stack.client.post("/v1/namespaces", &json!({"namespace_name": longest})).await.ok();
    assert_eq!(made["namespace_name"], longest);
    stack.client.post("/v1/namespaces", &json!({})).await.invalid(&["body.namespace_name"]);
}

#[tokio::test]
async fn a_namespace_counts_its_buckets_as_they_are_made() {
    let stack = TestStack::start().await;
    make(&stack.client, "films").await;
    let films = stack.client.with_namespace("films");
    for (n, name) in ["a", "b", "c"].into_iter().enumerate() {
        films.bucket(name, json!({}), json!(null)).await;
        let shown = stack.client.get("/v1/namespaces/films").await.ok();
        assert_eq!(shown["bucket_count"], n + 1);
    }
    // A refused one is none.
    let taken = json!({"bucket_name": "a", "bucket_schema": {"properties": {}}});
    films.post("/v1/buckets", &taken).await.refused(409, "bucket_name_taken");
    assert_eq!(stack.client.get("/v1/namespaces/films").await.ok()["bucket_count"], 3);
    assert_eq!(stack.client.get("/v1/namespaces/default").await.ok()["bucket_count"], 0);
}
