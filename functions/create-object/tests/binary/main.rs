//! The real binary on a Lambda Runtime API that the test plays, over recorded engines.

mod batch;
mod kill;
mod troubles;

use stowage_tests::{Answer, Binary, play_events};

fn binary() -> Binary {
    Binary::new("create-object", env!("CARGO_BIN_EXE_create-object"))
}

/// Fails unless an answer is the one that is written of the event.
#[track_caller]
fn assert_as_written(event: &stowage_tests::events::Event, answer: &Answer) {
    let differences = event.differences(answer.status, &answer.headers, &answer.body);
    assert!(differences.is_empty(), "{}: {differences:?}", event.name);
}

#[tokio::test]
async fn every_event_gets_its_answer_and_one_log_line() {
    play_events(&binary()).await;
}
