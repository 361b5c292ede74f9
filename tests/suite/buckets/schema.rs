//! What a bucket's schema and unique key may be (contract sections 5 and 6).

use serde_json::{Value, json};
use stowage_tests::{Answer, TestStack};

async fn make(stack: &TestStack, properties: Value, unique_key: Value) -> Answer {
    let body = json!({
        "bucket_name": "b",
        "bucket_schema": {"properties": properties},
        "unique_key": unique_key,
    });
    stack.client.post("/v1/buckets", &body).await
}

#[tokio::test]
async fn all_that_is_wrong_with_a_schema_is_told_at_once() {
    let stack = TestStack::start().await;
    let properties = json!({
        "a": {"type": "keyword"},
        "b": {},
        "c": {"type": "string", "required": "yes", "enum": []},
        "d": {"type": "array", "items": {"type": "IMAGE"}},
        "e": {"type": "object", "properties": {"x": {"type": 1}}},
        "f": {"type": "integer", "default": "one"},
        "g": {"type": "image", "default": "x"},
        "object_id": {"type": "string"},
        "h": "string",
    });
    make(&stack, properties, json!(null)).await.invalid(&[
        "body.bucket_schema.properties.a.type",
        "body.bucket_schema.properties.b.type",
        "body.bucket_schema.properties.c.required",
        "body.bucket_schema.properties.c.enum",
        "body.bucket_schema.properties.d.items.type",
        "body.bucket_schema.properties.e.properties.x.type",
        "body.bucket_schema.properties.f.default",
        "body.bucket_schema.properties.g.default",
        "body.bucket_schema.properties.object_id",
        "body.bucket_schema.properties.h",
    ]);
}

#[tokio::test]
async fn an_unknown_type_is_answered_with_the_list_of_types() {
    let stack = TestStack::start().await;
    for unknown in ["keyword", "json", "document", "uuid", "String", ""] {
        let properties = json!({"a": {"type": unknown}});
        let error =
            make(&stack, properties, json!(null)).await.invalid(&["body.bucket_schema.properties.a.type"]);
        let message = error["details"]["validation_errors"][0]["message"].as_str().unwrap_or_default();
        let listed = "string, number, integer, float, boolean, object, array, date, datetime, text, image, \
                      audio, video, pdf, excel";
        assert!(message.ends_with(listed), "{message}");
    }
}

#[tokio::test]
async fn a_schema_keeps_what_it_says_beyond_the_contract() {
    let stack = TestStack::start().await;
    let properties = json!({
        "terms": {"type": "array", "required": false, "x-note": {"a": 1}},
        "place": {"type": "object", "required": false, "description": "Where", "examples": [{"lat": 1.5}],
            "properties": {"lat": {"type": "float", "required": true, "default": 0.5}}},
        "size": {"type": "string", "required": false, "enum": ["s", "m"], "default": "m"},
    });
    let bucket = make(&stack, properties.clone(), json!(null)).await.ok();
    assert_eq!(bucket["bucket_schema"]["properties"], properties);
    // As the store has it, not as the request had it.
    let found = stack.client.with_namespace(&stack.stack().info().namespace).get("/v1/buckets/b").await.ok();
    assert_eq!(found["bucket_schema"]["properties"], properties);
}

#[tokio::test]
async fn a_schema_is_bounded_in_width_depth_and_bytes() {
    let stack = TestStack::start().await;
    let many: Value = (0..257).map(|n| (format!("f{n}"), json!({"type": "string"}))).collect();
    make(&stack, many, json!(null)).await.invalid(&["body.bucket_schema.properties"]);
    let nested =
        |depth| (1..depth).fold(json!({"type": "array"}), |f, _| json!({"type": "array", "items": f}));
    make(&stack, json!({"a": nested(9)}), json!(null)).await.refused(422, "");
    make(&stack, json!({"a": {"type": "string", "description": "x".repeat(210_000)}}), json!(null))
        .await
        .invalid(&["body.bucket_schema"]);
    make(&stack, json!({"": {"type": "string"}}), json!(null))
        .await
        .invalid(&["body.bucket_schema.properties."]);
    make(&stack, json!({"x".repeat(101): {"type": "string"}}), json!(null)).await.refused(422, "");
    make(&stack, json!({"a": nested(8)}), json!(null)).await.ok();
}

#[tokio::test]
async fn a_unique_key_is_made_of_declared_scalars() {
    let stack = TestStack::start().await;
    let properties = json!({
        "s": {"type": "string"}, "n": {"type": "number"}, "i": {"type": "integer"}, "f": {"type": "float"},
        "b": {"type": "boolean"}, "d": {"type": "date"}, "t": {"type": "datetime"},
        "o": {"type": "object"}, "a": {"type": "array"}, "x": {"type": "text"}, "p": {"type": "pdf"},
    });
    let key = json!({"fields": ["s", "o", "a", "x", "p", "missing", "s", 7]});
    make(&stack, properties.clone(), key).await.invalid(&[
        "body.unique_key.fields.1",
        "body.unique_key.fields.2",
        "body.unique_key.fields.3",
        "body.unique_key.fields.4",
        "body.unique_key.fields.5",
        "body.unique_key.fields.6",
        "body.unique_key.fields.7",
    ]);
    for (key, place) in [
        (json!({"fields": []}), "body.unique_key.fields"),
        (json!({}), "body.unique_key.fields"),
        (json!({"fields": "s"}), "body.unique_key.fields"),
        (json!(["s"]), "body.unique_key"),
        (json!({"fields": ["s"], "default_policy": "replace"}), "body.unique_key.default_policy"),
        (json!({"fields": ["s"], "policy": "insert"}), "body.unique_key.policy"),
    ] {
        make(&stack, properties.clone(), key).await.invalid(&[place]);
    }
    let key = json!({"fields": ["t", "s", "n", "i", "f", "b", "d"], "default_policy": null});
    let bucket = make(&stack, properties, key.clone()).await.ok();
    assert_eq!(bucket["unique_key"], key);
}

#[tokio::test]
async fn what_is_wrong_with_name_schema_and_key_is_told_together() {
    let stack = TestStack::start().await;
    let body = json!({
        "bucket_name": "",
        "bucket_schema": {"properties": {"a": {"type": "string"}}},
        "unique_key": {"fields": ["b"]},
        "storage_class": "archive",
        "description": "x".repeat(4097),
        "metadata": {"large": "x".repeat(65_536)},
    });
    stack.client.post("/v1/buckets", &body).await.invalid(&[
        "body.bucket_name",
        "body.unique_key.fields.0",
        "body.storage_class",
        "body.description",
        "body.metadata",
    ]);
    stack.client.post("/v1/buckets", &json!({})).await.invalid(&["body.bucket_name"]);
    let none = json!({"bucket_name": "a", "bucket_schema": {}});
    stack.client.post("/v1/buckets", &none).await.invalid(&["body.bucket_schema.properties"]);
}
