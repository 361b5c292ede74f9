//! The real binary on a Lambda Runtime API that the test plays, over recorded engines.

use stowage_tests::{Binary, play_events};

#[tokio::test]
async fn every_event_gets_its_answer_and_one_log_line() {
    play_events(&Binary::new("uploads", env!("CARGO_BIN_EXE_uploads"))).await;
}
