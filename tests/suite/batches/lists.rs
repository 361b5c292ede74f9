//! Lists of batches and tasks: the newest first.

use serde_json::{Value, json};

use super::{Scene, id};

fn ids(page: &Value, name: &str) -> Vec<String> {
    let results = page["results"].as_array().expect("results");
    results.iter().map(|one| one[name].as_str().expect("an id").to_owned()).collect()
}

#[tokio::test]
async fn batches_are_listed_by_bucket_and_for_the_organisation() {
    let scene = Scene::start().await;
    let client = &scene.stack.client;
    let other = client.bucket("other", json!({}), json!(null)).await;
    let mut made = Vec::new();
    for _ in 0..5 {
        made.insert(0, id(&scene.draft().await).to_owned());
    }
    scene.post(&format!("/{}/submit", made[0]), &json!({})).await.ok();
    let object = client.object(&other, "", &json!({})).await.ok();
    let path = format!("/v1/buckets/{other}/batches");
    let elsewhere = client.post(&path, &json!({"object_ids": [object["object_id"]]})).await.ok();

    let page = scene.post("/list", &json!({})).await.ok();
    assert_eq!(ids(&page, "batch_id"), made);
    assert_eq!((&page["total_count"], &page["pagination"]["page_size"]), (&json!(5), &json!(100)));
    let page = scene.post("/list", &json!({"status": "DRAFT"})).await.ok();
    assert_eq!((ids(&page, "batch_id"), &page["total_count"]), (made[1..].to_vec(), &json!(4)));
    scene.post("/list", &json!({"status": 1})).await.invalid(&["body.status"]);

    let all = client.post("/v1/batches/list", &json!({})).await.ok();
    let everywhere = [vec![id(&elsewhere).to_owned()], made.clone()].concat();
    assert_eq!((ids(&all, "batch_id"), &all["total_count"]), (everywhere.clone(), &json!(6)));
    let page = client.post("/v1/batches/list", &json!({"bucket_id": other})).await.ok();
    assert_eq!(ids(&page, "batch_id"), [id(&elsewhere)]);
    // By cursor, two at a time.
    let (mut found, mut body) = (Vec::new(), json!({"limit": 2}));
    loop {
        let page = client.post("/v1/batches/list", &body).await.ok();
        found.extend(ids(&page, "batch_id"));
        let Some(next) = page["pagination"]["next_cursor"].as_str() else { break };
        body["cursor"] = json!(next);
    }
    assert_eq!(found, everywhere);
}

#[tokio::test]
async fn tasks_are_listed_and_filtered() {
    let scene = Scene::start().await;
    let client = &scene.stack.client;
    let batch = scene.draft().await;
    let first = scene.post(&format!("/{}/submit", id(&batch)), &json!({})).await.ok();
    client.bucket("doomed", json!({}), json!(null)).await;
    let second = client.delete("/v1/buckets/doomed").await.ok();
    let list = async |body: Value| ids(&client.post("/v1/tasks/list", &body).await.ok(), "task_id");
    let (first, second) = (first["task_id"].as_str().unwrap_or(""), second["task_id"].as_str().unwrap_or(""));
    assert_eq!(list(json!({})).await, [second, first]);
    assert_eq!(list(json!({"task_type": "api_buckets_delete"})).await, [second]);
    assert_eq!(list(json!({"status": "PENDING", "search": "process"})).await, [first]);
    assert_eq!(list(json!({"status": "COMPLETED"})).await, [""; 0]);
}
