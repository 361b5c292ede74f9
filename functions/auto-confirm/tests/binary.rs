//! The real binary on a Lambda Runtime API that the test plays, over recorded engines.

use serde_json::json;
use stowage_tests::{Binary, Deployment, play_feeds_over};

/// The fixture has no file that is too large to be verified in its confirm: a function that reads less of them
/// makes the calls that are left.
#[tokio::test]
async fn every_event_has_its_outcome_and_its_log_lines() {
    let binary = Binary::new("auto-confirm", env!("CARGO_BIN_EXE_auto-confirm"));
    let deployment = Deployment::start().await;
    play_feeds_over(&deployment, &binary).await;

    let variables = deployment.variables().with("STOWAGE_MAX_HASHED_BYTES", "4");
    let mut function = deployment.function_with(&binary, &variables).await;
    let client = &deployment.stack().client;
    let bucket = client.bucket("films", json!({"clip": {"type": "video"}}), json!(null)).await;
    let film = json!({"filename": "a.mp4", "content_type": "video/mp4", "file_hash": "0".repeat(64)});
    let upload = client.upload(&bucket, &film, b"a large film").await;
    let engines = deployment.stack().engines();
    let id = upload["upload_id"].as_str().expect("an upload_id");
    let key = engines.upload(id).await["place"]["key"].clone();
    let body = json!({"Records": [{"eventName": "ObjectCreated:Put", "s3": {"object": {"key": key}}}]});
    let message = json!({"messageId": "one", "eventSource": "aws:sqs", "body": body.to_string(),
        "attributes": {"ApproximateReceiveCount": "1"}});
    let (answer, _) = function.feed(&json!({"Records": [message]}), 1).await;
    assert_eq!(answer, json!({"batchItemFailures": []}));
    assert_eq!(engines.upload(id).await["hash_verified"], false);
    let rows = engines.items("batches").await;
    let work = rows.iter().find(|row| row["work"]["kind"] == "verify_upload").expect("a task");
    assert_eq!(work["work"]["upload_id"], id);
    assert_eq!(function.kill().await.stderr, [""; 0]);
    deployment.write_calls(binary.name);
}
