//! Updates at the limits: many fields, large fields, and what grows beyond them.

use serde_json::{Map, Value, json};

use super::Scene;

fn fields(count: usize, value: &Value) -> Value {
    let mut fields: Map<String, Value> =
        (1..count).map(|n| (format!("a field with a longer name {n}"), value.clone())).collect();
    fields.insert("sku".to_owned(), json!("a"));
    Value::Object(fields)
}

#[tokio::test]
async fn an_update_sets_as_many_fields_as_an_object_may_have() {
    let scene = Scene::new(json!("upsert")).await;
    let made = scene.create("", &fields(200, &json!(1))).await.ok();
    for policy in ["update", "upsert"] {
        let body = fields(200, &json!(policy));
        let updated = scene.create(policy, &body).await.ok();
        assert_eq!(updated["object_id"], made["object_id"]);
        assert_eq!(updated["created_at"], made["created_at"]);
        for (name, value) in body.as_object().expect("fields") {
            assert_eq!(&updated[name], value, "{name}");
        }
        // 160 fields go into one expression, and the others stay.
        let updated = scene.create(policy, &fields(160, &json!(2))).await.ok();
        assert_eq!(updated["a field with a longer name 159"], 2);
        assert_eq!(updated["a field with a longer name 160"], policy);
    }
    scene.create("upsert", &fields(201, &json!(1))).await.invalid(&["body"]);
}

fn fields_named(prefix: &str, count: usize) -> Value {
    let mut fields: Map<String, Value> = (0..count).map(|n| (format!("{prefix}{n}"), json!(n))).collect();
    fields.insert("sku".to_owned(), json!("a"));
    Value::Object(fields)
}

#[tokio::test]
async fn an_object_does_not_grow_beyond_an_item_by_updates() {
    let scene = Scene::new(json!("upsert")).await;
    let text = "x".repeat(250 * 1024);
    scene.create("", &json!({"sku": "a", "one": text})).await.ok();
    let before = scene.stack.engines().holdings().await;
    for policy in ["update", "upsert"] {
        scene.create(policy, &json!({"sku": "a", "two": text})).await.refused(422, "");
        let mut many = fields_named("f", 190);
        many["two"] = json!(text);
        scene.create(policy, &many).await.refused(422, "");
    }
    assert_eq!(scene.stack.engines().holdings().await, before);
    scene.create("update", &json!({"sku": "a", "one": text, "n": 1})).await.ok();
}
