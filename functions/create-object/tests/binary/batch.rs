//! A batch that is cut short: by Lambda's deadline, and by the end of the process.

use std::time::Duration;

use serde_json::{Value, json};
use stowage_tests::events::event;
use stowage_tests::{Deployment, Trouble};

use crate::{assert_as_written, binary};

const EVENT: &str = "create-object/batch";
const LONG: Duration = Duration::from_mins(5);

fn failures(answer: &Value) -> Vec<Value> {
    let rows = answer["failed"].as_array().cloned().unwrap_or_default();
    rows.iter().map(|row| json!([row["object_index"], row["error_type"]])).collect()
}

#[tokio::test]
async fn rows_that_no_time_is_left_for_are_not_begun() {
    let deployment = Deployment::start().await;
    let mut function = deployment.function(&binary()).await;
    let event = event(EVENT);
    let invoked = function.invoke_within(&event.json, Duration::from_millis(1500)).await;
    assert_eq!(invoked.answer.status, 422, "{}", invoked.answer.body);
    let wanted = json!([
        [0, "UnavailableError"],
        [1, "ValidationError"],
        [2, "UnavailableError"],
        [3, "UnavailableError"]
    ]);
    assert_eq!(json!(failures(&invoked.answer.body)), wanted);
    assert_eq!(invoked.line["cause"], "no time was left for the row");
    // Nothing of it was stored: the same event is answered as the first.
    assert_as_written(&event, &function.invoke(&event.json).await.answer);
    function.kill().await;
}

#[tokio::test]
async fn a_row_that_the_deadline_cuts_says_so_and_the_others_are_answered() {
    let deployment = Deployment::start().await;
    let mut function = deployment.function(&binary()).await;
    deployment.recorder.trouble("PutItem", Trouble::Before(LONG));
    let invoked = function.invoke_within(&event(EVENT).json, Duration::from_secs(4)).await;
    assert!(invoked.ahead_of_deadline_ms > 0, "{} ms", invoked.ahead_of_deadline_ms);
    let body = invoked.answer.ok();
    let wanted = json!([[0, "InternalServerError"], [1, "ValidationError"], [3, "InternalServerError"]]);
    assert_eq!(json!(failures(&body)), wanted);
    assert_eq!(body["succeeded"][0]["object_index"], 2);
    assert_eq!(invoked.line["cause"], "the function ran out of time in the middle of a row");
    function.kill().await;
}

#[tokio::test]
async fn after_the_end_of_the_process_a_repeat_doubles_nothing() {
    let deployment = Deployment::start().await;
    let mut function = deployment.function(&binary()).await;
    let row = |n: u64| json!({"title": format!("Row {n}"), "idempotency_key": format!("run-7-{n}")});
    let mut event = event(EVENT).json;
    event["body"] = json!(json!({"objects": (0..20).map(row).collect::<Vec<_>>()}).to_string());
    deployment.recorder.trouble("PutItem", Trouble::After(LONG));
    function.send(&event);
    deployment.recorder.has_held(1).await;
    function.kill().await;
    deployment.recorder.calm();

    let mut function = deployment.function(&binary()).await;
    let second = function.invoke(&event).await.answer.ok();
    assert_eq!(second["succeeded_count"], 20);
    let replayed = |answer: &Value| -> Vec<bool> {
        let rows = answer["succeeded"].as_array().cloned().unwrap_or_default();
        rows.iter().map(|row| row["replayed"] == true && row["replayed_by"] == "idempotency_key").collect()
    };
    assert!(replayed(&second).contains(&true) && replayed(&second).contains(&false), "{second}");
    let third = function.invoke(&event).await.answer.ok();
    assert_eq!(replayed(&third), [true; 20]);
    for (one, other) in second["succeeded"]
        .as_array()
        .into_iter()
        .flatten()
        .zip(third["succeeded"].as_array().into_iter().flatten())
    {
        assert_eq!(one["object_id"], other["object_id"]);
    }
    function.kill().await;
}
