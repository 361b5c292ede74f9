//! Calls that fail while it runs: the next run finds what is left.

use serde_json::json;
use stowage_tests::Fault;

use super::Scene;

/// An upload that came to nothing, one that no object refers to any more, and an object that is gone with
/// its bytes.
async fn furnish(scene: &Scene) {
    scene.put().await;
    scene.leave_upload().await;
    scene.delete(&scene.inline("gone").await).await;
    scene.stack.quiet().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn whichever_call_fails_all_is_cleared_up_in_the_end() {
    let calm = Scene::start().await;
    furnish(&calm).await;
    calm.stack.background().take_calls();
    calm.reconcile().await.expect("it runs");
    let mut actions = calm.stack.background().take_actions();
    actions.sort();
    actions.dedup();
    assert!(actions.iter().any(|action| action == "Scan"), "{actions:?}");
    for action in actions {
        for fault in [Fault::LoseAnswer, Fault::LoseRequest, Fault::THROTTLE, Fault::Status(500)] {
            if action.contains(' ') && fault == Fault::THROTTLE {
                continue; // DynamoDB's own
            }
            let scene = Scene::start().await;
            furnish(&scene).await;
            scene.stack.background().inject(&action, fault.clone(), 3);
            let what = format!("{action}, {fault:?}");
            for _ in 0..5 {
                // The first ones may fail: the clock starts the next.
                let _ = scene.reconcile().await;
            }
            assert_eq!(scene.stack.background().clear(), 0, "{what}: met all of them");
            assert_eq!(scene.bytes().await, 0, "{what}");
            assert_eq!(scene.reconcile().await, Ok(json!({})), "{what}");
        }
    }
}
