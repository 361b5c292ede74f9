//! Batches and tasks, as clients see them (contract section 9).

mod lists;
mod states;
mod tasks;

use serde_json::{Value, json};
use stowage_tests::{Answer, TestStack};

/// A stack with a bucket of five objects.
struct Scene {
    stack: TestStack,
    bucket: String,
    objects: Vec<String>,
}

impl Scene {
    async fn start() -> Self {
        let stack = TestStack::start().await;
        let schema = json!({"n": {"type": "integer"}});
        let bucket = stack.client.bucket("b", schema, json!(null)).await;
        let mut objects = Vec::new();
        for n in 0..5 {
            let made = stack.client.object(&bucket, "", &json!({"n": n})).await.ok();
            objects.push(made["object_id"].as_str().expect("an object_id").to_owned());
        }
        Self { stack, bucket, objects }
    }

    async fn post(&self, rest: &str, body: &Value) -> Answer {
        self.stack.client.post(&format!("/v1/buckets/{}/batches{rest}", self.bucket), body).await
    }

    async fn draft(&self) -> Value {
        self.post("", &json!({"object_ids": self.objects})).await.ok()
    }

    async fn get(&self, batch: &Value) -> Answer {
        self.stack.client.get(&format!("/v1/batches/{}", id(batch))).await
    }
}

fn id(batch: &Value) -> &str {
    batch["batch_id"].as_str().expect("a batch_id")
}

#[tokio::test]
async fn a_batch_is_answered_with_its_defaults_and_found_in_two_ways() {
    let scene = Scene::start().await;
    let body = json!({"object_ids": scene.objects, "batch_name": "first", "collections": ["col_a"],
        "metadata": {"a": 1}, "dedup_strategy": "skip"});
    let batch = scene.post("", &body).await.ok();
    for (field, value) in [
        ("bucket_id", json!(scene.bucket)),
        ("batch_name", json!("first")),
        ("type", json!("BUCKET")),
        ("status", json!("DRAFT")),
        ("lifecycle", json!("accepted")),
        ("lifecycle_reason", json!(null)),
        ("object_ids", json!(scene.objects)),
        ("collection_ids", json!(["col_a"])),
        ("metadata", json!({"a": 1})),
        ("dedup_strategy", json!("skip")),
        ("task_id", json!(null)),
        ("max_node_death_resubmits", json!(0)),
        ("max_deploy_resubmits", json!(0)),
    ] {
        assert_eq!(batch.get(field), Some(&value), "{field}");
    }
    assert_eq!(scene.get(&batch).await.ok(), batch);
    let path = format!("/v1/buckets/b/batches/{}", id(&batch));
    assert_eq!(scene.stack.client.get(&path).await.ok(), batch);
}

#[tokio::test]
async fn a_filter_gathers_objects_the_oldest_first() {
    let scene = Scene::start().await;
    let filters = json!({"field": "n", "operator": "gte", "value": 2});
    let batch = scene.post("", &json!({"filters": filters})).await.ok();
    assert_eq!(batch["object_ids"], json!(scene.objects[2..]));
    let unknown = json!({"field": "n", "operator": "near", "value": 1});
    scene.post("", &json!({"filters": unknown})).await.invalid(&["body.filters.operator"]);
    let few = scene.post("", &json!({"filters": filters, "limit": 2})).await.ok();
    assert_eq!(few["object_ids"], json!(scene.objects[2..4]));
    let none = scene.post("", &json!({"filters": {"n": 99}})).await.ok();
    assert_eq!(none["object_ids"], json!([]));
    scene.post(&format!("/{}/submit", id(&none)), &json!({})).await.refused(400, "wrong_state");
}

#[tokio::test]
async fn what_is_wrong_with_a_batch_is_named() {
    let scene = Scene::start().await;
    scene.post("", &json!({})).await.invalid(&["body.object_ids"]);
    let both = json!({"object_ids": scene.objects, "filters": {"n": 1}});
    scene.post("", &both).await.invalid(&["body.filters"]);
    scene.post("", &json!({"object_ids": []})).await.invalid(&["body.object_ids"]);
    scene.post("", &json!({"object_ids": ["x"]})).await.invalid(&["body.object_ids.0"]);
    let many =
        json!({"object_ids": vec![&scene.objects[0]; 1001], "batch_name": "x".repeat(257), "limit": 0});
    scene.post("", &many).await.invalid(&["body.batch_name", "body.limit", "body.object_ids"]);
    scene.post("", &json!({"filters": {"n": 1}, "limit": 50_001})).await.invalid(&["body.limit"]);
    scene.post("", &json!({"object_ids": scene.objects, "colour": 1})).await.refused(422, "extra_forbidden");
    let absent = json!({"object_ids": [scene.objects[0], "obj_00000000000000000000000000000000"]});
    let error = scene.post("", &absent).await.refused(404, "");
    assert_eq!(error["details"]["resource"], "object");
    assert_eq!(error["details"]["validation_errors"][0]["location"], json!(["body", "object_ids", 1]));
    scene.post("?skip_validation=true", &absent).await.ok();
    scene.post("?skip_validation=1", &absent).await.invalid(&["query.skip_validation"]);
}

#[tokio::test]
async fn another_buckets_or_organisations_batch_is_not_there() {
    let scene = Scene::start().await;
    let client = &scene.stack.client;
    let batch = scene.draft().await;
    client.bucket("other", json!({}), json!(null)).await;
    client.get(&format!("/v1/buckets/other/batches/{}", id(&batch))).await.refused(404, "");
    for unknown in ["btch_000000000000000000000000", "nonsense"] {
        let error = client.get(&format!("/v1/batches/{unknown}")).await.refused(404, "");
        assert_eq!(error["details"], json!({"resource": "batch", "id": unknown}));
    }
}
