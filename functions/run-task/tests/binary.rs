//! The real binary on a Lambda Runtime API that the test plays, over recorded engines.

use serde_json::{Value, json};
use stowage_api::clock;
use stowage_domain::id::{NamespaceId, OrganisationId, UploadId};
use stowage_domain::namespace::Scope;
use stowage_domain::task::{Task, TaskType, Work};
use stowage_store::ports::SubmitTask as _;
use stowage_tests::{Binary, Deployment, TestStack, play_feeds_over};

/// The fixture has no file that is too large to be verified in its confirm. Of one that is made here, it is
/// claimed afterwards that it was, and that other bytes were declared.
#[tokio::test]
async fn every_event_has_its_outcome_and_its_log_lines() {
    let binary = Binary::new("run-task", env!("CARGO_BIN_EXE_run-task"));
    let deployment = Deployment::start().await;
    play_feeds_over(&deployment, &binary).await;

    let stack = deployment.stack();
    let (task, object_id) = contradicted(stack).await;
    let mut function = deployment.function(&binary).await;
    let (answer, lines) = function.feed(&turn_of(&task), 1).await;
    assert_eq!(answer, json!({"batchItemFailures": []}), "{}", lines[0]);
    assert_eq!(lines[0]["outcome"], "finished", "{}", lines[0]);
    let object = stack.engines().object(object_id.as_str().expect("an object_id")).await;
    assert_eq!((&object["status"], &object["version"]), (&json!("FAILED"), &json!(2)), "{object}");
    assert_eq!(function.kill().await.stderr, [""; 0]);
    deployment.write_calls(binary.name);
}

/// The task that is to verify an upload with other bytes than were declared, and the object that it made.
async fn contradicted(stack: &TestStack) -> (Task, Value) {
    let bucket = stack.client.bucket("films", json!({"clip": {"type": "video"}}), json!(null)).await;
    let film = json!({"filename": "a.mp4", "content_type": "video/mp4"});
    let upload = stack.client.upload(&bucket, &film, b"a film").await;
    let confirmed = stack.client.confirm(&bucket, &upload, &json!({})).await.ok();
    let row = stack.engines().upload(upload["upload_id"].as_str().expect("an upload_id")).await;
    let declare = json!({
        "TableName": "stowage-uploads", "Key": {"pk": {"S": row["pk"]}},
        "UpdateExpression": "SET file_hash = :hash", "ExpressionAttributeValues": {":hash": {"S": "0".repeat(64)}},
    });
    stack.dynamodb("UpdateItem", &declare).await;
    let text = |name: &str| row[name].as_str().expect("a text");
    let scope = Scope {
        organisation_id: OrganisationId::parse(text("organisation_id")).expect("an id"),
        namespace_id: NamespaceId::parse(text("namespace_id")).expect("an id"),
    };
    let upload_id = UploadId::parse(text("upload_id")).expect("an id");
    let work = Work::VerifyUpload { upload_id, hashed: None };
    let task =
        Task::pending(&scope, TaskType::ApiBucketsUploadsConfirm, Vec::new(), Some(work), clock::now());
    stack.stack().store().submit_task(&task).await.expect("it is stored");
    (task, confirmed["object_id"].clone())
}

/// The message of a task's first turn.
fn turn_of(task: &Task) -> Value {
    let image = json!({
        "kind": {"S": "turn"}, "organisation_id": {"S": task.organisation_id},
        "task_id": {"S": task.task_id}, "sk": {"S": "turn#00000"},
    });
    let record = json!({
        "eventID": "1", "eventName": "INSERT", "eventSource": "aws:dynamodb",
        "dynamodb": {
            "ApproximateCreationDateTime": 1_795_438_800, "SequenceNumber": "1",
            "Keys": {"pk": {"S": format!("{}#{}", task.organisation_id, task.task_id)}, "sk": {"S": "turn#00000"}},
            "NewImage": image,
        },
    });
    json!({"Records": [{"messageId": "one", "eventSource": "aws:sqs", "body": record.to_string(),
        "attributes": {"ApproximateReceiveCount": "1"}}]})
}
