//! An index that is behind its table, and reads that are answered in part: what DynamoDB does and the
//! embedded engine doesn't.

use serde_json::{Value, json};
use stowage_tests::{Call, Fault};

use super::{Scene, ids};

/// What the index lists in a bucket's first shard, which a walk asks first.
async fn first_shard(scene: &Scene) -> Value {
    let request = json!({
        "TableName": "stowage-objects", "IndexName": "by_bucket", "KeyConditionExpression": "listing = :listing",
        "ExpressionAttributeValues": {":listing": {"S": format!("{}#0", scene.bucket)}},
    });
    scene.stack.dynamodb("Query", &request).await
}

/// Creates keyed objects until one is in the first shard, and gives its id and key.
async fn one_in_the_first_shard(scene: &Scene) -> (String, String) {
    for n in 0.. {
        let sku = format!("sku {n}");
        let id = scene.create(&json!({"sku": sku})).await;
        if first_shard(scene).await["Items"][0]["pk"]["S"] == format!("{}#{id}", scene.bucket) {
            return (id, sku);
        }
    }
    unreachable!("a quarter of them is")
}

fn consistent_reads(calls: &[Call]) -> usize {
    let is = |call: &&Call| call.action == "BatchGetItem" && call.body.contains(r#""ConsistentRead":true"#);
    calls.iter().filter(is).count()
}

#[tokio::test]
async fn what_the_index_still_lists_and_is_gone_is_passed_over() {
    let mut scene = Scene::new().await;
    let client = scene.stack.client.clone();
    let schema = json!({"sku": {"type": "string", "required": true}});
    let unique_key = json!({"fields": ["sku"], "default_policy": "insert"});
    scene.bucket = client.bucket("keyed", schema, unique_key).await;
    let (id, sku) = one_in_the_first_shard(&scene).await;
    let all = ids(&scene.page(&json!({"limit": 100})).await);
    let others: Vec<String> = all.iter().filter(|other| **other != id).cloned().collect();
    let stale = first_shard(&scene).await.to_string();

    client.delete(&format!("/v1/buckets/{}/objects/{id}", scene.bucket)).await.deleted();
    let faults = scene.stack.faults();
    faults.inject("Query", Fault::Answer(stale.clone()), 1);
    faults.take_calls();
    assert_eq!(ids(&scene.page(&json!({"limit": 100})).await), others);
    assert_eq!(consistent_reads(&faults.take_calls()), 1, "a replica might have been behind");

    // Made again, it has the same id and another place: it doesn't come under the old one.
    assert_eq!(scene.create(&json!({"sku": sku})).await, id);
    faults.inject("Query", Fault::Answer(stale), 1);
    assert_eq!(ids(&scene.page(&json!({"limit": 100})).await), others);
    let again: Vec<String> = others.iter().cloned().chain([id]).collect();
    assert_eq!(scene.walk(&json!({"limit": 2})).await, again);
    assert_eq!(faults.clear(), 0);
}

#[tokio::test]
async fn what_a_replica_does_not_have_yet_is_read_consistently() {
    let scene = Scene::new().await;
    let all = scene.numbered(5).await;
    let faults = scene.stack.faults();
    faults.inject(
        "BatchGetItem",
        Fault::Answer(json!({"Responses": {}, "UnprocessedKeys": {}}).to_string()),
        1,
    );
    faults.take_calls();
    assert_eq!(ids(&scene.page(&json!({})).await), all);
    assert_eq!(consistent_reads(&faults.take_calls()), 1);
}

#[tokio::test]
async fn what_dynamodb_leaves_unread_is_asked_for_again() {
    let scene = Scene::new().await;
    let all = scene.numbered(5).await;
    let faults = scene.stack.faults();
    faults.take_calls();
    scene.page(&json!({})).await;
    let calls = faults.take_calls();
    let read = calls.iter().find(|call| call.action == "BatchGetItem").expect("the items are read");
    let asked: Value = serde_json::from_str(&read.body).expect("JSON");
    let nothing = json!({"Responses": {}, "UnprocessedKeys": asked["RequestItems"]}).to_string();
    faults.inject("BatchGetItem", Fault::Answer(nothing.clone()), 2);
    assert_eq!(ids(&scene.page(&json!({})).await), all);
    let calls = faults.take_calls();
    assert_eq!(calls.iter().filter(|call| call.action == "BatchGetItem").count(), 3);
    // For good, it is a 503: nothing is left out of a page for being hard to read.
    faults.inject("BatchGetItem", Fault::Answer(nothing), usize::MAX);
    scene.list("", &json!({})).await.refused(503, "");
    faults.clear();
}
