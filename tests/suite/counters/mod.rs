//! Counters of buckets and namespaces: what `count-objects` makes of the stream of `objects`.

mod deliveries;
mod faults;
mod restart;

use std::collections::BTreeMap;

use futures::future::join_all;
use serde_json::{Value, json};
use stowage_tests::{Client, TestStack};

/// What a counter row has, or should have.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
struct Count {
    objects: i64,
    bytes: i64,
    failed: i64,
}

/// Waits for quiet, then compares every counter with what the objects themselves add up to.
async fn assert_exact(stack: &TestStack) {
    stack.quiet().await;
    let mut wanted: BTreeMap<String, Count> = BTreeMap::new();
    for object in stack.engines().items("objects").await {
        if object["kind"] != "object" {
            continue;
        }
        let blobs = object["blobs"].as_array().cloned().unwrap_or_default();
        let bytes: i64 = blobs.iter().filter_map(|blob| blob["details"]["size_bytes"].as_i64()).sum();
        let rows = [
            format!("cnt#{}", object["bucket_id"].as_str().expect("a bucket_id")),
            format!("nscnt#{}", object["namespace_id"].as_str().expect("a namespace_id")),
        ];
        for row in rows {
            let count = wanted.entry(row).or_default();
            count.objects += 1;
            count.bytes += bytes;
            count.failed += i64::from(object["status"] == "FAILED");
        }
    }
    for item in stack.engines().items("catalog").await {
        let row = item["sk"].as_str().unwrap_or_default();
        let number = |name: &str| item[name].as_i64().unwrap_or_default();
        let found = Count {
            objects: number("object_count"),
            bytes: number("total_size_bytes"),
            failed: number("failed_object_count"),
        };
        if row.starts_with("cnt#") {
            assert_eq!(found, wanted.remove(row).unwrap_or_default(), "{row}");
        } else if row.starts_with("nscnt#") {
            assert_eq!(found.objects, wanted.remove(row).unwrap_or_default().objects, "{row}");
        }
    }
    assert_eq!(wanted, BTreeMap::new(), "rows that are not there");
}

/// The counters of a bucket, as they are stored.
async fn counters(stack: &TestStack, bucket: &str) -> Value {
    let items = stack.engines().items("catalog").await;
    let row = format!("cnt#{bucket}");
    items.into_iter().find(|item| item["sk"] == row.as_str()).unwrap_or_default()
}

async fn keyed_bucket(client: &Client, name: &str) -> String {
    let schema = json!({"sku": {"type": "string", "required": true}, "doc": {"type": "text"}});
    client.bucket(name, schema, json!({"fields": ["sku"], "default_policy": "upsert"})).await
}

fn text_object(sku: &str, text: &str) -> Value {
    json!({"sku": sku, "blobs": [{"property": "doc", "type": "text", "data": text}]})
}

/// Creates, updates and removes in two buckets at once.
async fn work(stack: &TestStack) {
    let client = &stack.client;
    let buckets = [keyed_bucket(client, "one").await, keyed_bucket(client, "two").await];
    for round in 0..3 {
        let bodies: Vec<Value> =
            (0..12).map(|n| text_object(&format!("{}", n % 9), &"x".repeat(round + n))).collect();
        let creates = buckets.iter().flat_map(|bucket| bodies.iter().map(move |body| (bucket, body)));
        join_all(creates.map(|(bucket, body)| async { client.object(bucket, "", body).await.ok() })).await;
    }
    for bucket in &buckets {
        let object = client.object(bucket, "", &json!({"sku": "0"})).await.ok();
        remove(stack, bucket, &object).await;
    }
}

/// Removes an object's item.
async fn remove(stack: &TestStack, bucket: &str, object: &Value) {
    let pk = format!("{bucket}#{}", object["object_id"].as_str().expect("an object_id"));
    stack.dynamodb("DeleteItem", &json!({"TableName": "stowage-objects", "Key": {"pk": {"S": pk}}})).await;
}

#[tokio::test]
async fn counters_follow_the_objects() {
    let stack = TestStack::start().await;
    let client = &stack.client;
    let bucket = keyed_bucket(client, "b").await;
    let first = client.object(&bucket, "", &text_object("a", "four")).await.ok();
    stack.quiet().await;
    let counted = counters(&stack, &bucket).await;
    assert_eq!((&counted["object_count"], &counted["total_size_bytes"]), (&json!(1), &json!(4)));
    assert_eq!(counted["failed_object_count"], 0);
    assert_eq!(counted["last_upload_at"], first["created_at"]);
    assert!(counted["stats_updated_at"].is_string(), "{counted}");

    client.object(&bucket, "", &text_object("a", "fourteen bytes")).await.ok();
    let second = client.object(&bucket, "", &text_object("b", "1")).await.ok();
    stack.quiet().await;
    let counted = counters(&stack, &bucket).await;
    assert_eq!((&counted["object_count"], &counted["total_size_bytes"]), (&json!(2), &json!(15)));
    assert_eq!(counted["last_upload_at"], second["created_at"]);

    remove(&stack, &bucket, &first).await;
    assert_exact(&stack).await;
    let counted = counters(&stack, &bucket).await;
    assert_eq!((&counted["object_count"], &counted["total_size_bytes"]), (&json!(1), &json!(1)));
    assert_eq!(counted["last_upload_at"], second["created_at"], "a removal is no upload");
}

#[tokio::test]
async fn a_confirmed_upload_counts_with_its_file() {
    let stack = TestStack::start().await;
    let client = &stack.client;
    let bucket = client.bucket("b", json!({"clip": {"type": "video"}}), json!(null)).await;
    let create = json!({"filename": "a.mp4", "content_type": "video/mp4"});
    let upload = client.upload(&bucket, &create, b"eleven byte").await;
    stack.quiet().await;
    assert_eq!(counters(&stack, &bucket).await, json!(null), "an upload is no object");
    client.confirm(&bucket, &upload, &json!({})).await.ok();
    assert_exact(&stack).await;
    assert_eq!(counters(&stack, &bucket).await["total_size_bytes"], 11);
}

#[tokio::test(flavor = "multi_thread")]
async fn counters_are_exact_after_writes_side_by_side() {
    let stack = TestStack::start().await;
    work(&stack).await;
    assert_exact(&stack).await;
}

/// More than one transaction holds.
#[tokio::test(flavor = "multi_thread")]
async fn many_changes_of_one_bucket_are_all_counted() {
    let stack = TestStack::start().await;
    let client = &stack.client;
    let bucket = keyed_bucket(client, "b").await;
    let bodies: Vec<Value> = (0..230).map(|n| json!({"sku": format!("{n}")})).collect();
    join_all(bodies.iter().map(|body| async { client.object(&bucket, "", body).await.ok() })).await;
    assert_exact(&stack).await;
    assert_eq!(counters(&stack, &bucket).await["object_count"], 230);
}
