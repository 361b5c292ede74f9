//! The real binary on a Lambda Runtime API that the test plays. What all binaries share, how they
//! start and what they do with events that make no sense, is tested on this one.

use serde_json::json;
use stowage_tests::events::event;
use stowage_tests::{Binary, Process, Secrets, Variables, play_events};

fn binary() -> Binary {
    Binary::new("service", env!("CARGO_BIN_EXE_service"))
}

#[tokio::test]
async fn every_event_gets_its_answer_and_one_log_line() {
    play_events(&binary()).await;
}

/// The function ends without being asked for an answer, and says why in one line.
async fn fails_to_start(variables: &Variables, line: &str) {
    let secrets = Secrets::default();
    let (status, logs) = Process::start(&binary(), variables, &secrets).await.ended().await;
    assert_eq!(status.code(), Some(1), "{logs:?}");
    assert_eq!(logs.stdout, [""; 0]);
    assert_eq!(logs.stderr, [format!("Error: {line}")]);
}

#[tokio::test]
async fn a_missing_variable_is_named() {
    for variable in [
        "AWS_REGION",
        "AWS_ACCESS_KEY_ID",
        "AWS_SECRET_ACCESS_KEY",
        "STOWAGE_TABLE_PREFIX",
        "STOWAGE_BLOB_BUCKET",
    ] {
        let line = format!("{variable}: must be set");
        fails_to_start(&Variables::of_lambda().without(variable), &line).await;
        fails_to_start(&Variables::of_lambda().with(variable, ""), &line).await;
    }
    let half = Variables::of_lambda().with("STOWAGE_SIGNING_ACCESS_KEY_ID", "AKIAI44QH8DHBEXAMPLE");
    fails_to_start(&half, "STOWAGE_SIGNING_SECRET_ACCESS_KEY: must be set").await;
    let words = Variables::of_lambda().with("STOWAGE_MAX_URL_SECONDS", "an hour");
    fails_to_start(&words, "STOWAGE_MAX_URL_SECONDS: must be a number of seconds").await;
}

#[tokio::test]
async fn root_certificates_that_are_none_are_refused_at_the_start() {
    let directory = tempfile::tempdir().expect("a directory");
    let path = directory.path().join("roots.pem");
    let name = path.to_str().expect("a path in UTF-8");
    let variables = Variables::of_lambda().with("STOWAGE_TLS_ROOTS", name);
    let refused = async |reason: &str| {
        fails_to_start(&variables, &format!("STOWAGE_TLS_ROOTS: {name}: {reason}")).await;
    };
    refused("No such file or directory (os error 2)").await;
    let write = |text: &str| std::fs::write(&path, text).expect("a file that can be written");
    write("not a certificate\n");
    refused("no certificate in it").await;
    write("-----BEGIN CERTIFICATE-----\nAAAA\n");
    refused("not PEM, or cut off").await;
    write("-----BEGIN CERTIFICATE-----\nAAAA\n-----END CERTIFICATE-----\n");
    refused("what is in it is not a root certificate").await;
}

/// API Gateway sends no such event; that `lambda_http` panics on it mustn't end the process.
#[tokio::test]
async fn an_event_that_cant_be_read_fails_alone() {
    let secrets = Secrets::default();
    let mut function = Process::start(&binary(), &Variables::of_lambda(), &secrets).await;
    let health = event("service/health");
    let mut no_host = health.json.clone();
    no_host["headers"]["host"] = json!("no host");
    let failure = function.invoke_and_fail(&no_host).await;
    let message = failure["errorMessage"].as_str().unwrap_or_default();
    assert!(message.starts_with("Lambda panicked"), "{failure}");
    let failure = function.invoke_and_fail(&json!({"no": "event"})).await;
    assert!(failure["errorMessage"].is_string(), "{failure}");
    function.invoke(&health.json).await.answer.ok();
    let logs = function.kill().await;
    assert!(logs.stderr.iter().any(|line| line.contains("panicked")), "{logs:?}");
}
