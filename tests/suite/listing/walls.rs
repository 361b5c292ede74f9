//! Lists and other tenants; lists and a busy DynamoDB.

use serde_json::json;
use stowage_tests::Fault;

use super::{Scene, ids};

#[tokio::test]
async fn another_namespaces_bucket_of_the_same_name_is_another_list() {
    let scene = Scene::new().await;
    scene.numbered(3).await;
    let client = &scene.stack.client;
    client.post("/v1/namespaces", &json!({"namespace_name": "next door"})).await.ok();
    let next_door = client.with_namespace("next door");
    let theirs = next_door.bucket("b", json!({}), json!(null)).await;
    let object = next_door.object(&theirs, "", &json!({"n": 9})).await.ok();
    let page = next_door.post("/v1/buckets/b/objects/list", &json!({})).await.ok();
    assert_eq!(ids(&page), [object["object_id"].as_str().expect("an id")]);
    let ours = scene.page(&json!({"limit": 1})).await;
    let body = json!({"cursor": ours["pagination"]["next_cursor"]});
    next_door.post("/v1/buckets/b/objects/list", &body).await.refused(422, "cursor_mismatch");
    next_door.post(&format!("/v1/buckets/{}/objects/list", scene.bucket), &body).await.refused(404, "");
    next_door.get(&format!("/v1/buckets/{}/objects", scene.bucket)).await.refused(404, "");
}

#[tokio::test]
async fn a_busy_dynamodb_is_asked_again_and_given_up_as_503() {
    let scene = Scene::new().await;
    let all = scene.numbered(5).await;
    let faults = scene.stack.faults();
    for fault in [Fault::THROTTLE, Fault::LoseAnswer, Fault::Status(500)] {
        for action in ["Query", "BatchGetItem"] {
            faults.inject(action, fault.clone(), 2);
            assert_eq!(ids(&scene.page(&json!({"include_total": true})).await), all, "{action} {fault:?}");
            assert_eq!(faults.clear(), 0, "{action} {fault:?}");
        }
    }
    faults.inject("BatchGetItem", Fault::THROTTLE, usize::MAX);
    scene.list("", &json!({})).await.refused(503, "");
    faults.clear();
    assert_eq!(ids(&scene.page(&json!({})).await), all);
}

#[tokio::test]
async fn a_page_costs_what_it_shows() {
    let scene = Scene::new().await;
    let original = scene.create(&json!({})).await;
    scene.stack.crowd(&scene.bucket, &original, 2000, |n| 1_000_000 + n).await;
    let faults = scene.stack.faults();
    for (body, queries) in [
        (json!({"limit": 100}), 4),
        (json!({"limit": 100, "sort": {"field": "created_at", "direction": "desc"}}), 4),
        // One more for each shard that may have the entry after the last.
        (json!({"limit": 1000}), 4),
    ] {
        faults.take_calls();
        let page = scene.page(&body).await;
        let limit = page["results"].as_array().map_or(0, Vec::len);
        let calls = faults.take_calls();
        let asked = calls.iter().filter(|call| call.action == "Query").count();
        // By chance, a shard has more than its share of a page, and is asked once more.
        assert!((queries..queries + 4).contains(&asked), "{asked} queries for {body}");
        let reads = calls.iter().filter(|call| call.action == "BatchGetItem").count();
        assert_eq!(reads, limit.div_ceil(100), "{body}");
        assert_eq!(calls.len(), asked + reads, "{body}");
    }
}
