//! Faults of DynamoDB while it counts: nothing is lost, and nothing counts twice.

use std::time::Duration;

use stowage_local::Options;
use stowage_store::Settings;
use stowage_tests::{Fault, TestStack};

use super::{assert_exact, work};

async fn assert_exact_after(faults: &[(&str, Fault, usize)]) {
    // A call gives up soon, so that the record itself comes again.
    let settings = Settings { retry_for: Duration::from_millis(100), ..Settings::default() };
    let stack = TestStack::start_with(Options { settings, ..Options::default() }).await;
    for (action, fault, times) in faults {
        stack.background().inject(action, fault.clone(), *times);
    }
    work(&stack).await;
    assert_exact(&stack).await;
    let calls = stack.background().take_actions();
    for (action, ..) in faults {
        assert!(calls.iter().any(|call| call == action), "no {action} met its fault");
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn an_answer_lost_after_the_commit_counts_once() {
    assert_exact_after(&[("TransactWriteItems", Fault::LoseAnswer, 5)]).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn throttles_and_conflicts_that_outlast_a_call_are_outlasted() {
    assert_exact_after(&[
        ("TransactWriteItems", Fault::THROTTLE, 12),
        ("TransactWriteItems", Fault::CONFLICT, 12),
    ])
    .await;
}

#[tokio::test(flavor = "multi_thread")]
async fn an_outage_between_the_counters_and_the_time_of_the_last_upload_counts_once() {
    assert_exact_after(&[
        ("UpdateItem", Fault::Status(500), 8),
        ("TransactWriteItems", Fault::LoseRequest, 3),
    ])
    .await;
}
