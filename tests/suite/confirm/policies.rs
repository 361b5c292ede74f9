//! Confirming into a bucket with a unique key: the policy decides, and a refusal can be mended.

use serde_json::{Value, json};

use super::Scene;

async fn with(scene: &Scene, upload: &Value, query: &str) -> stowage_tests::Answer {
    scene.stack.client.post(&scene.path(upload, query), &json!({})).await
}

fn sku(sku: &str) -> Value {
    json!({"object_metadata": {"sku": sku, "title": "uploaded"}})
}

#[tokio::test]
async fn without_a_policy_it_is_a_422_and_the_upload_waits() {
    let scene = Scene::new(json!({"fields": ["sku"]})).await;
    let upload = scene.send(&sku("a")).await;
    let error = scene.confirm(&upload, &json!({})).await.refused(422, "policy_required");
    assert_eq!(error["type"], "ValidationError");
    assert_eq!(scene.stored(&upload).await["status"], "PENDING");
    with(&scene, &upload, "?policy=insert").await.ok();
}

#[tokio::test]
async fn a_policy_that_refuses_leaves_the_upload_for_another() {
    let scene = Scene::new(json!({"fields": ["sku"], "default_policy": "update"})).await;
    let upload = scene.send(&sku("a")).await;
    let error = scene.confirm(&upload, &json!({})).await.refused(404, "unique_key_not_found");
    assert_eq!(error["details"], json!({"unique_key": {"sku": "a"}}));
    let made = json!({"sku": "a", "title": "made", "n": 1});
    let made = scene.stack.client.object(&scene.bucket, "?policy=insert", &made).await.ok();
    let before = scene.stack.engines().holdings().await;
    let error = with(&scene, &upload, "?policy=insert").await.refused(409, "unique_key_conflict");
    assert_eq!(error["details"]["existing_object_id"], made["object_id"]);
    assert_eq!(scene.stack.engines().holdings().await, before);
    assert_eq!(scene.stored(&upload).await["status"], "PENDING");

    let done = with(&scene, &upload, "?policy=update").await.ok();
    assert_eq!(done["object_id"], made["object_id"]);
    let object = scene.stack.engines().object(made["object_id"].as_str().unwrap_or_default()).await;
    assert_eq!((&object["f:title"], &object["f:n"]), (&json!("uploaded"), &json!(1)));
    assert_eq!(object["blobs"][0]["upload_id"], upload["upload_id"]);
    assert_eq!(scene.stored(&upload).await["ref_count"], 1);
}

#[tokio::test]
async fn an_upsert_replaces_the_file_and_lets_the_old_one_go() {
    let scene = Scene::new(json!({"fields": ["sku"], "default_policy": "upsert"})).await;
    let first = scene.send(&sku("a")).await;
    let second = scene.send(&sku("a")).await;
    let one = scene.confirm(&first, &json!({})).await.ok();
    let two = scene.confirm(&second, &json!({})).await.ok();
    assert_eq!(one["object_id"], two["object_id"]);
    assert_eq!(scene.stored(&first).await["ref_count"], 0);
    assert_eq!(scene.stored(&second).await["ref_count"], 1);
    assert_eq!(scene.stack.engines().object_count().await, 1);
    // The first answer stays the first's.
    assert_eq!(scene.confirm(&first, &json!({})).await.ok(), one);
}

#[tokio::test]
async fn requirements_are_checked_with_the_stored_object_where_the_policy_updates() {
    let stack = stowage_tests::TestStack::start().await;
    let properties = json!({"sku": {"type": "string"}, "film": {"type": "video"},
        "title": {"type": "string", "required": true}});
    let bucket = stack.client.bucket("b", properties, json!({"fields": ["sku"]})).await;
    let scene = Scene { stack, bucket };
    let upload = scene.send(&json!({"object_metadata": {"sku": "a"}})).await;
    for policy in ["insert", "upsert"] {
        let answer = with(&scene, &upload, &format!("?policy={policy}")).await;
        let error = answer.refused(422, "");
        assert!(error["message"].as_str().is_some_and(|text| text.contains("title")), "{error}");
        assert_eq!(scene.stored(&upload).await["status"], "PENDING");
    }
    let made = json!({"sku": "a", "title": "t"});
    scene.stack.client.object(&scene.bucket, "?policy=insert", &made).await.ok();
    let done = with(&scene, &upload, "?policy=upsert").await.ok();
    let object = scene.stack.engines().object(done["object_id"].as_str().unwrap_or_default()).await;
    assert_eq!(object["f:title"], "t");
}

#[tokio::test]
async fn a_policy_means_nothing_without_a_unique_key() {
    let scene = Scene::new(json!(null)).await;
    for policy in ["insert", "update", "upsert"] {
        let upload = scene.send(&json!({"skip_duplicates": false})).await;
        with(&scene, &upload, &format!("?policy={policy}")).await.ok();
    }
    assert_eq!(scene.stack.engines().object_count().await, 3);
}
