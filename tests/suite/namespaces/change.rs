//! PATCH and PUT of a namespace.

use futures::future::join_all;
use serde_json::json;
use stowage_tests::TestStack;

use super::{forgetful, make};

#[tokio::test]
async fn name_and_description_change_and_what_is_left_out_stays() {
    let stack = forgetful().await;
    let client = &stack.client;
    let made = make(client, "films").await;
    let path = format!("/v1/namespaces/{}", made["namespace_id"].as_str().unwrap_or_default());
    let described = client.patch(&path, &json!({"description": "All of them"})).await.ok();
    assert_eq!(
        (&described["description"], &described["namespace_name"]),
        (&json!("All of them"), &json!("films"))
    );
    let renamed = client.replace("/v1/namespaces/films", &json!({"namespace_name": "movies"})).await.ok();
    for field in ["namespace_id", "description", "mode", "created_at", "namespace_ready", "bucket_count"] {
        assert_eq!(renamed[field], described[field], "{field}");
    }
    assert_eq!(client.get("/v1/namespaces/movies").await.ok(), renamed);
    assert_eq!(client.get(&path).await.ok(), renamed);
    client.get("/v1/namespaces/films").await.refused(404, "");
    // Requests name it anew, too.
    client.with_namespace("movies").bucket("b", json!({}), json!(null)).await;
    client.with_namespace("films").get("/v1/buckets/b").await.refused(404, "");
    let removed = client.patch(&path, &json!({"description": null})).await.ok();
    assert_eq!(removed["description"], json!(null));
    let before = stack.engines().holdings().await;
    for body in [json!({}), json!({"namespace_name": null}), json!({"namespace_name": "movies"})] {
        assert_eq!(client.patch(&path, &body).await.ok()["updated_at"], removed["updated_at"]);
    }
    assert_eq!(stack.engines().holdings().await, before);
}

#[tokio::test]
async fn what_is_wrong_changes_nothing() {
    let stack = TestStack::start().await;
    let client = &stack.client;
    for name in ["films", "songs"] {
        make(client, name).await;
    }
    let before = stack.engines().holdings().await;
    let wrong = json!({"namespace_name": "ns_x", "description": "x".repeat(4097)});
    client.patch("/v1/namespaces/films", &wrong).await.invalid(&["body.namespace_name", "body.description"]);
    let unknown = client.replace("/v1/namespaces/films", &json!({"colour": "red"})).await;
    let error = unknown.clone().refused(422, "extra_forbidden");
    unknown.invalid(&["body.colour"]);
    assert!(error["message"].as_str().is_some_and(|text| text.contains("namespace_name")), "{error}");
    let taken = client.patch("/v1/namespaces/films", &json!({"namespace_name": "songs"})).await;
    taken.refused(409, "name_taken");
    client.patch("/v1/namespaces/none", &json!({})).await.refused(404, "");
    assert_eq!(stack.engines().holdings().await, before);
}

#[tokio::test]
async fn what_the_originals_engine_takes_is_accepted() {
    let stack = TestStack::start().await;
    make(&stack.client, "films").await;
    let engine = json!({
        "feature_extractors": [], "payload_indexes": [], "auto_create_indexes": true, "adaptive_indexing": false,
        "repair_vectors": true, "infrastructure": null, "trusted_issuers": [], "spend_budget": {}, "pinned": true,
        "tiering": {}, "expires_at": null, "ttl_seconds": 60, "cost_cap_override": null, "description": "New",
    });
    let changed = stack.client.patch("/v1/namespaces/films", &engine).await.ok();
    assert_eq!(changed["description"], "New");
    assert_eq!(changed.get("pinned"), None);
}

#[tokio::test]
async fn an_old_name_is_kept_from_others_and_may_be_taken_back() {
    let stack = TestStack::start().await;
    let client = &stack.client;
    let films = make(client, "films").await;
    client.patch("/v1/namespaces/films", &json!({"namespace_name": "movies"})).await.ok();
    let again = json!({"namespace_name": "films"});
    client.post("/v1/namespaces", &again).await.refused(409, "name_taken");
    let back = client.patch("/v1/namespaces/movies", &again).await.ok();
    assert_eq!(back["namespace_id"], films["namespace_id"]);
    client.get("/v1/namespaces/movies").await.refused(404, "");
}

#[tokio::test(flavor = "multi_thread")]
async fn of_racing_changes_none_is_lost_and_a_name_has_one_holder() {
    let stack = forgetful().await;
    let client = &stack.client;
    let mut paths = Vec::new();
    for name in ["one", "two", "three"] {
        let made = make(client, name).await;
        paths.push(format!("/v1/namespaces/{}", made["namespace_id"].as_str().unwrap_or_default()));
    }
    let (wanted, described) = (json!({"namespace_name": "wanted"}), json!({"description": "Kept"}));
    let renames = paths.iter().map(|path| client.patch(path, &wanted));
    let descriptions = paths.iter().map(|path| client.patch(path, &described));
    let (taken, answers) = tokio::join!(join_all(renames), join_all(descriptions));
    for answer in answers {
        answer.ok();
    }
    let (won, lost): (Vec<_>, Vec<_>) = taken.into_iter().partition(|answer| answer.status == 200);
    assert_eq!(won.len(), 1);
    for answer in lost {
        answer.refused(409, "name_taken");
    }
    for path in &paths {
        assert_eq!(client.get(path).await.ok()["description"], "Kept");
    }
    assert_eq!(client.get("/v1/namespaces/wanted").await.ok()["namespace_id"], won[0].body["namespace_id"]);
}
