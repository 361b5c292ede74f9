//! The real binary on a Lambda Runtime API that the test plays, over recorded engines.

use stowage_tests::events::event;
use stowage_tests::{Binary, Deployment, Trouble, play_events};

fn binary() -> Binary {
    Binary::new("confirm-upload", env!("CARGO_BIN_EXE_confirm-upload"))
}

#[tokio::test]
async fn every_event_gets_its_answer_and_one_log_line() {
    play_events(&binary()).await;
}

#[tokio::test]
async fn s3_down_is_a_503_and_the_next_invocation_works() {
    let mut deployment = Deployment::start().await;
    let mut function = deployment.function(&binary()).await;
    let event = event("confirm-upload/confirm");
    deployment.recorder.take_s3_down().await;
    let invoked = function.invoke(&event.json).await;
    invoked.answer.refused(503, "");
    assert_eq!(invoked.line["cause"], "S3: connection failed");
    deployment.recorder.bring_s3_back().await;
    assert_eq!(function.invoke(&event.json).await.answer.status, 200);
    function.kill().await;
}

/// S3 says nothing in its answer to a HEAD but the status and the time there, from which the SDK
/// learns for the next one.
#[tokio::test]
async fn a_skewed_clock_is_a_500_once() {
    let deployment = Deployment::start().await;
    let mut function = deployment.function(&binary()).await;
    let event = event("confirm-upload/confirm");
    deployment.recorder.trouble("s3", Trouble::ClockAhead);
    let invoked = function.invoke(&event.json).await;
    invoked.answer.refused(500, "");
    assert_eq!(invoked.line["cause"], "S3: denied: unknown (403)");
    assert_eq!(function.invoke(&event.json).await.answer.status, 200);
    function.kill().await;
}
