//! Records that come twice, and calls that fail: everything is told, nothing under two ids.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;
use std::time::Duration;

use serde_json::{Value, json};
use stowage_local::{Delivery, Planned, RelayOptions};
use stowage_tests::{Fault, TestStack};

/// Makes some objects, changes and deletes some of them; gives how many versions each had.
async fn lives(stack: &TestStack) -> BTreeMap<String, u64> {
    let client = &stack.client;
    let bucket = client.bucket("lives", json!({"n": {"type": "integer"}}), json!(null)).await;
    let mut versions = BTreeMap::new();
    for n in 0..6_u64 {
        let object = client.object(&bucket, "", &json!({"n": n})).await.ok();
        let id = object["object_id"].as_str().expect("an id").to_owned();
        let path = format!("/v1/buckets/{bucket}/objects/{id}");
        for change in 0..n % 3 {
            client.patch(&path, &json!({"n": 100 + change})).await.ok();
        }
        if n % 2 == 0 {
            client.delete(&path).await.deleted();
        }
        versions.insert(id, 1 + n % 3);
    }
    versions
}

/// Holds the events against what happened: each version of each object is told, under one id.
fn assert_told(events: &[Value], versions: &BTreeMap<String, u64>, what: &str) {
    let mut ids: BTreeMap<(String, String, u64), BTreeSet<String>> = BTreeMap::new();
    for event in events {
        let detail = &event["detail"];
        let text = |value: &Value| value.as_str().expect("a text").to_owned();
        let change = (
            text(&detail["object_id"]),
            text(&event["detail-type"]),
            detail["version"].as_u64().expect("a version"),
        );
        ids.entry(change).or_default().insert(text(&detail["event_id"]));
    }
    for (change, ids) in &ids {
        assert_eq!(ids.len(), 1, "{what}: {change:?} has one id");
    }
    for (number, (object, last)) in versions.iter().enumerate() {
        for version in 1..=*last {
            let kind = if version == 1 { "object.created" } else { "object.updated" };
            let change = (object.clone(), kind.to_owned(), version);
            assert!(ids.contains_key(&change), "{what}: {change:?}, of object {number}, is told");
        }
    }
    let deleted = ids.keys().filter(|(_, kind, _)| kind == "object.deleted").count();
    assert_eq!(deleted, 3, "{what}");
}

/// Delivers everything twice.
struct Twice;

impl Delivery for Twice {
    fn plan(&self, _function: &str, records: Vec<Value>) -> Vec<Planned> {
        let later = Planned { after: Duration::from_millis(20), records: records.clone() };
        vec![Planned::at_once(records), later]
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_record_that_comes_twice_is_told_under_the_same_id() {
    let relay = RelayOptions { delivery: Some(Arc::new(Twice)), ..RelayOptions::default() };
    let stack = TestStack::start_publishing(relay).await;
    let versions = lives(&stack).await;
    let events = stack.events().await;
    assert!(events.len() >= 2 * versions.len(), "they did come twice");
    assert_told(&events, &versions, "twice");
}

#[tokio::test(flavor = "multi_thread")]
async fn every_change_is_told_whatever_the_bus_does() {
    let partly =
        json!({"FailedEntryCount": 1, "Entries": [{"ErrorCode": "ThrottlingException"}]}).to_string();
    for fault in [
        Fault::LoseAnswer,
        Fault::LoseRequest,
        Fault::RefuseConnection,
        Fault::THROTTLE,
        Fault::Status(500),
        Fault::Answer(partly),
    ] {
        let stack = TestStack::start_publishing(RelayOptions::default()).await;
        stack.background().inject("PutEvents", fault.clone(), 4);
        let versions = lives(&stack).await;
        let events = stack.events().await;
        let what = format!("{fault:?}");
        assert_eq!(stack.background().clear(), 0, "{what}: met all of them");
        assert_told(&events, &versions, &what);
        assert_eq!(stack.engines().keys("undelivered/").await, [""; 0], "{what}");
    }
}

/// The bus refuses one event for good.
fn refusal() -> Fault {
    let entry = json!({"ErrorCode": "MalformedDetail"});
    Fault::Answer(json!({"FailedEntryCount": 1, "Entries": [entry]}).to_string())
}

#[tokio::test(flavor = "multi_thread")]
async fn what_the_bus_refuses_is_kept_as_a_whole() {
    let stack = TestStack::start_publishing(RelayOptions::default()).await;
    stack.background().inject("PutEvents", refusal(), 1);
    let bucket = stack.client.bucket("kept", json!({"n": {"type": "integer"}}), json!(null)).await;
    let object = stack.client.object(&bucket, "", &json!({"n": 1})).await.ok();
    assert_eq!(stack.events().await, [Value::Null; 0]);
    let keys = stack.engines().keys("undelivered/").await;
    let [key] = &keys[..] else { panic!("one is kept, not {keys:?}") };
    let url = format!("s3://{}/{key}", stack.stack().blobs().bucket());
    let kept: Value = serde_json::from_slice(&stack.engines().bytes(&url).await).expect("JSON");
    assert_eq!(kept["detail_type"], "object.created");
    assert_eq!(kept["detail"]["object_id"], object["object_id"]);
    assert_eq!(kept["record"]["new"]["f:n"], 1);
    // The stream goes on behind it.
    stack.client.object(&bucket, "", &json!({"n": 2})).await.ok();
    assert_eq!(stack.events().await.len(), 1);
}

#[tokio::test(flavor = "multi_thread")]
async fn what_can_not_be_kept_either_comes_again() {
    let stack = TestStack::start_publishing(RelayOptions::default()).await;
    stack.background().inject("PutEvents", refusal(), 1);
    stack.background().inject("PUT undelivered", Fault::Status(500), 4);
    let bucket = stack.client.bucket("kept", json!({"n": {"type": "integer"}}), json!(null)).await;
    stack.client.object(&bucket, "", &json!({"n": 1})).await.ok();
    let (events, kept) = (stack.events().await, stack.engines().keys("undelivered/").await);
    assert_eq!(events.len() + kept.len(), 1, "{events:?} {kept:?}");
}
