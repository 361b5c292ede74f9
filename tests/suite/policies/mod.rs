//! Unique keys and insertion policies (contract section 6).

mod keys;
mod limits;
mod references;
mod updates;

use serde_json::{Value, json};
use stowage_tests::{Answer, TestStack};

/// A stack with one bucket, keyed by `sku`.
struct Scene {
    stack: TestStack,
    bucket: String,
}

impl Scene {
    async fn new(default_policy: Value) -> Self {
        let properties = json!({"sku": {"type": "string"}, "title": {"type": "string"}, "notes": {"type": "text"},
            "photo": {"type": "image"}});
        Self::with(properties, json!({"fields": ["sku"], "default_policy": default_policy})).await
    }

    async fn with(properties: Value, unique_key: Value) -> Self {
        let stack = TestStack::start().await;
        let bucket = stack.client.bucket("b", properties, unique_key).await;
        Self { stack, bucket }
    }

    /// Creates under this policy; `""` names none.
    async fn create(&self, policy: &str, body: &Value) -> Answer {
        let query = if policy.is_empty() { String::new() } else { format!("?policy={policy}") };
        self.stack.client.object(&self.bucket, &query, body).await
    }
}

#[tokio::test]
async fn each_policy_does_its_own_with_a_present_and_an_absent_key() {
    let scene = Scene::new(json!(null)).await;
    let body = |n: i64| json!({"sku": "a", "n": n});
    let error = scene.create("update", &body(0)).await.refused(404, "unique_key_not_found");
    assert_eq!(error["type"], "NotFoundError");
    assert_eq!(error["details"], json!({"unique_key": {"sku": "a"}}));
    let made = scene.create("insert", &body(1)).await.ok();
    let error = scene.create("insert", &body(2)).await.refused(409, "unique_key_conflict");
    let details = json!({"existing_object_id": made["object_id"], "unique_key": {"sku": "a"}});
    assert_eq!(error["details"], details);
    let updated = scene.create("update", &body(3)).await.ok();
    assert_eq!((&updated["object_id"], &updated["n"]), (&made["object_id"], &json!(3)));
    let upserted = scene.create("upsert", &body(4)).await.ok();
    assert_eq!((&upserted["object_id"], &upserted["n"]), (&made["object_id"], &json!(4)));
    let other = scene.create("upsert", &json!({"sku": "b", "n": 5})).await.ok();
    assert_ne!(other["object_id"], made["object_id"]);
    assert_eq!(scene.stack.engines().object_count().await, 2);
}

#[tokio::test]
async fn the_query_beats_the_buckets_default_and_without_both_nothing_happens() {
    let scene = Scene::new(json!("insert")).await;
    scene.create("", &json!({"sku": "a"})).await.ok();
    scene.create("", &json!({"sku": "a"})).await.refused(409, "unique_key_conflict");
    scene.create("upsert", &json!({"sku": "a"})).await.ok();
    scene.create("update", &json!({"sku": "b"})).await.refused(404, "unique_key_not_found");

    let scene = Scene::new(json!(null)).await;
    let error = scene.create("", &json!({"sku": "a"})).await.refused(400, "policy_required");
    assert_eq!(error["type"], "BadRequestError");
    assert_eq!(scene.stack.engines().object_count().await, 0);
}

#[tokio::test]
async fn an_unknown_policy_is_refused_and_a_known_one_is_ignored_without_a_key() {
    let scene = Scene::new(json!("insert")).await;
    let keyless = scene.stack.client.bucket("keyless", json!({}), json!(null)).await;
    for policy in ["replace", "Insert", "insert,upsert", "%20insert"] {
        scene.create(policy, &json!({"sku": "a"})).await.invalid(&["query.policy"]);
        let query = format!("?policy={policy}");
        scene.stack.client.object(&keyless, &query, &json!({})).await.invalid(&["query.policy"]);
    }
    for policy in ["insert", "update", "upsert"] {
        let query = format!("?policy={policy}");
        scene.stack.client.object(&keyless, &query, &json!({})).await.ok();
    }
}

#[tokio::test]
async fn repeated_inserts_are_conflicts_not_repeats() {
    let scene = Scene::new(json!("insert")).await;
    let body = json!({"sku": "a", "blobs": [{"property": "notes", "type": "text", "data": "x"}]});
    let made = scene.create("", &body).await.ok();
    let error = scene.create("", &body).await.refused(409, "unique_key_conflict");
    assert_eq!(error["details"]["existing_object_id"], made["object_id"]);
    // The refused request's bytes went to a place of their own.
    let url = made["blobs"][0]["properties"]["url"].as_str().unwrap_or_default();
    assert_eq!(scene.stack.engines().bytes(url).await, b"x");
}
