//! What fails by itself: the rest is done, and the run fails in the end.

use serde_json::{Value, json};
use stowage_tests::Fault;

use super::Scene;

const FAILED: &str = "InternalServerError";

#[tokio::test(flavor = "multi_thread")]
async fn a_note_that_cannot_be_read_stops_no_other() {
    let scene = Scene::start().await;
    for text in ["one", "two", "three"] {
        scene.delete(&scene.inline(text).await).await;
    }
    // The oldest: it is met first.
    let notes = scene.notes().await;
    let first = notes.iter().min_by_key(|note| note["listed_at"].to_string()).expect("a note");
    scene.change("objects", first, "REMOVE places", json!({})).await;
    let expired = scene.put().await;
    for _ in 0..2 {
        assert_eq!(scene.reconcile().await, Err(FAILED.to_owned()), "each run, until somebody mends it");
        assert_eq!((scene.notes().await.len(), scene.bytes().await), (1, 1));
        assert_eq!(scene.status(&expired).await, "FAILED");
    }
    scene.change("objects", first, "SET places = :p", json!({":p": {"L": []}})).await;
    assert_eq!(scene.reconcile().await, Ok(json!({"removed_objects_bytes": 1})));
}

#[tokio::test(flavor = "multi_thread")]
async fn an_upload_that_cannot_be_read_stops_no_other() {
    let scene = Scene::start().await;
    let mut uploads = Vec::new();
    for _ in 0..5 {
        uploads.push(scene.put().await);
    }
    let rows = scene.stack.engines().items("uploads").await;
    // The first and the last in the table's own order.
    for (row, update) in [(&rows[0], "REMOVE place"), (&rows[4], "SET ref_count = :wrong")] {
        let values = if update.contains(':') { json!({":wrong": {"S": "many"}}) } else { json!({}) };
        scene.change("uploads", row, update, values).await;
    }
    let broken = [&rows[0]["upload_id"], &rows[4]["upload_id"]];
    assert_eq!(scene.reconcile().await, Err(FAILED.to_owned()));
    assert_eq!(scene.bytes().await, 2);
    for upload in uploads.iter().filter(|upload| !broken.contains(&&upload["upload_id"])) {
        assert_eq!(scene.status(upload).await, "FAILED");
    }
}

/// S3 refuses one removal of each kind.
#[tokio::test(flavor = "multi_thread")]
async fn a_removal_that_fails_stops_no_other() {
    let scene = Scene::start().await;
    for text in ["one", "two", "three"] {
        scene.delete(&scene.inline(text).await).await;
        scene.put().await;
    }
    for action in ["DELETE inline", "DELETE uploads"] {
        scene.stack.background().inject(action, Fault::Status(403), 1);
    }
    assert_eq!(scene.reconcile().await, Err(FAILED.to_owned()));
    assert_eq!(scene.stack.background().clear(), 0, "met both");
    assert_eq!(scene.bytes().await, 2);
    let again = json!({"removed_objects_bytes": 1, "late_bytes": 1});
    assert_eq!(scene.reconcile().await, Ok(again));
    assert_eq!((scene.bytes().await, scene.notes().await), (0, Vec::<Value>::new()));
}

/// A pass that can't even begin.
#[tokio::test(flavor = "multi_thread")]
async fn a_pass_that_fails_stops_no_other() {
    let scene = Scene::start().await;
    scene.delete(&scene.inline("gone").await).await;
    let expired = scene.put().await;
    scene.stack.background().inject("Query", Fault::Error("AccessDeniedException"), 16);
    assert_eq!(scene.reconcile().await, Err(FAILED.to_owned()));
    scene.stack.background().clear();
    assert_eq!((scene.status(&expired).await, scene.bytes().await), (json!("FAILED"), 1));
    assert_eq!(scene.reconcile().await, Ok(json!({"removed_objects_bytes": 1})));
}
