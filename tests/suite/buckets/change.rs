//! PATCH and PUT of a bucket (contract section 4.1).

use futures::future::join_all;
use serde_json::{Value, json};
use stowage_tests::{Answer, Client, TestStack};

use super::forgetful;

fn full(name: &str) -> Value {
    json!({
        "bucket_name": name,
        "description": "Short films",
        "metadata": {"team": "b"},
        "storage_class": "nearline",
        "bucket_schema": {"properties": {
            "sku": {"type": "string", "required": true}, "title": {"type": "string"},
            "size": {"type": "string", "enum": ["s", "m"]}, "clip": {"type": "video"}}},
        "unique_key": {"fields": ["sku"], "default_policy": "insert"},
    })
}

async fn change(client: &Client, method: &str, path: &str, body: &Value) -> Answer {
    if method == "PATCH" { client.patch(path, body).await } else { client.replace(path, body).await }
}

/// The bucket without what every change alters.
fn without_time(mut bucket: Value) -> Value {
    assert!(bucket["updated_at"].as_str() >= bucket["created_at"].as_str(), "{bucket}");
    bucket.as_object_mut().and_then(|fields| fields.remove("updated_at")).expect("a time");
    bucket
}

#[tokio::test]
async fn what_is_sent_changes_and_all_else_stays() {
    let stack = TestStack::start().await;
    let schema = json!({"properties": {"sku": {"type": "string", "required": true},
        "title": {"type": "string"}, "size": {"type": "string"}, "clip": {"type": "video"},
        "notes": {"type": "text"}}});
    for method in ["PATCH", "PUT"] {
        let mut expected = without_time(stack.client.post("/v1/buckets", &full(method)).await.ok());
        let path = format!("/v1/buckets/{}", expected["bucket_id"].as_str().unwrap_or_default());
        for (field, value) in [
            ("description", json!("Long films")),
            ("metadata", json!({"n": [1, {"x": null}]})),
            ("unique_key", json!({"fields": ["sku"], "default_policy": "upsert"})),
            ("bucket_name", json!(format!("{method} two"))),
            ("bucket_schema", schema.clone()),
        ] {
            let changed = change(&stack.client, method, &path, &json!({ field: value })).await.ok();
            expected[field] = value;
            if field == "bucket_schema" {
                for field in
                    expected["bucket_schema"]["properties"].as_object_mut().expect("fields").values_mut()
                {
                    let required = field.get("required").cloned().unwrap_or(json!(false));
                    field["required"] = required;
                }
            }
            assert_eq!(without_time(changed.clone()), expected, "{method} {field}");
            // As the store has it, too.
            assert_eq!(stack.client.get(&path).await.ok(), changed, "{method} {field}");
        }
    }
    let put = stack.client.replace("/v1/buckets/PUT%20two", &json!({"storage_class": "coldline"})).await.ok();
    assert_eq!(put["storage_class"], "coldline");
}

#[tokio::test]
async fn nothing_sent_or_nothing_new_is_no_change() {
    let stack = TestStack::start().await;
    let made = stack.client.post("/v1/buckets", &full("clips")).await.ok();
    let before = stack.engines().holdings().await;
    let same =
        json!({"bucket_name": "clips", "metadata": {"team": "b"}, "bucket_schema": made["bucket_schema"]});
    for body in [json!({}), json!({"bucket_name": null, "bucket_schema": null, "unique_key": null}), same] {
        for method in ["PATCH", "PUT"] {
            assert_eq!(change(&stack.client, method, "/v1/buckets/clips", &body).await.ok(), made);
        }
    }
    assert_eq!(
        stack.client.send(stack.client.http().patch(stack.client.url("/v1/buckets/clips"))).await.ok(),
        made
    );
    assert_eq!(stack.engines().holdings().await, before);
}

