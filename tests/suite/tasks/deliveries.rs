//! A queue delivers at least once, late, and in any order: a turn is worked on once, or again without
//! harm.

use std::sync::Arc;
use std::time::Duration;

use serde_json::{Value, json};
use stowage_local::{Delivery, Planned, RelayOptions};

use super::{Scene, film};

/// Every message three times: twice at once, and once later.
struct Thrice;

impl Delivery for Thrice {
    fn plan(&self, _function: &str, mut records: Vec<Value>) -> Vec<Planned> {
        records.reverse();
        let late = Planned { after: Duration::from_millis(150), records: records.clone() };
        vec![Planned::at_once([records.clone(), records].concat()), late]
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_message_that_comes_again_does_no_harm() {
    let relay = RelayOptions { delivery: Some(Arc::new(Thrice)), ..RelayOptions::default() };
    let scene = Scene::start(relay).await;
    let client = &scene.stack.client;
    let mut rows = Vec::new();
    for n in 0..6 {
        let upload = client.upload(&scene.bucket, &film(), format!("film {n}").as_bytes()).await;
        rows.push(json!({"upload_id": upload["upload_id"]}));
    }
    let path = format!("/v1/buckets/{}/uploads/confirm/batch", scene.bucket);
    let answer = client.post(&path, &json!({"confirmations": rows})).await.ok();
    scene.stack.quiet().await;
    let task = scene.task(&answer).await;
    assert_eq!(task["status"], "COMPLETED", "{task}");
    assert_eq!(task["outputs"].as_array().map(Vec::len), Some(6));
    assert_eq!(scene.stack.engines().object_count().await, 9 + 6);

    assert_eq!(scene.delete().await["status"], "COMPLETED");
    scene.assert_gone(&scene.bucket).await;
    scene.assert_no_bytes().await;
    let namespace = client.get("/v1/namespaces/default").await.ok();
    assert_eq!((&namespace["bucket_count"], &namespace["object_count"]), (&json!(0), &json!(0)));
}
