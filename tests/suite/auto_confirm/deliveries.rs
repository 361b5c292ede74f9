//! Notifications that come twice, late or not as they should, and calls that fail.

use std::sync::Arc;
use std::time::Duration;

use serde_json::{Value, json};
use stowage_local::{Delivery, Planned, RelayOptions};
use stowage_tests::Fault;

use super::{Scene, film};

/// Brings each notification three times, the later ones first, and something unreadable before them.
struct Mess;

impl Delivery for Mess {
    fn plan(&self, function: &str, mut records: Vec<Value>) -> Vec<Planned> {
        if function != "auto-confirm" {
            return vec![Planned::at_once(records)];
        }
        records.reverse();
        let times = [0, 30, 60].map(Duration::from_millis);
        let mut planned = vec![Planned::at_once(vec![json!("not a notification")])];
        planned.extend(times.map(|after| Planned { after, records: records.clone() }));
        planned
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn repeated_and_reordered_notifications_do_no_harm_and_a_poisoned_one_blocks_nobody() {
    let relay = RelayOptions { delivery: Some(Arc::new(Mess)), ..RelayOptions::default() };
    let scene = Scene::start(relay).await;
    let mut uploads = Vec::new();
    for n in 0..5 {
        uploads.push(scene.put(&film(), format!("film {n}").as_bytes()).await);
    }
    scene.stack.quiet().await;
    for upload in &uploads {
        assert_eq!(scene.shown(upload).await["status"], "COMPLETED");
    }
    assert_eq!(scene.stack.engines().object_count().await, uploads.len());
    let dead = scene.stack.stack().relay().dead_letters("confirms");
    assert!(!dead.is_empty() && dead.iter().all(|body| body == "\"not a notification\""), "{dead:?}");
}

#[tokio::test(flavor = "multi_thread")]
async fn an_upload_is_confirmed_whichever_call_fails() {
    let calm = Scene::start(RelayOptions::default()).await;
    calm.stack.quiet().await;
    calm.stack.background().take_calls();
    calm.put(&film(), b"a film").await;
    calm.stack.quiet().await;
    let mut actions = calm.stack.background().take_actions();
    actions.sort();
    actions.dedup();
    assert!(actions.iter().any(|action| action.starts_with("HEAD ")), "{actions:?}");
    for action in actions {
        for fault in [Fault::LoseAnswer, Fault::LoseRequest, Fault::THROTTLE, Fault::Status(500)] {
            if action.contains(' ') && fault == Fault::THROTTLE {
                continue; // DynamoDB's own
            }
            let scene = Scene::start(RelayOptions::default()).await;
            scene.stack.quiet().await;
            scene.stack.background().inject(&action, fault.clone(), 3);
            let upload = scene.put(&film(), b"a film").await;
            scene.stack.quiet().await;
            let what = format!("{action}, {fault:?}");
            assert_eq!(scene.stack.background().clear(), 0, "{what}: met all of them");
            assert_eq!(scene.shown(&upload).await["status"], "COMPLETED", "{what}");
            assert_eq!(scene.stack.engines().object_count().await, 1, "{what}");
        }
    }
}
