//! How a request names its namespace (contract section 2.1).

use serde_json::json;
use stowage_tests::{Client, TestStack, percent_encoded};

async fn with(stack: &TestStack, names: &[&str]) -> Vec<String> {
    let mut ids = Vec::new();
    for name in names {
        let made = stack.client.post("/v1/namespaces", &json!({"namespace_name": name})).await.ok();
        ids.push(made["namespace_id"].as_str().unwrap_or_default().to_owned());
        stack.client.with_namespace(name).bucket(&format!("in {name}"), json!({}), json!(null)).await;
    }
    ids
}

async fn sees(client: &Client, bucket: &str, query: &str) -> bool {
    let bucket = percent_encoded(bucket);
    let answer = client.get(&format!("/v1/buckets/{bucket}{query}")).await;
    assert!(matches!(answer.status, 200 | 404), "{}", answer.body);
    answer.status == 200
}

#[tokio::test]
async fn header_then_query_then_default() {
    let stack = TestStack::start().await;
    let ids = with(&stack, &["one", "two"]).await;
    stack.client.bucket("in default", json!({}), json!(null)).await;
    for one in ["one", ids[0].as_str()] {
        assert!(sees(&stack.client.with_namespace(one), "in one", "").await);
        assert!(sees(&stack.client, "in one", &format!("?namespace={one}")).await);
        // The header wins.
        let query = format!("?namespace={}", ids[1]);
        assert!(sees(&stack.client.with_namespace(one), "in one", &query).await);
        assert!(!sees(&stack.client.with_namespace(one), "in two", &query).await);
    }
    assert!(sees(&stack.client, "in default", "").await);
    assert!(!sees(&stack.client, "in one", "").await);
    // Nothing said is nothing said.
    for query in ["?namespace=", "?other=one", "?namespace"] {
        assert!(sees(&stack.client, "in default", query).await, "{query}");
    }
    assert!(sees(&stack.client.with_namespace(" "), "in default", "").await);
    assert!(sees(&stack.client.with_namespace(" one "), "in one", "").await);
}

#[tokio::test]
async fn an_unknown_namespace_is_a_404_and_nothing_is_written_elsewhere() {
    let stack = TestStack::start().await;
    let before = stack.engines().holdings().await;
    let body = json!({"bucket_name": "b", "bucket_schema": {"properties": {}}});
    let long = "x".repeat(5_000);
    for name in ["none", "ns_0123456789abcdef", "default,default", "ns_x#bkt", long.as_str()] {
        let error = stack.client.with_namespace(name).post("/v1/buckets", &body).await.refused(404, "");
        assert_eq!(error["details"], json!({"resource": "namespace", "id": name}));
        let path = format!("/v1/buckets?namespace={}", name.replace('#', "%23"));
        let error = stack.client.post(&path, &body).await.refused(404, "");
        assert_eq!(error["details"]["resource"], "namespace");
    }
    assert_eq!(stack.engines().holdings().await, before);
}

/// A name that isn't ASCII must not be taken for none at all: the write would go to the default.
#[tokio::test]
async fn a_namespace_may_be_named_in_any_script() {
    let stack = TestStack::start().await;
    with(&stack, &["日本語", "café, bar"]).await;
    stack.client.bucket("in default", json!({}), json!(null)).await;
    for name in ["日本語", "café, bar"] {
        let bucket = format!("in {name}");
        assert!(sees(&stack.client.with_namespace(name), &bucket, "").await, "{name}");
        let query = percent_encoded(name);
        assert!(sees(&stack.client, &bucket, &format!("?namespace={query}")).await, "{name}");
    }
    assert!(!sees(&stack.client.with_namespace("中文字"), "in default", "").await);
    // Bytes that are no text name nothing.
    let request = stack.client.http().get(stack.client.url("/v1/buckets/in%20default"));
    let answer = stack.client.send(request.header("x-namespace", &b"\xff\xfe"[..])).await;
    assert!(matches!(answer.status, 400 | 404), "{}", answer.body);
}
