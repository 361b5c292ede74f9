//! `POST …/objects/batch` (contract section 8.4): the request and the answer as a whole.

use serde_json::{Value, json};
use stowage_tests::{Answer, TestStack};

use super::Scene;

impl Scene {
    /// Creates a batch; `query` is like `?policy=insert`, or empty.
    pub(super) async fn batch(&self, query: &str, rows: &[Value]) -> Answer {
        let path = format!("/v1/buckets/{}/objects/batch{query}", self.bucket);
        self.stack.client.post(&path, &json!({ "objects": rows })).await
    }
}

/// The positions of an answer's rows.
pub(super) fn positions(rows: &Value) -> Vec<u64> {
    let rows = rows.as_array().unwrap_or_else(|| panic!("no rows: {rows}"));
    rows.iter().map(|row| row["object_index"].as_u64().expect("a position")).collect()
}

#[tokio::test]
async fn each_row_is_answered_as_if_it_had_been_sent_alone() {
    let scene = Scene::with(json!({"n": {"type": "integer"}, "notes": {"type": "text"}})).await;
    let upload = scene.upload("notes", "text/plain", b"uploaded").await;
    let row = json!({"n": 1, "key_prefix": "/a", "blobs": [
        {"property": "notes", "type": "text", "data": "hello", "metadata": {"lang": "en"}}]});
    let rows = [
        row.clone(),
        json!({"n": "one"}),
        json!({"blobs": [{"property": "notes", "type": "text", "upload_id": upload}]}),
    ];
    let answer = scene.batch("", &rows).await.ok();
    let mut names: Vec<&String> = answer.as_object().expect("an object").keys().collect();
    names.sort();
    assert_eq!(names, ["failed", "failed_count", "succeeded", "succeeded_count", "total_requested"]);
    for (name, count) in [("total_requested", 3), ("succeeded_count", 2), ("failed_count", 1)] {
        assert_eq!(answer[name], count, "{name}");
    }
    assert_eq!(positions(&answer["succeeded"]), [0, 2]);
    let mut alone = scene.create(&row).await.ok();
    let mut found = answer["succeeded"][0].clone();
    assert_eq!(scene.bytes(&found["blobs"][0]).await, b"hello");
    for (name, value) in
        [("object_index", json!(0)), ("replayed", json!(false)), ("replayed_by", json!(null))]
    {
        assert_eq!(found.as_object_mut().and_then(|row| row.remove(name)), Some(value), "{name}");
    }
    for object in [&mut alone, &mut found] {
        for name in ["object_id", "created_at", "updated_at"] {
            assert!(object[name].is_string(), "{object}");
            object[name] = json!("its own");
        }
        object["blobs"][0]["blob_id"] = json!("its own");
        object["blobs"][0]["properties"]["url"] = json!("its own");
    }
    assert_eq!(found, alone);
    assert_eq!(scene.bytes(&answer["succeeded"][1]["blobs"][0]).await, b"uploaded");
    assert_eq!(scene.references(&upload).await.0, 1);

    let failed = &answer["failed"][0];
    assert_eq!(failed["object_index"], 1);
    assert_eq!(failed["error_type"], "ValidationError");
    let error = failed["error"].as_str().unwrap_or_default();
    assert!(error.starts_with("n: must be an integer"), "{error}");
    let places = &failed["details"]["validation_errors"];
    assert_eq!(places[0]["location"], json!(["body", "n"]), "of the row's own body");
}

#[tokio::test]
async fn when_every_row_fails_it_is_a_422_with_the_same_body() {
    let schema = json!({"sku": {"type": "string"}, "n": {"type": "integer"}, "notes": {"type": "text"}});
    let key = json!({"fields": ["sku"], "default_policy": "insert"});
    let scene = Scene::on(TestStack::start().await, schema, key).await;
    let made = scene.create(&json!({"sku": "taken"})).await.ok();
    let before = scene.stack.engines().holdings().await;
    let unknown = json!("upl_0123456789abcdef01234567");
    let mut deep = json!(1);
    for _ in 0..40 {
        deep = json!([deep]);
    }
    let rows = [
        json!({"sku": "taken"}),
        json!({"n": "1", "status": "x"}),
        json!({"sku": "a", "blobs": [{"property": "notes", "type": "text", "upload_id": unknown}]}),
        json!(5),
        json!({"sku": "b", "deep": deep}),
        json!({"sku": "c", "blobs": 5}),
    ];
    let answer = scene.batch("", &rows).await;
    assert_eq!(answer.status, 422, "{}", answer.body);
    let body = answer.body;
    assert_eq!((&body["succeeded"], body.get("error")), (&json!([]), None), "{body}");
    assert_eq!((&body["succeeded_count"], &body["failed_count"]), (&json!(0), &json!(6)));
    assert_eq!(positions(&body["failed"]), [0, 1, 2, 3, 4, 5]);
    let conflict = &body["failed"][0];
    assert_eq!(
        (&conflict["error_type"], &conflict["code"]),
        (&json!("AlreadyExistsError"), &json!("unique_key_conflict"))
    );
    assert_eq!(conflict["details"]["existing_object_id"], made["object_id"]);
    let sentence = body["failed"][1]["error"].as_str().unwrap_or_default();
    for place in ["n: ", "status: ", "sku: "] {
        assert!(sentence.contains(place), "{sentence}");
    }
    assert_eq!(body["failed"][2]["error_type"], "NotFoundError");
    for row in 3..6 {
        assert_eq!(body["failed"][row]["error_type"], "ValidationError", "{body}");
    }
    assert_eq!(scene.stack.engines().holdings().await, before);
}

