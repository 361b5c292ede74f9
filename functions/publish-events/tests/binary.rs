//! The real binary on a Lambda Runtime API that the test plays, over recorded engines.

use stowage_tests::{Binary, play_feeds};

#[tokio::test]
async fn every_event_has_its_outcome_and_its_log_lines() {
    play_feeds(&Binary::new("publish-events", env!("CARGO_BIN_EXE_publish-events"))).await;
}
