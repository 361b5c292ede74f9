//! Lists of objects and uploads, page by page (contract sections 2.7 and 2.8).

mod concurrent;
mod cursors;
mod filters;
mod lag;
mod large;
mod objects;
mod pages;
mod sorting;
mod uploads;
mod walls;

use std::collections::BTreeSet;

use serde_json::{Value, json};
use stowage_tests::{Answer, TestStack};

/// A stack with one bucket.
struct Scene {
    stack: TestStack,
    bucket: String,
}

/// The ids of a page's objects, in its order.
fn ids(page: &Value) -> Vec<String> {
    let results = page["results"].as_array().unwrap_or_else(|| panic!("no results: {page}"));
    results.iter().map(|object| object["object_id"].as_str().expect("an id").to_owned()).collect()
}

/// The ids as a set; panics if one comes twice.
#[track_caller]
fn once_each(ids: &[String]) -> BTreeSet<String> {
    let set: BTreeSet<String> = ids.iter().cloned().collect();
    assert_eq!(set.len(), ids.len(), "an object came twice");
    set
}

impl Scene {
    async fn new() -> Self {
        Self::with(json!({})).await
    }

    async fn with(properties: Value) -> Self {
        let stack = TestStack::start().await;
        let bucket = stack.client.bucket("b", properties, json!(null)).await;
        Self { stack, bucket }
    }

    /// Creates an object and gives its id.
    async fn create(&self, body: &Value) -> String {
        let object = self.stack.client.object(&self.bucket, "", body).await.ok();
        object["object_id"].as_str().expect("an id").to_owned()
    }

    /// Creates objects with `n` from 0, one after the other, and gives their ids.
    async fn numbered(&self, count: usize) -> Vec<String> {
        let mut ids = Vec::with_capacity(count);
        for n in 0..count {
            ids.push(self.create(&json!({"n": n})).await);
        }
        // Two of one millisecond are in the order of their ids.
        let all = self.page(&json!({"limit": 1000})).await;
        assert_eq!(once_each(&ids), once_each(&self::ids(&all)));
        self::ids(&all)
    }

    /// Asks for a page; `query` is like `?limit=1`, or empty.
    async fn list(&self, query: &str, body: &Value) -> Answer {
        self.stack.client.post(&format!("/v1/buckets/{}/objects/list{query}", self.bucket), body).await
    }

    /// A page that must be there.
    async fn page(&self, body: &Value) -> Value {
        self.list("", body).await.ok()
    }

    /// Follows the cursors from the first page to the last, and gives all ids.
    async fn walk(&self, body: &Value) -> Vec<String> {
        let mut body = body.clone();
        let mut all = Vec::new();
        loop {
            let page = self.page(&body).await;
            all.extend(ids(&page));
            match &page["pagination"]["next_cursor"] {
                Value::Null => return all,
                cursor => body["cursor"] = cursor.clone(),
            }
        }
    }
}
