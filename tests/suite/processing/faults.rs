//! Faults of AWS while a report is recorded: it is recorded once, by the report or by its repeat.

use std::time::Duration;

use serde_json::json;
use stowage_local::Options;
use stowage_store::Settings;
use stowage_tests::{Fault, TestStack};

use super::Scene;

async fn impatient() -> TestStack {
    let settings = Settings { retry_for: Duration::from_millis(200), ..Settings::default() };
    TestStack::start_with(Options { settings, ..Options::default() }).await
}

#[tokio::test]
async fn a_repeated_report_does_what_its_first_attempt_did_not_come_to() {
    let calm = Scene::over(impatient().await, 2).await;
    let rows = [calm.done(0).await, calm.failed(1).await];
    calm.stack.faults().take_calls();
    calm.report(&rows).await.ok();
    let mut actions = calm.stack.faults().take_actions();
    actions.sort();
    actions.dedup();
    assert!(actions.iter().any(|action| action == "TransactWriteItems"), "{actions:?}");
    for action in actions {
        for fault in [Fault::LoseAnswer, Fault::LoseRequest, Fault::THROTTLE, Fault::Status(500)] {
            // One that the retries outlast, and one that they don't.
            for times in [1, 40] {
                let what = format!("{action}, {fault:?}, {times} times");
                let scene = Scene::over(impatient().await, 2).await;
                let rows = [scene.done(0).await, scene.failed(1).await];
                scene.stack.faults().inject(&action, fault.clone(), times);
                let first = scene.report(&rows).await;
                scene.stack.faults().clear();
                if times == 1 {
                    assert_eq!(first.status, 200, "{what}: {}", first.body);
                } else {
                    assert!(matches!(first.status, 500 | 503), "{what}: {}", first.body);
                    if first.status == 503 {
                        assert_eq!(scene.batch().await["status"], "PENDING", "{what}");
                    }
                }
                let again = scene.report(&rows).await.ok();
                assert_eq!(again["status"], "COMPLETED_WITH_ERRORS", "{what}");
                assert_eq!(
                    (&again["completed_count"], &again["failed_count"]),
                    (&json!(1), &json!(1)),
                    "{what}"
                );
                let (batch, task) = (scene.batch().await, scene.task().await);
                assert_eq!(
                    (&batch["status"], &batch["failed_object_count"]),
                    (&again["status"], &json!(1)),
                    "{what}"
                );
                assert_eq!(task["status"], again["status"], "{what}");
                let object = scene.object(&scene.objects[0]).await.ok();
                assert_eq!(
                    (&object["status"], &object["document_count"]),
                    (&json!("COMPLETED"), &json!(2)),
                    "{what}"
                );
            }
        }
    }
}
