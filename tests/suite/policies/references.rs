//! Updates of objects whose blobs refer to uploads.

use serde_json::{Value, json};

use super::Scene;

async fn upload(scene: &Scene, name: &str) -> Value {
    let create = json!({"filename": name, "content_type": "text/plain", "create_object_on_confirm": false});
    let upload = scene.stack.client.upload(&scene.bucket, &create, name.as_bytes()).await;
    scene.stack.client.confirm(&scene.bucket, &upload, &json!({})).await.ok();
    upload["upload_id"].clone()
}

fn body(sku: &str, upload: &Value) -> Value {
    json!({"sku": sku, "blobs": [{"property": "notes", "type": "text", "upload_id": upload}]})
}

async fn counts(scene: &Scene, uploads: &[&Value]) -> Vec<i64> {
    let mut counts = Vec::new();
    for upload in uploads {
        let item = scene.stack.engines().upload(upload.as_str().unwrap_or_default()).await;
        counts.push(item["ref_count"].as_i64().unwrap_or(-1));
    }
    counts
}

#[tokio::test]
async fn references_are_counted_through_every_change_of_blobs() {
    let scene = Scene::new(json!("upsert")).await;
    let (one, two) = (upload(&scene, "one.txt").await, upload(&scene, "two.txt").await);
    let both = [&one, &two];
    scene.create("insert", &body("a", &one)).await.ok();
    scene.create("upsert", &body("b", &one)).await.ok();
    assert_eq!(counts(&scene, &both).await, [2, 0]);
    // Again the same: no second reference.
    scene.create("update", &body("a", &one)).await.ok();
    assert_eq!(counts(&scene, &both).await, [2, 0]);
    scene.create("upsert", &body("a", &two)).await.ok();
    assert_eq!(counts(&scene, &both).await, [1, 1]);
    // Left out, the blobs stay.
    let kept = scene.create("update", &json!({"sku": "a", "n": 1, "blobs": []})).await.ok();
    assert_eq!(kept["blobs"][0]["details"]["filename"], "two.txt");
    assert_eq!(counts(&scene, &both).await, [1, 1]);
    let inline = json!({"sku": "a", "blobs": [{"property": "notes", "type": "text", "data": "inline"}]});
    scene.create("upsert", &inline).await.ok();
    assert_eq!(counts(&scene, &both).await, [1, 0]);
    scene.create("update", &body("b", &two)).await.ok();
    assert_eq!(counts(&scene, &both).await, [0, 1]);
    // From inline bytes to an upload.
    scene.create("update", &body("a", &one)).await.ok();
    assert_eq!(counts(&scene, &both).await, [1, 1]);
}

#[tokio::test]
async fn a_refused_write_counts_nothing() {
    let scene = Scene::new(json!("insert")).await;
    let (one, two) = (upload(&scene, "one.txt").await, upload(&scene, "two.txt").await);
    scene.create("insert", &body("a", &one)).await.ok();
    let before = scene.stack.engines().holdings().await;
    scene.create("insert", &body("a", &two)).await.refused(409, "unique_key_conflict");
    scene.create("update", &body("b", &two)).await.refused(404, "unique_key_not_found");
    let lost = json!("upl_0123456789abcdef01234567");
    scene.create("upsert", &body("a", &lost)).await.refused(404, "");
    assert_eq!(scene.stack.engines().holdings().await, before);
    assert_eq!(counts(&scene, &[&one, &two]).await, [1, 0]);
}
