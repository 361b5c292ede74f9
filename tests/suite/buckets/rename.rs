//! Another name for a bucket: found by it at once, and nobody else gets the old one too soon.

use std::time::Duration;

use futures::future::join_all;
use serde_json::{Value, json};
use stowage_local::Options;
use stowage_store::Settings;
use stowage_tests::{Answer, Client, TestStack};

use super::{forgetful, minimal};

async fn rename(client: &Client, bucket: &str, name: &str) -> Answer {
    client.patch(&format!("/v1/buckets/{bucket}"), &json!({"bucket_name": name})).await
}

/// The rows that claim a name.
async fn claims(stack: &TestStack) -> Vec<(String, bool)> {
    let items = stack.engines().items("catalog").await;
    let names = items.iter().filter_map(|item| {
        let name = item["sk"].as_str()?.strip_prefix("bktname#")?;
        Some((name.to_owned(), item.get("free_from").is_some()))
    });
    let mut names: Vec<_> = names.collect();
    names.sort();
    names
}

#[tokio::test]
async fn a_renamed_bucket_is_found_by_its_new_name_and_id_alone() {
    let stack = forgetful().await;
    let client = &stack.client;
    let made = client.post("/v1/buckets", &minimal("draft")).await.ok();
    let id = made["bucket_id"].as_str().unwrap_or_default();
    client.object("draft", "", &json!({"n": 1})).await.ok();
    let renamed = rename(client, "draft", "film").await.ok();
    assert_eq!((&renamed["bucket_id"], &renamed["bucket_name"]), (&made["bucket_id"], &json!("film")));
    for identifier in ["film", id] {
        let shown = client.get(&format!("/v1/buckets/{identifier}")).await.ok();
        for field in ["bucket_id", "bucket_name", "updated_at"] {
            assert_eq!(shown[field], renamed[field]);
        }
        client.object(identifier, "", &json!({"n": 2})).await.ok();
    }
    client.get("/v1/buckets/draft").await.refused(404, "");
    client.object("draft", "", &json!({"n": 3})).await.refused(404, "");
    // A deployment that remembers nothing gives the name away at once.
    let second = client.post("/v1/buckets", &minimal("draft")).await.ok();
    assert_ne!(second["bucket_id"], made["bucket_id"]);
    rename(client, "film", "draft").await.refused(409, "bucket_name_taken");
}

/// A function that knows the old name writes to the bucket that had it, until it forgets. So nothing
/// else may have the name before: the write would be another bucket's.
#[tokio::test]
async fn a_write_by_a_name_just_given_up_goes_where_it_always_went() {
    let stack = TestStack::start().await;
    let client = &stack.client;
    let made = client.post("/v1/buckets", &minimal("draft")).await.ok();
    client.object("draft", "", &json!({"n": 1})).await.ok();
    rename(client, "draft", "film").await.ok();
    // What shows buckets knows at once; what writes to them remembers for a minute.
    client.get("/v1/buckets/draft").await.refused(404, "");
    assert_eq!(client.object("draft", "", &json!({"n": 2})).await.ok()["bucket_id"], made["bucket_id"]);
    assert_eq!(client.object("film", "", &json!({"n": 3})).await.ok()["bucket_id"], made["bucket_id"]);
}

#[tokio::test]
async fn a_name_given_up_is_forgotten_in_time_and_then_anybodys() {
    const CACHE: Duration = Duration::from_millis(200);
    let settings = Settings { cache_for: CACHE, ..Settings::default() };
    let stack = TestStack::start_with(Options { settings, ..Options::default() }).await;
    let client = &stack.client;
    let made = client.post("/v1/buckets", &minimal("draft")).await.ok();
    client.object("draft", "", &json!({"n": 1})).await.ok();
    rename(client, "draft", "film").await.ok();
    tokio::time::sleep(CACHE).await;
    client.object("draft", "", &json!({"n": 2})).await.refused(404, "");
    tokio::time::sleep(CACHE * 2).await;
    let second = client.post("/v1/buckets", &minimal("draft")).await.ok();
    assert_ne!(second["bucket_id"], made["bucket_id"]);
    assert_eq!(client.object("draft", "", &json!({"n": 3})).await.ok()["bucket_id"], second["bucket_id"]);
}

#[tokio::test]
async fn an_old_name_is_kept_from_others_and_may_be_taken_back() {
    let stack = TestStack::start().await;
    let client = &stack.client;
    client.post("/v1/buckets", &minimal("draft")).await.ok();
    client.post("/v1/buckets", &minimal("other")).await.ok();
    rename(client, "draft", "film").await.ok();
    assert_eq!(
        claims(&stack).await,
        [("draft".into(), true), ("film".into(), false), ("other".into(), false)]
    );
    let before = stack.engines().holdings().await;
    client.post("/v1/buckets", &minimal("draft")).await.refused(409, "bucket_name_taken");
    let error = rename(client, "other", "draft").await.refused(409, "bucket_name_taken");
    assert_eq!(error["details"], json!({"resource": "bucket", "name": "draft"}));
    rename(client, "other", "film").await.refused(409, "bucket_name_taken");
    assert_eq!(stack.engines().holdings().await, before);
    let back = rename(client, "film", "draft").await.ok();
    assert_eq!(client.get("/v1/buckets/draft").await.ok(), back);
    client.get("/v1/buckets/film").await.refused(404, "");
    // Names are of a namespace.
    client.post("/v1/namespaces", &json!({"namespace_name": "next door"})).await.ok();
    client.with_namespace("next door").post("/v1/buckets", &minimal("film")).await.ok();
}

#[tokio::test(flavor = "multi_thread")]
async fn of_racing_claims_to_one_name_exactly_one_wins() {
    let stack = forgetful().await;
    let client = &stack.client;
    for round in 0..5 {
        let name = format!("name {round}");
        let olds: Vec<String> = (0..5).map(|n| format!("old {round} {n}")).collect();
        for old in &olds {
            client.post("/v1/buckets", &minimal(old)).await.ok();
        }
        let new = minimal(&name);
        let renames = olds.iter().map(|old| rename(client, old, &name));
        let creates = (0..3).map(|_| client.post("/v1/buckets", &new));
        let (mut answers, made) = tokio::join!(join_all(renames), join_all(creates));
        answers.extend(made);
        let (won, lost): (Vec<_>, Vec<_>) = answers.into_iter().partition(|answer| answer.status == 200);
        assert_eq!(won.len(), 1, "round {round}");
        for answer in lost {
            answer.refused(409, "bucket_name_taken");
        }
        let holder = client.get(&format!("/v1/buckets/{name}")).await.ok();
        assert_eq!(holder["bucket_id"], won[0].body["bucket_id"]);
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn racing_renames_of_one_bucket_leave_one_name() {
    let stack = forgetful().await;
    let client = &stack.client;
    let made = client.post("/v1/buckets", &minimal("start")).await.ok();
    let id = made["bucket_id"].as_str().unwrap_or_default();
    let names: Vec<String> = (0..8).map(|n| format!("name {n}")).collect();
    let answers = join_all(names.iter().map(|name| rename(client, id, name))).await;
    let answers: Vec<Value> = answers.into_iter().map(Answer::ok).collect();
    for (answer, name) in answers.iter().zip(&names) {
        assert_eq!(answer["bucket_name"], json!(name), "each answer shows its own change");
    }
    let last = client.get(&format!("/v1/buckets/{id}")).await.ok();
    let held: Vec<_> = claims(&stack).await.into_iter().filter(|(_, is_free)| !is_free).collect();
    assert_eq!(held, [(last["bucket_name"].as_str().unwrap_or_default().to_owned(), false)]);
}
