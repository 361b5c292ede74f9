//! Removing buckets and namespaces with everything in them.

use std::time::Duration;

use serde_json::json;
use stowage_local::{Options, RelayOptions};
use stowage_store::Settings;
use stowage_tests::TestStack;

use super::{Scene, furnished};

#[tokio::test(flavor = "multi_thread")]
async fn a_deleted_bucket_is_gone_with_all_that_it_held_and_nothing_else_is() {
    let scene = Scene::start(RelayOptions::default()).await;
    let client = &scene.stack.client;
    let other = furnished(&scene.stack, "spared").await;
    scene.stack.quiet().await;
    let before = client.get(&format!("/v1/buckets/{other}")).await.ok();
    let task = scene.delete().await;
    assert_eq!((&task["status"], &task["error"]), (&json!("COMPLETED"), &json!(null)), "{task}");
    // Nine objects, and seven uploads.
    assert_eq!(task["progress"]["done"], 16);
    scene.assert_gone(&scene.bucket).await;
    client.get(&format!("/v1/buckets/{}", scene.bucket)).await.refused(404, "");
    client.get("/v1/buckets/doomed").await.refused(404, "");

    assert_eq!(client.get(&format!("/v1/buckets/{other}")).await.ok(), before);
    let kept = client.post(&format!("/v1/buckets/{other}/objects/list"), &json!({})).await.ok();
    assert_eq!(kept["results"].as_array().map(Vec::len), Some(9));
    for object in kept["results"].as_array().into_iter().flatten() {
        for blob in object["blobs"].as_array().into_iter().flatten() {
            scene.stack.engines().bytes(blob["properties"]["url"].as_str().expect("a URL")).await;
        }
    }
    let namespace = client.get("/v1/namespaces/default").await.ok();
    assert_eq!((&namespace["bucket_count"], &namespace["object_count"]), (&json!(1), &json!(9)));
    // The name is anybody's again.
    client.bucket("doomed", json!({}), json!(null)).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn the_last_bucket_leaves_no_bytes() {
    let scene = Scene::start(RelayOptions::default()).await;
    scene.delete().await;
    scene.assert_gone(&scene.bucket).await;
    scene.assert_no_bytes().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_deleted_namespace_is_gone_with_its_buckets() {
    let scene = Scene::start(RelayOptions::default()).await;
    let client = &scene.stack.client;
    let made = client.post("/v1/namespaces", &json!({"namespace_name": "films"})).await.ok();
    let films = client.with_namespace("films");
    let clips = films.bucket("clips", json!({"n": {"type": "integer"}}), json!(null)).await;
    films.object(&clips, "", &json!({"n": 1})).await.ok();
    // One of its buckets has a task of its own.
    let shorts = films.bucket("shorts", json!({"n": {"type": "integer"}}), json!(null)).await;
    films.object(&shorts, "", &json!({"n": 1})).await.ok();
    films.delete("/v1/buckets/shorts").await.ok();
    let answer = client.delete("/v1/namespaces/films").await.ok();
    scene.stack.quiet().await;
    assert_eq!(scene.task(&answer).await["status"], "COMPLETED");
    for bucket in [&clips, &shorts] {
        scene.assert_gone(bucket).await;
    }
    let id = made["namespace_id"].as_str().expect("a namespace_id");
    for identifier in ["films", id] {
        client.get(&format!("/v1/namespaces/{identifier}")).await.refused(404, "");
    }
    // What another namespace holds is there, and counted.
    let rest = client.get("/v1/namespaces/default").await.ok();
    assert_eq!((&rest["bucket_count"], &rest["object_count"]), (&json!(1), &json!(9)));
    let all = client.post("/v1/namespaces/list", &json!({})).await.ok();
    assert_eq!(all["total_count"], 1);
}

#[tokio::test(flavor = "multi_thread")]
async fn no_batch_is_left_and_of_deleted_objects_only_the_record_of_their_bytes() {
    let scene = Scene::start(RelayOptions::default()).await;
    let client = &scene.stack.client;
    let blob = json!({"property": "doc", "type": "text", "data": "deleted"});
    let object = client.object(&scene.bucket, "", &json!({"blobs": [blob]})).await.ok();
    let object = object["object_id"].as_str().expect("an object_id").to_owned();
    let batches = format!("/v1/buckets/{}/batches", scene.bucket);
    let draft = client.post(&batches, &json!({"object_ids": [object]})).await.ok();
    let sent =
        client.post(&format!("{batches}?auto_submit=true"), &json!({"object_ids": [object]})).await.ok();
    client.delete(&format!("/v1/buckets/{}/objects/{object}", scene.bucket)).await.deleted();
    assert_eq!(scene.delete().await["status"], "COMPLETED");

    for batch in [&draft, &sent] {
        let id = batch["batch_id"].as_str().expect("a batch_id");
        client.get(&format!("/v1/batches/{id}")).await.refused(404, "");
    }
    let tasks = scene.stack.engines().items("batches").await;
    let kinds: Vec<_> = tasks.iter().filter(|row| row["kind"] != "turn").map(|row| &row["kind"]).collect();
    assert_eq!(kinds, ["task"; 2], "the submitted batch's, and the deletion's");
    assert!(!tasks.iter().any(|row| row["status"] == "PENDING"), "{tasks:?}");
    let rows = scene.stack.engines().items("objects").await;
    assert_eq!(rows.iter().map(|row| &row["kind"]).collect::<Vec<_>>(), ["removal"], "{rows:?}");
    let place = rows[0]["places"][0]["key"].as_str().expect("a place");
    assert_eq!(scene.stack.engines().keys("").await, [place]);
}

/// What a function still writes because it remembers the bucket unmarked is swept, too.
#[tokio::test(flavor = "multi_thread")]
async fn a_write_by_a_function_that_remembers_the_bucket_is_swept_as_well() {
    const CACHE: Duration = Duration::from_millis(700);
    let relay = RelayOptions::default();
    let stack =
        TestStack::start_with_tasks_and(relay, Settings { cache_for: CACHE, ..Settings::default() }).await;
    let bucket = furnished(&stack, "doomed").await;
    let scene = Scene { stack, bucket };
    let client = &scene.stack.client;
    let answer = client.delete(&format!("/v1/buckets/{}", scene.bucket)).await.ok();
    // Remembered under its id since it was furnished.
    let late = json!({"n": 7, "blobs": [{"property": "doc", "type": "text", "data": "late"}]});
    let written = client.object(&scene.bucket, "", &late).await;
    assert!(written.status == 200 || written.status == 409, "{written:?}");
    scene.stack.quiet().await;
    assert_eq!(scene.task(&answer).await["status"], "COMPLETED");
    scene.assert_gone(&scene.bucket).await;
    scene.assert_no_bytes().await;
    client.object(&scene.bucket, "", &json!({"n": 8})).await.refused(404, "");
}

/// A run has a second or so: the wait alone takes several.
#[tokio::test(flavor = "multi_thread")]
async fn what_one_turn_cannot_do_the_next_ones_do() {
    let relay = RelayOptions { task_timeout: Duration::from_secs(2), ..RelayOptions::default() };
    let settings = Settings { cache_for: Duration::from_secs(1), ..Settings::default() };
    let stack = TestStack::start_with_tasks_and(relay, settings).await;
    let bucket = furnished(&stack, "doomed").await;
    let scene = Scene { stack, bucket };
    let task = scene.delete().await;
    assert_eq!(task["status"], "COMPLETED");
    assert!(task["turn"].as_u64() >= Some(1), "{task}");
    scene.assert_gone(&scene.bucket).await;
    scene.assert_no_bytes().await;
    let turns = scene.stack.engines().items("batches").await;
    let turns = turns.iter().filter(|row| row["kind"] == "turn").count() as u64;
    assert_eq!(Some(turns), task["turn"].as_u64().map(|last| last + 1));
}

/// However many buckets there are: each turn takes some away, or the next one could do no more than it.
#[tokio::test(flavor = "multi_thread")]
async fn a_namespace_of_more_buckets_than_a_turn_looks_at_is_removed() {
    const BUCKETS: usize = 200;
    let relay = RelayOptions { task_timeout: Duration::from_secs(2), ..RelayOptions::default() };
    let scene = Scene::start(relay).await;
    let client = &scene.stack.client;
    client.post("/v1/namespaces", &json!({"namespace_name": "films"})).await.ok();
    let films = client.with_namespace("films");
    for number in 0..BUCKETS {
        films.bucket(&format!("b{number}"), json!({}), json!(null)).await;
    }
    let answer = client.delete("/v1/namespaces/films").await.ok();
    scene.stack.quiet().await;
    let task = scene.task(&answer).await;
    assert_eq!(task["status"], "COMPLETED", "{task}");
    assert!(task["turn"].as_u64() >= Some(1), "{task}");
    client.get("/v1/namespaces/films").await.refused(404, "");
}

/// Held back, a deletion waits, and goes on where a later start finds it.
#[tokio::test(flavor = "multi_thread")]
async fn a_stack_that_was_stopped_goes_on_with_its_tasks() {
    let directory = tempfile::tempdir().expect("a directory");
    let data = || stowage_local::Data::Directory(directory.path().to_owned());
    let stack = TestStack::start_with(Options { data: data(), ..Options::default() }).await;
    let bucket = furnished(&stack, "doomed").await;
    let answer = stack.client.delete(&format!("/v1/buckets/{bucket}")).await.ok();
    stack.quiet().await;
    stack.stop().await;
    let settings = Settings { cache_for: Duration::ZERO, ..Settings::default() };
    let options = Options { data: data(), settings, ..Options::default() };
    let scene = Scene { stack: TestStack::start_as_told(options).await, bucket };
    scene.stack.quiet().await;
    assert_eq!(scene.task(&answer).await["status"], "COMPLETED");
    scene.assert_gone(&scene.bucket).await;
    scene.assert_no_bytes().await;
    scene.stack.stop().await;
}