#[tokio::test]
async fn a_null_takes_away_what_a_bucket_may_lack() {
    let stack = TestStack::start().await;
    stack.client.post("/v1/buckets", &full("clips")).await.ok();
    let nulls = json!({"description": null, "metadata": null, "storage_class": null, "destination": null});
    let changed = stack.client.replace("/v1/buckets/clips", &nulls).await.ok();
    assert_eq!(changed["description"], json!(null));
    assert_eq!(changed["metadata"], json!({}));
    assert_eq!(changed["storage_class"], json!(null));
    let without_policy = json!({"unique_key": {"fields": ["sku"], "default_policy": null}});
    let changed = stack.client.patch("/v1/buckets/clips", &without_policy).await.ok();
    assert_eq!(changed["unique_key"], json!({"fields": ["sku"], "default_policy": null}));
    stack.client.object("clips", "", &json!({"sku": "a"})).await.refused(400, "policy_required");
}

#[tokio::test]
async fn the_two_methods_take_their_own_keys_and_name_them() {
    let stack = TestStack::start().await;
    stack.client.post("/v1/buckets", &full("clips")).await.ok();
    let before = stack.engines().holdings().await;
    for (method, key, accepted) in [
        ("PATCH", "storage_class", "source_adapter"),
        ("PUT", "source_adapter", "storage_class"),
        ("PUT", "tags", "ingest_filter"),
    ] {
        let answer =
            change(&stack.client, method, "/v1/buckets/clips", &json!({key: null, "description": "x"})).await;
        let error = answer.clone().refused(422, "extra_forbidden");
        answer.invalid(&[&format!("body.{key}")]);
        let message = error["details"]["validation_errors"][0]["message"].as_str().unwrap_or_default();
        assert!(message.contains(accepted) && message.contains("unique_key"), "{message}");
    }
    for (method, field) in [
        ("PATCH", "destination"),
        ("PATCH", "ingest_filter"),
        ("PATCH", "source_adapter"),
        ("PUT", "destination"),
        ("PUT", "ingest_filter"),
    ] {
        let body = json!({field: {"connection_id": "c"}, "description": "x"});
        let error =
            change(&stack.client, method, "/v1/buckets/clips", &body).await.refused(422, "not_enabled");
        assert_eq!(error["details"]["field"], field);
    }
    assert_eq!(stack.engines().holdings().await, before);
}

#[tokio::test]
async fn all_that_is_wrong_is_told_at_once_and_nothing_changes() {
    let stack = TestStack::start().await;
    stack.client.post("/v1/buckets", &full("clips")).await.ok();
    let before = stack.engines().holdings().await;
    let body = json!({
        "bucket_name": "bkt_1", "description": "x".repeat(4097), "metadata": {"x": "x".repeat(70_000)},
        "storage_class": "archive", "unique_key": {"fields": ["title"]},
        "bucket_schema": {"properties": {"a": {"type": "keyword"}}},
    });
    stack.client.replace("/v1/buckets/clips", &body).await.invalid(&[
        "body.bucket_name",
        "body.description",
        "body.metadata",
        "body.storage_class",
        "body.unique_key.fields",
        "body.bucket_schema.properties.a.type",
    ]);
    let path = "/v1/buckets/clips?force_schema_break=yes";
    stack.client.patch(path, &json!({})).await.invalid(&["query.force_schema_break"]);
    stack.client.patch("/v1/buckets/none", &json!({})).await.refused(404, "");
    assert_eq!(stack.engines().holdings().await, before);
}

#[tokio::test]
async fn of_a_unique_key_only_the_default_policy_changes() {
    let stack = TestStack::start().await;
    let properties = json!({"sku": {"type": "string"}, "lot": {"type": "integer"}, "x": {"type": "string"}});
    stack.client.bucket("keyed", properties.clone(), json!({"fields": ["sku", "lot"]})).await;
    stack.client.bucket("keyless", properties, json!(null)).await;
    let patch = |bucket: &'static str, key: Value| {
        let client = stack.client.clone();
        async move { client.patch(&format!("/v1/buckets/{bucket}"), &json!({"unique_key": key})).await }
    };
    let changed = patch("keyed", json!({"fields": ["lot", "sku"], "default_policy": "update"})).await.ok();
    assert_eq!(changed["unique_key"], json!({"fields": ["sku", "lot"], "default_policy": "update"}));
    // Left out, it stays.
    let same = patch("keyed", json!({"fields": ["sku", "lot"]})).await.ok();
    assert_eq!(same["unique_key"]["default_policy"], "update");
    for (fields, place) in [
        (json!(["sku"]), "body.unique_key.fields"),
        (json!(["sku", "lot", "x"]), "body.unique_key.fields"),
        (json!(["sku", "none"]), "body.unique_key.fields.1"),
    ] {
        patch("keyed", json!({ "fields": fields })).await.invalid(&[place]);
    }
    patch("keyed", json!({"default_policy": "insert"})).await.invalid(&["body.unique_key.fields"]);
    let merge = json!({"fields": ["sku", "lot"], "default_policy": "merge"});
    patch("keyed", merge).await.invalid(&["body.unique_key.default_policy"]);
    patch("keyless", json!({"fields": ["sku"]})).await.invalid(&["body.unique_key"]);
}

