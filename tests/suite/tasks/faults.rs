//! Faults of AWS while a task is worked on: it is done all the same, and nothing is done twice.

use serde_json::{Value, json};
use stowage_local::RelayOptions;
use stowage_tests::{Fault, TestStack};

use super::{Scene, film};

/// What may happen to a call; each outlasts the retries of one, so that the message comes again.
fn faults() -> [Fault; 4] {
    [Fault::LoseAnswer, Fault::LoseRequest, Fault::THROTTLE, Fault::Status(500)]
}

#[tokio::test(flavor = "multi_thread")]
async fn a_deletion_outlasts_the_failure_of_any_call() {
    let calm = Scene::start(RelayOptions::default()).await;
    calm.stack.quiet().await;
    calm.stack.background().take_calls();
    calm.delete().await;
    let mut actions = calm.stack.background().take_actions();
    actions.sort();
    actions.dedup();
    assert!(actions.iter().any(|action| action.starts_with("DELETE ")), "{actions:?}");
    for action in actions {
        for fault in faults() {
            let is_s3 = action.contains(' ');
            if is_s3 && fault == Fault::THROTTLE {
                continue; // DynamoDB's own
            }
            let scene = Scene::start(RelayOptions::default()).await;
            scene.stack.quiet().await;
            scene.stack.background().inject(&action, fault.clone(), 3);
            let task = scene.delete().await;
            let what = format!("{action}, {fault:?}");
            assert_eq!(scene.stack.background().clear(), 0, "{what}: met all of them");
            assert_eq!(task["status"], "COMPLETED", "{what}");
            scene.assert_gone(&scene.bucket).await;
            scene.assert_no_bytes().await;
            let namespace = scene.stack.client.get("/v1/namespaces/default").await.ok();
            let counts = (&namespace["bucket_count"], &namespace["object_count"]);
            assert_eq!(counts, (&json!(0), &json!(0)), "{what}");
        }
    }
}

/// A namespace's marks, its removal and the wait between the two are its own; the rest is as above.
#[tokio::test(flavor = "multi_thread")]
async fn a_namespaces_deletion_outlasts_the_failure_of_any_call() {
    let calm = films().await;
    calm.background().take_calls();
    delete_films(&calm).await;
    let mut actions = calm.background().take_actions();
    actions.sort();
    actions.dedup();
    assert!(actions.iter().any(|action| action == "TransactWriteItems"), "{actions:?}");
    for action in actions {
        for fault in [Fault::LoseAnswer, Fault::Status(500)] {
            let stack = films().await;
            stack.background().inject(&action, fault.clone(), 3);
            let task = delete_films(&stack).await;
            let what = format!("{action}, {fault:?}");
            assert_eq!(stack.background().clear(), 0, "{what}: met all of them");
            assert_eq!(task["status"], "COMPLETED", "{what}");
            stack.client.get("/v1/namespaces/films").await.refused(404, "");
            let rows = stack.engines().items("catalog").await;
            let counted = rows.iter().find(|row| row["sk"] == "orgcnt").expect("a counter");
            assert_eq!(counted["namespace_count"], 1, "{what}");
            let of_it = |row: &&Value| row.to_string().contains("ns_films") && !row["ttl"].is_number();
            assert_eq!(rows.iter().find(of_it), None, "{what}");
            assert_eq!(stack.engines().versions("").await, [""; 0], "{what}");
        }
    }
}

/// A stack with a namespace of two buckets, each with an object that has bytes.
async fn films() -> TestStack {
    let stack = TestStack::start_with_tasks(RelayOptions::default()).await;
    let chosen = json!({"namespace_name": "films", "namespace_id": "ns_films"});
    stack.client.post("/v1/namespaces", &chosen).await.ok();
    let films = stack.client.with_namespace("films");
    for name in ["clips", "shorts"] {
        let bucket = films.bucket(name, json!({"doc": {"type": "text"}}), json!(null)).await;
        let blob = json!({"property": "doc", "type": "text", "data": name});
        films.object(&bucket, "", &json!({"blobs": [blob]})).await.ok();
    }
    stack.quiet().await;
    stack
}

async fn delete_films(stack: &TestStack) -> Value {
    let answer = stack.client.delete("/v1/namespaces/films").await.ok();
    stack.quiet().await;
    let rows = stack.engines().items("batches").await;
    let task = rows.into_iter().find(|row| row["sk"] == "meta" && row["task_id"] == answer["task_id"]);
    task.expect("its task")
}

#[tokio::test(flavor = "multi_thread")]
async fn a_batch_of_confirmations_outlasts_failures() {
    for (action, fault) in [
        ("PutItem", Fault::LoseAnswer),
        ("TransactWriteItems", Fault::LoseAnswer),
        ("HEAD uploads", Fault::Status(500)),
        ("GetItem", Fault::LoseRequest),
    ] {
        let scene = Scene::start(RelayOptions::default()).await;
        let client = &scene.stack.client;
        let mut rows: Vec<Value> = Vec::new();
        for n in 0..4 {
            let upload = client.upload(&scene.bucket, &film(), format!("film {n}").as_bytes()).await;
            rows.push(json!({"upload_id": upload["upload_id"]}));
        }
        scene.stack.quiet().await;
        scene.stack.background().inject(action, fault.clone(), 3);
        let path = format!("/v1/buckets/{}/uploads/confirm/batch", scene.bucket);
        let answer = client.post(&path, &json!({"confirmations": rows})).await.ok();
        scene.stack.quiet().await;
        let task = scene.task(&answer).await;
        assert_eq!(task["status"], "COMPLETED", "{action}, {fault:?}: {task}");
        assert_eq!(scene.stack.engines().object_count().await, 9 + 4, "{action}, {fault:?}");
    }
}