#[tokio::test]
async fn what_is_wrong_with_the_request_refuses_it_as_a_whole() {
    let scene = Scene::with(json!({"n": {"type": "integer"}})).await;
    let client = &scene.stack.client;
    let keyed = client.bucket("keyed", json!({"sku": {"type": "string"}}), json!({"fields": ["sku"]})).await;
    let before = scene.stack.engines().holdings().await;
    let good = json!({"n": 1});
    scene.batch("", &[]).await.invalid(&["body.objects"]);
    scene.batch("", &vec![good.clone(); 101]).await.invalid(&["body.objects"]);
    scene.batch("?policy=other", std::slice::from_ref(&good)).await.invalid(&["query.policy"]);
    scene.batch("?auto_process=yes", std::slice::from_ref(&good)).await.invalid(&["query.auto_process"]);
    let flagged = json!({"n": 1, "auto_process": true});
    let error =
        scene.batch("", &[good.clone(), flagged.clone()]).await.invalid(&["body.objects.1.auto_process"]);
    assert_eq!(error["code"], "extra_forbidden");
    let path = format!("/v1/buckets/{}/objects/batch", scene.bucket);
    for (body, place) in [
        (json!({}), "body.objects"),
        (json!({"objects": {}}), "body.objects"),
        (json!({"objects": [good], "auto_process": true}), "body.auto_process"),
        (json!({"objects": [good], "policy": "insert"}), "body.policy"),
    ] {
        client.post(&path, &body).await.invalid(&[place]);
    }
    client
        .post_text(&path, r#"{"objects": [{"n": 1}, {"n": 36893488147419103233}]}"#)
        .await
        .invalid(&["body.objects.1.n"]);
    client.post_text(&path, "[]").await.refused(400, "malformed_body");
    let objects = json!({"objects": [{"sku": "a"}]});
    client.post("/v1/buckets/none/objects/batch", &objects).await.refused(404, "");
    client
        .post(&format!("/v1/buckets/{keyed}/objects/batch"), &objects)
        .await
        .refused(400, "policy_required");
    assert_eq!(scene.stack.engines().holdings().await, before);

    // A schema may declare the name: then it is a field like any other.
    let own = client.bucket("own", json!({"auto_process": {"type": "boolean"}}), json!(null)).await;
    let answer =
        client.post(&format!("/v1/buckets/{own}/objects/batch"), &json!({"objects": [flagged]})).await.ok();
    assert_eq!(answer["succeeded"][0]["auto_process"], true);
    let hundred = vec![good; 100];
    assert_eq!(scene.batch("?policy=insert", &hundred).await.ok()["succeeded_count"], 100);
}

#[tokio::test]
async fn an_answer_has_room_for_every_row_whatever_the_objects_hold() {
    let schema = json!({"sku": {"type": "string"}});
    let key = json!({"fields": ["sku"], "default_policy": "upsert"});
    let scene = Scene::on(TestStack::start().await, schema, key).await;
    let text = "x".repeat(290 * 1024);
    for n in 0..20 {
        scene.create(&json!({"sku": format!("{n}"), "text": text})).await.ok();
    }
    let rows: Vec<Value> = (0..20).map(|n| json!({"sku": format!("{n}"), "n": n})).collect();
    let answer = scene.batch("", &rows).await.ok();
    assert_eq!(answer["succeeded_count"], 20);
    assert!(answer.to_string().len() < 6 * 1000 * 1000, "Lambda would not return it");
    for (n, row) in answer["succeeded"].as_array().into_iter().flatten().enumerate() {
        // The first ones whole, the others by their ids: all of them are written.
        assert_eq!(row["n"] == json!(n), n < 17, "{n}");
        assert_eq!(scene.get(row).await["n"], n);
    }
}
