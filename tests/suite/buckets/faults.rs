//! Changes and deletions when answers are lost or DynamoDB is busy.

use std::time::Duration;

use serde_json::json;
use stowage_local::Options;
use stowage_store::Settings;
use stowage_tests::{Fault, TestStack};

use super::minimal;

async fn impatient() -> TestStack {
    let settings = Settings { retry_for: Duration::from_millis(300), ..Settings::default() };
    TestStack::start_with(Options { settings, ..Options::default() }).await
}

#[tokio::test]
async fn an_answer_lost_after_the_commit_is_a_success() {
    let stack = TestStack::start().await;
    let client = &stack.client;
    let lose = || stack.faults().inject("TransactWriteItems", Fault::LoseAnswer, 1);
    lose();
    let made = client.post("/v1/buckets", &minimal("draft")).await.ok();
    lose();
    let renamed = client.patch("/v1/buckets/draft", &json!({"bucket_name": "film"})).await.ok();
    assert_eq!(client.get("/v1/buckets/film").await.ok(), renamed);
    assert_eq!(renamed["bucket_id"], made["bucket_id"]);
    lose();
    let deleted = client.delete("/v1/buckets/film").await.ok();
    assert_eq!(client.delete("/v1/buckets/film").await.ok(), deleted);
    assert_eq!(stack.faults().clear(), 0, "every fault was met");
    let tasks = stack.engines().items("batches").await;
    assert_eq!(tasks.iter().filter(|item| item["kind"] == "task").count(), 1);
}

#[tokio::test]
async fn when_every_answer_is_lost_the_same_request_tells_later() {
    let stack = impatient().await;
    let client = &stack.client;
    client.post("/v1/buckets", &minimal("draft")).await.ok();
    stack.faults().inject("TransactWriteItems", Fault::LoseAnswer, usize::MAX);
    let film = json!({"bucket_name": "film"});
    client.patch("/v1/buckets/draft", &film).await.refused(500, "");
    client.delete("/v1/buckets/film").await.refused(500, "");
    stack.faults().clear();
    let deleted = client.delete("/v1/buckets/film").await.ok();
    assert_eq!(client.get("/v1/buckets/film").await.ok()["status"], "IN_PROGRESS");
    let tasks = stack.engines().items("batches").await;
    let tasks: Vec<_> = tasks.iter().filter(|item| item["kind"] == "task").collect();
    assert_eq!(tasks.len(), 1);
    assert_eq!(tasks[0]["task_id"], deleted["task_id"]);
}

#[tokio::test]
async fn what_passes_is_not_seen_and_what_does_not_stores_nothing() {
    let stack = impatient().await;
    let client = &stack.client;
    client.post("/v1/buckets", &minimal("clips")).await.ok();
    let before = stack.engines().holdings().await;
    let body = json!({"bucket_name": "film", "description": "x"});
    for fault in [Fault::THROTTLE, Fault::CONFLICT, Fault::RefuseConnection] {
        for action in ["TransactWriteItems", "BatchGetItem"] {
            stack.faults().inject(action, fault.clone(), usize::MAX);
            client.patch("/v1/buckets/clips", &body).await.refused(503, "");
            client.delete("/v1/buckets/clips").await.refused(503, "");
            stack.faults().clear();
        }
        stack.faults().inject("TransactWriteItems", fault.clone(), usize::MAX);
        client.post("/v1/buckets", &minimal("new")).await.refused(503, "");
        stack.faults().clear();
    }
    assert_eq!(stack.engines().holdings().await, before);
    for (n, fault) in [Fault::THROTTLE, Fault::CONFLICT, Fault::LoseRequest].into_iter().enumerate() {
        stack.faults().inject("TransactWriteItems", fault.clone(), 2);
        client.patch("/v1/buckets/clips", &json!({"description": format!("{n}")})).await.ok();
        stack.faults().inject("BatchGetItem", fault, 2);
        assert_eq!(client.get("/v1/buckets/clips").await.ok()["description"], format!("{n}"));
        assert_eq!(stack.faults().clear(), 0, "every fault was met");
    }
}