#[tokio::test]
async fn a_schema_is_broken_only_by_force_and_then_holds() {
    let stack = forgetful().await;
    stack.client.post("/v1/buckets", &full("clips")).await.ok();
    let before = stack.engines().holdings().await;
    let schema = json!({"properties": {
        "sku": {"type": "string", "required": true}, "title": {"type": "integer"},
        "size": {"type": "string", "enum": ["s"]}, "year": {"type": "integer", "required": true}}});
    let body = json!({"bucket_schema": schema, "description": "New"});
    let error = stack.client.patch("/v1/buckets/clips", &body).await.refused(409, "schema_break");
    assert_eq!(error["type"], "ConflictError");
    let breaks = error["details"]["schema_breaks"].as_array().cloned().unwrap_or_default();
    let mut told: Vec<_> =
        breaks.iter().map(|one| (one["type"].as_str(), one["location"][3].as_str())).collect();
    told.sort();
    assert_eq!(
        told,
        [
            (Some("enum_narrowed"), Some("size")),
            (Some("field_removed"), Some("clip")),
            (Some("required_added"), Some("year")),
            (Some("type_changed"), Some("title")),
        ]
    );
    assert_eq!(stack.engines().holdings().await, before);

    let changed = stack.client.patch("/v1/buckets/clips?force_schema_break=true", &body).await.ok();
    assert_eq!(changed["description"], "New");
    let wrong = json!({"sku": "a", "title": "words"});
    stack.client.object("clips", "", &wrong).await.invalid(&["body.title", "body.year"]);
    // Without force: a field more, and one that may be absent again.
    let wider = json!({"schema": {"properties": {
        "sku": {"type": "string"}, "title": {"type": "integer"}, "size": {"type": "string"},
        "year": {"type": "integer"}, "note": {"type": "text"}}}});
    stack.client.replace("/v1/buckets/clips", &wider).await.ok();
    stack.client.object("clips", "", &json!({"sku": "a"})).await.ok();
}

#[tokio::test]
async fn the_fields_of_a_unique_key_stay_whatever_is_forced() {
    let stack = TestStack::start().await;
    stack.client.post("/v1/buckets", &full("clips")).await.ok();
    let path = "/v1/buckets/clips?force_schema_break=true";
    for properties in [json!({}), json!({"sku": {"type": "integer"}}), json!({"sku": {"type": "text"}})] {
        let body = json!({"bucket_schema": {"properties": properties}});
        stack.client.patch(path, &body).await.invalid(&["body.bucket_schema.properties.sku"]);
    }
    let kept = json!({"bucket_schema": {"properties": {"sku": {"type": "string", "enum": ["a"]}}}});
    stack.client.patch(path, &kept).await.ok();
}

#[tokio::test(flavor = "multi_thread")]
async fn of_racing_changes_none_is_lost() {
    let stack = TestStack::start().await;
    stack.client.post("/v1/buckets", &full("clips")).await.ok();
    for round in 0..5 {
        let bodies = [
            json!({"description": format!("Round {round}")}),
            json!({"metadata": {"round": round}}),
            json!({"unique_key": {"fields": ["sku"], "default_policy": if round % 2 == 0 { "upsert" } else { "update" }}}),
        ];
        let path = "/v1/buckets/clips";
        for answer in join_all(bodies.iter().map(|body| stack.client.patch(path, body))).await {
            answer.ok();
        }
        let bucket = stack.client.get(path).await.ok();
        for body in bodies {
            for (field, value) in body.as_object().into_iter().flatten() {
                assert_eq!(&bucket[field], value, "round {round}");
            }
        }
    }
}
