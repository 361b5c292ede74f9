//! Keys: unknown, expired and revoked ones, and what a good one may do.

use serde_json::json;
use stowage_api::clock;
use stowage_domain::key::Permission;
use stowage_tests::TestStack;

use super::{call, client_with, namespace_id, past, routes};

#[tokio::test]
async fn without_a_good_key_every_route_says_the_same() {
    let stack = TestStack::start().await;
    let clients = [
        stack.client.with_key(None),
        stack.client.with_key(Some("sk_wrong")),
        stack.client.with_key(Some("x")),
        client_with(&stack, |key| key.expires_at = Some(past())).await,
        client_with(&stack, |key| key.expires_at = Some(clock::now())).await,
        client_with(&stack, |key| key.revoked_at = Some(past())).await,
    ];
    let before = stack.engines().holdings().await;
    for route in routes("b", "upl_1") {
        let mut answers = Vec::new();
        for client in &clients {
            let answer = call(client, &route).await;
            let error = answer.clone().refused(401, "");
            assert_eq!(error["type"], "UnauthorizedError");
            answers.push(answer.body);
        }
        assert!(answers.windows(2).all(|pair| pair[0] == pair[1]), "{answers:?}");
    }
    assert_eq!(stack.engines().holdings().await, before);
}

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
async fn each_route_needs_its_own_permission() {
    let stack = TestStack::start().await;
    let bucket = stack.client.bucket("b", json!({"sku": {"type": "string"}}), json!(null)).await;
    for (only, allowed) in [
        (Permission::Read, vec!["GET /v1/buckets", "GET /v1/namespaces"]),
        (
            Permission::Write,
            vec![
                "POST /v1/buckets",
                "PATCH /v1/buckets",
                "PUT /v1/buckets",
                "DELETE /v1/buckets",
                "POST /v1/uploads",
            ],
        ),
        (Permission::Admin, vec!["POST /v1/namespaces"]),
    ] {
        let client = client_with(&stack, |key| key.permissions = [only].into()).await;
        let before = stack.engines().holdings().await;
        for route in routes(&bucket, "upl_1") {
            let name = format!("{} {}", route.0, route.1);
            if allowed.iter().any(|allowed| name.starts_with(allowed)) {
                continue;
            }
            let error = call(&client, &route).await.refused(403, "permission_missing");
            assert_eq!(error["type"], "ForbiddenError");
            assert!(error["details"]["permission"].is_string(), "{error}");
        }
        assert_eq!(stack.engines().holdings().await, before);
        for route in routes(&bucket, "upl_1") {
            let name = format!("{} {}", route.0, route.1);
            if allowed.iter().any(|allowed| name.starts_with(allowed)) {
                let status = call(&client, &route).await.status;
                assert!(!matches!(status, 401 | 403), "{name}: {status}");
            }
        }
    }
    // What is missing is told before whether the thing is there.
    let reader = client_with(&stack, |key| key.permissions = [Permission::Read].into()).await;
    reader.post("/v1/buckets/none/objects", &json!({})).await.refused(403, "permission_missing");
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
    let before = stack.engines().holdings().await;
    for name in ["other", other["namespace_id"].as_str().unwrap_or_default(), "default", "never made"] {
        let error = client.with_namespace(name).post("/v1/buckets", &body).await.refused(404, "");
        assert_eq!(error["details"], json!({"resource": "namespace", "id": name}));
        let path = format!("/v1/namespaces/{}", name.replace(' ', "%20"));
        let error = client.get(&path).await.refused(404, "");
        assert_eq!(error["details"], json!({"resource": "namespace", "id": name}));
    }
    // The default namespace isn't the key's either.
    client.post("/v1/buckets", &body).await.refused(404, "");
    client.post("/v1/namespaces", &json!({"namespace_name": "more"})).await.refused(403, "key_bound");
    assert_eq!(stack.engines().holdings().await, before);
}
