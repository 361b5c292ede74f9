//! AWS's bad days: the answer is the contract's error, the log says why, the next invocation works.

use std::time::Duration;

use stowage_tests::events::event;
use stowage_tests::{Deployment, Process, Trouble};

use crate::{assert_as_written, binary};

const EVENT: &str = "create-object/insert";
/// The write of that event.
const WRITE: &str = "TransactWriteItems.Put";

/// Plays the event while the troubles last, then after they have ended, to the same process.
async fn through(whom: &str, trouble: Trouble, status: u16, cause: &str) {
    let deployment = Deployment::start().await;
    let mut function = deployment.function(&binary()).await;
    let event = event(EVENT);
    deployment.recorder.trouble(whom, trouble);
    let invoked = function.invoke(&event.json).await;
    invoked.answer.clone().refused(status, "");
    assert_eq!(invoked.answer.headers.contains_key("retry-after"), status == 503);
    let line = &invoked.line;
    assert!(line["cause"].as_str().is_some_and(|found| found.starts_with(cause)), "{line}");
    assert_eq!(line["throttles"].as_u64() > Some(0), cause == "DynamoDB: throttled", "{line}");
    deployment.recorder.calm();
    works(function).await;
}

async fn works(mut function: Process) {
    let event = event(EVENT);
    assert_as_written(&event, &function.invoke(&event.json).await.answer);
    assert_eq!(function.kill().await.stderr, [""; 0]);
}

#[tokio::test]
async fn a_throttled_table_is_a_503() {
    through("objects", Trouble::Throttled, 503, "DynamoDB: throttled").await;
}

#[tokio::test]
async fn a_throttled_catalog_is_a_503() {
    through("catalog", Trouble::Throttled, 503, "DynamoDB: throttled").await;
}

#[tokio::test]
async fn a_table_gone_is_a_500() {
    through("objects", Trouble::Gone, 500, "DynamoDB: missing table").await;
}

#[tokio::test]
async fn a_throttling_s3_is_a_503() {
    through("s3:inline/", Trouble::Throttled, 503, "S3: SlowDown (503)").await;
}

#[tokio::test]
async fn the_bucket_gone_is_a_500() {
    through("s3", Trouble::Gone, 500, "S3: missing bucket").await;
}

#[tokio::test]
async fn s3_down_is_a_503() {
    let mut deployment = Deployment::start().await;
    let mut function = deployment.function(&binary()).await;
    deployment.recorder.take_s3_down().await;
    let invoked = function.invoke(&event(EVENT).json).await;
    invoked.answer.refused(503, "");
    assert_eq!(invoked.line["cause"], "S3: connection failed");
    deployment.recorder.bring_s3_back().await;
    works(function).await;
}

/// The SDK learns the time from the answer to the call that opens the connection, and signs with it.
#[tokio::test]
async fn a_skewed_clock_is_set_right_before_the_first_request() {
    let deployment = Deployment::start().await;
    deployment.recorder.trouble("dynamodb", Trouble::ClockAhead);
    deployment.recorder.trouble("s3", Trouble::ClockAhead);
    works(deployment.function(&binary()).await).await;
}

#[tokio::test]
async fn a_skewed_clock_is_a_500_once_without_that_call() {
    let deployment = Deployment::start().await;
    deployment.recorder.trouble("dynamodb", Trouble::ClockAhead);
    let variables = deployment.variables().with("STOWAGE_CONNECT_AT_INIT", "false");
    let mut function = deployment.function_with(&binary(), &variables).await;
    let invoked = function.invoke(&event(EVENT).json).await;
    invoked.answer.refused(500, "");
    assert_eq!(invoked.line["cause"], "DynamoDB: denied: InvalidSignatureException");
    works(function).await;
}

/// A write may be under way, so that it isn't a 503; and Lambda would give API Gateway's own error.
#[tokio::test]
async fn the_answer_comes_before_lambdas_deadline() {
    let deployment = Deployment::start().await;
    let mut function = deployment.function(&binary()).await;
    deployment.recorder.trouble(WRITE, Trouble::Before(Duration::from_secs(10)));
    let invoked = function.invoke_within(&event(EVENT).json, Duration::from_millis(1500)).await;
    assert!(invoked.ahead_of_deadline_ms > 0, "{} ms", invoked.ahead_of_deadline_ms);
    invoked.answer.refused(500, "");
    assert_eq!(invoked.line["cause"], "the function ran out of time");
    deployment.recorder.calm();
    works(function).await;
}
