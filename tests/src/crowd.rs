//! Many items at once, put past the API: what a large bucket looks like to a list.

use futures::stream::{self, StreamExt as _};
use serde_json::{Value, json};
use stowage_domain::bucket::LISTING_SHARDS;
use stowage_domain::id::ObjectId;
use stowage_domain::time::Timestamp;

use crate::TestStack;

/// Most items of one `BatchWriteItem`, and how many of these are under way at once.
const PER_CALL: usize = 25;
const CALLS: usize = 8;

impl TestStack {
    /// Puts copies of an object beside it, which differ in their ids alone and in when they were made:
    /// `made` gives the milliseconds since 1970 of each. Gives their ids.
    pub async fn crowd(
        &self,
        bucket: &str,
        object: &str,
        count: usize,
        made: impl Fn(i64) -> i64,
    ) -> Vec<String> {
        let key = json!({"pk": {"S": format!("{bucket}#{object}")}});
        let request = json!({"TableName": "stowage-objects", "Key": key});
        let original = self.dynamodb("GetItem", &request).await["Item"].clone();
        let copies: Vec<(String, Value)> =
            (0..).take(count).map(|n| copy(&original, bucket, Timestamp::from_millis(made(n)))).collect();
        let writes = copies.chunks(PER_CALL).map(|chunk| {
            let puts: Vec<Value> =
                chunk.iter().map(|(_, item)| json!({"PutRequest": {"Item": item}})).collect();
            json!({"RequestItems": {"stowage-objects": puts}})
        });
        let answers =
            stream::iter(writes).map(|write| async move { self.dynamodb("BatchWriteItem", &write).await });
        let answers: Vec<Value> = answers.buffer_unordered(CALLS).collect().await;
        for answer in answers {
            let left = answer["UnprocessedItems"].as_object().map_or(0, serde_json::Map::len);
            assert_eq!(left, 0, "the embedded DynamoDB takes what it is sent");
        }
        copies.into_iter().map(|(id, _)| id).collect()
    }
}

fn copy(original: &Value, bucket: &str, made: Timestamp) -> (String, Value) {
    let id = ObjectId::random().to_string();
    // Even over the shards, as the hash that objects are spread by.
    let digit = id.chars().last().and_then(|digit| digit.to_digit(16)).unwrap_or(0);
    let shard = digit % LISTING_SHARDS;
    let mut item = original.clone();
    for (attribute, value) in [
        ("pk", format!("{bucket}#{id}")),
        ("object_id", id.clone()),
        ("listing", format!("{bucket}#{shard}")),
        ("listed_at", format!("{made}#{id}")),
        ("created_at", made.to_string()),
        ("updated_at", made.to_string()),
    ] {
        item[attribute] = json!({"S": value});
    }
    item["shard"] = json!({"N": shard.to_string()});
    (id, item)
}
