//! `PUT …/objects/{object_id}` (contract section 8.3): `metadata` goes where the object has it.

use serde_json::{Value, json};
use stowage_tests::{Answer, TestStack};

use super::Scene;

impl Scene {
    async fn replace(&self, object: &Value, body: &Value) -> Answer {
        self.stack.client.replace(&self.path(object), body).await
    }
}

#[tokio::test]
async fn metadata_goes_where_the_object_has_it_and_else_to_the_root() {
    let scene = Scene::with(json!({"n": {"type": "integer"}})).await;
    let made = json!({"title": "one", "n": 1, "year": "root", "key_prefix": "/one",
        "metadata": {"year": 2024, "status": "draft", "deep": {"x": 1, "y": 2}}});
    let made = scene.create(&made).await.ok();
    let body = json!({"key_prefix": "/two", "skip_duplicates": false,
        "metadata": {"year": 2025, "status": "final", "deep": {"x": 3}, "n": 2, "new": true}});
    let put = scene.replace(&made, &body).await.ok();
    let own = json!({"year": 2025, "status": "final", "deep": {"x": 3}});
    let mut wanted = made.clone();
    for (name, value) in
        [("metadata", own), ("n", json!(2)), ("new", json!(true)), ("key_prefix", json!("/two"))]
    {
        wanted[name] = value;
    }
    wanted["updated_at"] = put["updated_at"].clone();
    assert_eq!(put, wanted);
    // Other root keys are custom fields, as in a PATCH.
    assert_eq!(scene.replace(&made, &json!({"title": "two"})).await.ok()["title"], "two");

    let bare = scene.create(&json!({"title": "bare"})).await.ok();
    let put = scene.replace(&bare, &json!({"metadata": {"year": 2025}})).await.ok();
    assert_eq!((&put["year"], put.get("metadata")), (&json!(2025), None));
    for body in [json!({}), json!({"metadata": null, "key_prefix": null}), json!({"metadata": {}})] {
        let same = scene.replace(&bare, &body).await.ok();
        assert_eq!(same, put, "{body}");
    }
    // The object's own metadata may be a text; then it has no keys.
    let text = scene.create(&json!({"metadata": "text"})).await.ok();
    let put = scene.replace(&text, &json!({"metadata": {"a": 1}})).await.ok();
    assert_eq!((&put["a"], &put["metadata"]), (&json!(1), &json!("text")));
    let put = scene.replace(&text, &json!({"metadata": {"metadata": {"b": 1}}})).await.ok();
    assert_eq!(put["metadata"], json!({"b": 1}));
}

#[tokio::test]
async fn what_is_wrong_is_named_where_it_was_sent() {
    let schema = json!({"n": {"type": "integer", "required": true}, "sku": {"type": "string"},
        "metadata": {"type": "object", "properties": {"year": {"type": "integer"}}}});
    let key = json!({"fields": ["sku"], "default_policy": "insert"});
    let scene = Scene::on(TestStack::start().await, schema, key).await;
    let made = scene.create(&json!({"sku": "a", "n": 1, "metadata": {"year": 2024}})).await.ok();
    let before = scene.stack.engines().holdings().await;
    let in_metadata = |value: Value| json!({ "metadata": value });
    for (body, places) in [
        (in_metadata(json!({"n": "1", "year": "x"})), vec!["body.metadata.n", "body.metadata.year"]),
        (in_metadata(json!({"n": null})), vec!["body.metadata.n"]),
        (
            in_metadata(json!({"sku": "b", "created_at": "x"})),
            vec!["body.metadata.sku", "body.metadata.created_at"],
        ),
        (in_metadata(json!("text")), vec!["body.metadata"]),
        (json!({"sku": "b", "blobs": []}), vec!["body.sku", "body.blobs"]),
        (json!({"n": 2, "metadata": {"n": 3}}), vec!["body.metadata.n"]),
        (in_metadata(json!({"metadata": {}, "year": 2025})), vec!["body.metadata.metadata"]),
    ] {
        scene.replace(&made, &body).await.invalid(&places);
    }
    assert_eq!(scene.stack.engines().holdings().await, before);
    assert_eq!(scene.replace(&made, &in_metadata(json!({"sku": "a", "n": 2}))).await.ok()["n"], 2);
}
