//! Which values are one key (contract section 6).

use serde_json::{Value, json};

use super::Scene;

/// Whether an insert of `other` after `one` finds the same key.
async fn same(scene: &Scene, one: &Value, other: &Value) -> bool {
    let made = scene.create("upsert", one).await.ok();
    let answer = scene.create("insert", other).await;
    if answer.status == 200 {
        return false;
    }
    let error = answer.refused(409, "unique_key_conflict");
    assert_eq!(error["details"]["existing_object_id"], made["object_id"]);
    true
}

#[tokio::test]
async fn values_are_one_key_if_they_mean_the_same_by_their_type() {
    for (field_type, one, other, equal) in [
        ("float", json!(1), json!(1.0), true),
        ("number", json!(1), json!(1.0), true),
        ("number", json!(0), json!(-0.0), true),
        ("number", json!(0.1), json!(0.100_000_000_000_000_02), false),
        ("integer", json!(9_007_199_254_740_992_i64), json!(9_007_199_254_740_993_i64), false),
        ("integer", json!(u64::MAX), json!(u64::MAX - 1), false),
        ("datetime", json!("2024-01-01T02:00:00+02:00"), json!("2024-01-01T00:00:00Z"), true),
        ("datetime", json!("2024-01-01T00:00:00.000Z"), json!("2024-01-01T00:00:00Z"), true),
        ("datetime", json!("2024-01-01T00:00:00.001Z"), json!("2024-01-01T00:00:00Z"), false),
        ("date", json!("2024-01-01"), json!("2024-01-02"), false),
        ("boolean", json!(true), json!(false), false),
        ("string", json!("a"), json!("A"), false),
        ("string", json!("a"), json!(" a"), false),
        ("string", json!("é"), json!("e\u{301}"), false),
    ] {
        let scene = Scene::with(json!({"k": {"type": field_type}}), json!({"fields": ["k"]})).await;
        let found = same(&scene, &json!({ "k": one }), &json!({ "k": other })).await;
        assert_eq!(found, equal, "{field_type} {one} {other}");
        // Updating by the other spelling reaches the same object, which keeps what was sent last.
        let updated = scene.create("upsert", &json!({"k": other, "n": 1})).await.ok();
        assert_eq!(updated["n"], 1);
        let expected = if equal { 1 } else { 2 };
        assert_eq!(scene.stack.engines().object_count().await, expected, "{field_type} {one} {other}");
    }
}

#[tokio::test]
async fn a_value_of_another_type_is_no_key() {
    for (field_type, wrong) in [
        ("integer", json!("1")),
        ("integer", json!(1.0)),
        ("string", json!(1)),
        ("float", json!("1.0")),
        ("boolean", json!("true")),
        ("date", json!("2024-01-01T00:00:00Z")),
        ("datetime", json!("2024-01-01")),
        ("string", json!("")),
        ("string", json!(null)),
        ("string", json!("x".repeat(256))),
        ("string", json!(["a"])),
    ] {
        let scene = Scene::with(json!({"k": {"type": field_type}}), json!({"fields": ["k"]})).await;
        for policy in ["insert", "update", "upsert"] {
            scene.create(policy, &json!({ "k": wrong })).await.invalid(&["body.k"]);
        }
    }
}

#[tokio::test]
async fn a_compound_key_is_all_its_values_in_any_order() {
    let properties = json!({"a": {"type": "string"}, "b": {"type": "string"}, "n": {"type": "integer"}});
    let scene = Scene::with(properties, json!({"fields": ["n", "b", "a"], "default_policy": "insert"})).await;
    scene.create("", &json!({"a": "x", "b": "yz", "n": 1})).await.ok();
    let error =
        scene.create("", &json!({"n": 1, "b": "yz", "a": "x"})).await.refused(409, "unique_key_conflict");
    assert_eq!(error["details"]["unique_key"], json!({"a": "x", "b": "yz", "n": 1}));
    for other in [
        json!({"a": "xy", "b": "z", "n": 1}),
        json!({"a": "yz", "b": "x", "n": 1}),
        json!({"a": "x", "b": "yz", "n": 11}),
    ] {
        scene.create("", &other).await.ok();
    }
    scene.create("", &json!({"a": "x", "n": null})).await.invalid(&["body.b", "body.n"]);
}

#[tokio::test]
async fn a_key_may_come_from_a_blobs_metadata() {
    let scene = Scene::new(json!("insert")).await;
    let body =
        json!({"blobs": [{"property": "notes", "type": "text", "data": "a", "metadata": {"sku": "m"}}]});
    let made = scene.create("", &body).await.ok();
    assert_eq!(made["sku"], "m");
    let error = scene.create("", &json!({"sku": "m"})).await.refused(409, "unique_key_conflict");
    assert_eq!(error["details"]["existing_object_id"], made["object_id"]);
    let mut root = body.clone();
    root["sku"] = json!("r");
    assert_eq!(scene.create("", &root).await.ok()["sku"], "r");
}

#[tokio::test]
async fn a_default_is_no_key_value() {
    let properties = json!({"sku": {"type": "string", "default": "same"}});
    let scene = Scene::with(properties, json!({"fields": ["sku"], "default_policy": "upsert"})).await;
    scene.create("", &json!({})).await.invalid(&["body.sku"]);
}

#[tokio::test]
async fn an_id_tells_nothing_of_its_key() {
    let scene = Scene::new(json!("insert")).await;
    let one = scene.create("", &json!({"sku": "a"})).await.ok();
    let other = json!({"fields": ["sku"], "default_policy": "insert"});
    let other = scene.stack.client.bucket("other", json!({"sku": {"type": "string"}}), other).await;
    let two = scene.stack.client.object(&other, "", &json!({"sku": "a"})).await.ok();
    assert_ne!(one["object_id"], two["object_id"]);
    assert_eq!(one["object_id"].as_str().map(str::len), Some(36));
}
