//! Runs that end before they are done. S3 takes its time, so that no run can do it all.

use std::time::Duration;

use serde_json::{Value, json};
use stowage_tests::Fault;

use super::Scene;

/// What a run gets; it begins nothing in its last quarter, or in what Lambda keeps to report.
const SHORT: Duration = Duration::from_secs(5);

/// Looking for what is to be removed takes so long that twenty of it take all of a short run.
fn slow_down(scene: &Scene) {
    scene.stack.background().inject("GET ", Fault::Delay(Duration::from_millis(250)), usize::MAX);
}

fn speed_up(scene: &Scene) {
    scene.stack.background().clear();
    scene.stack.background().take_calls();
}

async fn stands(scene: &Scene, pass: &str) -> Value {
    let rows = scene.stack.engines().items("catalog").await;
    let row = rows.iter().find(|row| row["pk"] == "reconcile" && row["sk"] == pass);
    row.map_or(Value::Null, |row| row["after"].clone())
}

#[tokio::test(flavor = "multi_thread")]
async fn uploads_are_gone_on_with_behind_the_last_that_was_looked_at() {
    let scene = Scene::start().await;
    for _ in 0..20 {
        scene.put().await;
    }
    slow_down(&scene);
    let first = scene.reconcile_within(SHORT).await.expect("it ends in time");
    speed_up(&scene);
    let done = first["expired_uploads"].as_u64().expect("some were done");
    assert!((1..20).contains(&done), "{done}");
    let after = stands(&scene, "uploads").await;
    assert!(after.is_string(), "{after}");
    assert_eq!(scene.reconcile().await, Ok(json!({"expired_uploads": 20 - done})));
    let calls = scene.stack.background().take_calls();
    let scan = calls.iter().find(|call| call.action == "Scan").expect("a Scan");
    let scan: Value = serde_json::from_str(&scan.body).expect("JSON");
    assert_eq!(scan["ExclusiveStartKey"]["pk"]["S"], after);
    assert_eq!((scene.bytes().await, stands(&scene, "uploads").await), (0, Value::Null));
}

/// Nor do removals take the uploads' time.
#[tokio::test(flavor = "multi_thread")]
async fn removals_are_gone_on_with_and_leave_uploads_their_share() {
    let scene = Scene::start().await;
    for _ in 0..20 {
        scene.delete(&scene.inline("gone").await).await;
    }
    let expired = scene.put().await;
    slow_down(&scene);
    let first = scene.reconcile_within(SHORT).await.expect("it ends in time");
    assert_eq!(scene.status(&expired).await, "FAILED", "{first}");
    speed_up(&scene);
    let done = first["removed_objects_bytes"].as_u64().expect("some were done");
    assert!((1..20).contains(&done), "{done}");
    assert!(stands(&scene, "removals").await.is_string());
    assert_eq!(scene.reconcile().await, Ok(json!({"removed_objects_bytes": 20 - done})));
    assert_eq!((scene.bytes().await, scene.notes().await.len()), (0, 0));
    assert_eq!(stands(&scene, "removals").await, Value::Null);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_run_that_is_cut_off_is_made_up_for() {
    let scene = Scene::start().await;
    scene.put().await;
    scene.leave_upload().await;
    scene.delete(&scene.inline("gone").await).await;
    scene.stack.background().inject("DELETE inline", Fault::Delay(Duration::from_mins(1)), 1);
    let cut = scene.reconcile_within(Duration::from_secs(2)).await;
    assert_eq!(cut, Err("InternalServerError".to_owned()));
    scene.stack.background().clear();
    let rest = json!({"expired_uploads": 1, "unreferenced_uploads": 1, "removed_objects_bytes": 1});
    assert_eq!(scene.reconcile().await, Ok(rest));
    assert_eq!(scene.bytes().await, 0);
}
