//! Keys: how one is sent, when it ends, and which namespaces it reaches.

use serde_json::json;
use stowage_api::clock;
use stowage_tests::TestStack;

use super::{client_with, namespace_id};

#[tokio::test]
async fn the_header_has_one_form() {
    let stack = TestStack::start().await;
    let key = &stack.stack().info().key;
    let client = stack.client.with_key(None);
    let get = |value: String| {
        let request = client.http().get(client.url("/v1/namespaces/default")).header("authorization", value);
        client.send(request)
    };
    for value in [format!("Bearer {key}"), format!("bearer {key}"), format!("BEARER   {key} ")] {
        get(value).await.ok();
    }
    for value in [
        key.clone(),
        format!("Basic {key}"),
        format!("Bearer {key}x"),
        format!("Bearer {}", &key[..key.len() - 1]),
        format!("Bearer {key} {key}"),
        "Bearer".to_owned(),
        "Bearer ".to_owned(),
        String::new(),
        format!("Bearer {}", "x".repeat(10_000)),
    ] {
        get(value).await.refused(401, "");
    }
    // A query is no place for a key.
    client.get(&format!("/v1/namespaces/default?authorization=Bearer%20{key}")).await.refused(401, "");
}

#[tokio::test]
async fn a_key_ends_at_its_expiry() {
    let stack = TestStack::start().await;
    for (seconds, status) in [(0, 401), (3600, 200)] {
        let client =
            client_with(&stack, |key| key.expires_at = Some(clock::now().plus_seconds(seconds))).await;
        assert_eq!(client.get("/v1/namespaces/default").await.status, status);
    }
}

#[tokio::test]
async fn a_key_bound_to_namespaces_reaches_no_other() {
    let stack = TestStack::start().await;
    let make =
        async |name: &str| stack.client.post("/v1/namespaces", &json!({"namespace_name": name})).await.ok();
    let (own, other) = (make("own").await, make("other").await);
    let client = client_with(&stack, |key| key.namespaces = Some([namespace_id(&own)].into())).await;
    let body = json!({"bucket_name": "b", "bucket_schema": {"properties": {}}});
    for name in ["own", own["namespace_id"].as_str().unwrap_or_default()] {
        client.get(&format!("/v1/namespaces/{name}")).await.ok();
        client.with_namespace(name).get("/v1/buckets/none").await.refused(404, "");
    }
    client.with_namespace("own").post("/v1/buckets", &body).await.ok();
    client.patch("/v1/namespaces/own", &json!({"description": "Its own"})).await.ok();
    let before = stack.engines().holdings().await;
    for name in ["other", other["namespace_id"].as_str().unwrap_or_default(), "default", "never made"] {
        let error = client.with_namespace(name).post("/v1/buckets", &body).await.refused(404, "");
        assert_eq!(error["details"], json!({"resource": "namespace", "id": name}));
        let path = format!("/v1/namespaces/{}", name.replace(' ', "%20"));
        let answers = [
            client.get(&path).await,
            client.patch(&path, &json!({"description": "x"})).await,
            client.replace(&path, &json!({"description": "x"})).await,
            client.delete(&path).await,
        ];
        for answer in answers {
            let error = answer.refused(404, "");
            assert_eq!(error["details"], json!({"resource": "namespace", "id": name}));
        }
    }
    // The default namespace isn't the key's either.
    client.post("/v1/buckets", &body).await.refused(404, "");
    client.post("/v1/namespaces", &json!({"namespace_name": "more"})).await.refused(403, "key_bound");
    assert_eq!(stack.engines().holdings().await, before);
}
