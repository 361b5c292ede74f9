//! Lambda ends the process in the middle of a write: the client gets no answer of ours, sends the
//! request again, and a new process answers it.

use std::time::Duration;

use stowage_tests::events::{Event, event};
use stowage_tests::{Answer, Deployment, Trouble};

use crate::{assert_as_written, binary};

const LONG: Duration = Duration::from_mins(5);

/// Plays an event, kills the function at this write, and plays the event to a new one.
async fn after_a_kill(event: &Event, write: &str, trouble: Trouble) -> Answer {
    let deployment = Deployment::start().await;
    let mut function = deployment.function(&binary()).await;
    deployment.recorder.trouble(write, trouble);
    function.send(&event.json);
    deployment.recorder.has_held(1).await;
    assert_eq!(function.kill().await.stderr, [""; 0]);
    deployment.recorder.calm();

    let mut function = deployment.function(&binary()).await;
    let answer = function.invoke(&event.json).await.answer;
    function.kill().await;
    answer
}

#[tokio::test]
async fn before_the_write_there_is_nothing_in_the_way_of_a_retry() {
    for (name, write) in [("insert", "TransactWriteItems.Put"), ("insert-by-default-policy", "PutItem")] {
        let event = event(&format!("create-object/{name}"));
        assert_as_written(&event, &after_a_kill(&event, write, Trouble::Before(LONG)).await);
    }
}

#[tokio::test]
async fn after_the_write_a_retry_with_an_idempotency_key_gets_the_object() {
    let event = event("create-object/insert");
    let answer = after_a_kill(&event, "TransactWriteItems.Put", Trouble::After(LONG)).await;
    assert_as_written(&event, &answer);
}

/// Without one, nothing tells the retry from another request; the 409 says which object has the key.
#[tokio::test]
async fn after_the_write_a_retry_without_one_is_told_of_the_object() {
    let event = event("create-object/insert-by-default-policy");
    let answer = after_a_kill(&event, "PutItem", Trouble::After(LONG)).await;
    let error = answer.refused(409, "unique_key_conflict");
    assert_eq!(error["details"]["existing_object_id"], event.answer.body["object_id"]);
}
