//! Changes and deletions that race, and ones whose answers AWS loses.

use std::time::Duration;

use futures::future::join_all;
use serde_json::{Value, json};
use stowage_local::Options;
use stowage_store::Settings;
use stowage_tests::{Fault, TestStack};

use super::Scene;

fn schema() -> Value {
    json!({"sku": {"type": "string"}, "notes": {"type": "text"}})
}

async fn keyed(stack: TestStack) -> Scene {
    Scene::on(stack, schema(), json!({"fields": ["sku"], "default_policy": "upsert"})).await
}

/// A stack that gives up soon.
async fn impatient() -> TestStack {
    let settings = Settings { retry_for: Duration::from_millis(300), ..Settings::default() };
    TestStack::start_with(Options { settings, ..Options::default() }).await
}

#[tokio::test(flavor = "multi_thread")]
async fn of_racing_changes_none_is_lost() {
    let scene = keyed(TestStack::start().await).await;
    let made = scene.create(&json!({"sku": "a", "metadata": {"a": 0}})).await.ok();
    let path = scene.path(&made);
    let client = &scene.stack.client;
    let patches: Vec<Value> = (0..20).map(|n| json!({format!("p{n}"): n})).collect();
    let puts: Vec<Value> = (0..20).map(|n| json!({"metadata": {"a": n, format!("q{n}"): n}})).collect();
    let upserts: Vec<Value> = (0..20).map(|n| json!({"sku": "a", format!("u{n}"): n})).collect();
    let (one, two, three) = tokio::join!(
        join_all(patches.iter().map(|body| client.patch(&path, body))),
        join_all(puts.iter().map(|body| client.replace(&path, body))),
        join_all(upserts.iter().map(|body| client.object(&scene.bucket, "", body))),
    );
    for answer in one.into_iter().chain(two).chain(three) {
        answer.ok();
    }
    let object = scene.get(&made).await;
    for n in 0..20 {
        for name in [format!("p{n}"), format!("q{n}"), format!("u{n}")] {
            assert_eq!(object[&name], n, "{name}");
        }
    }
    let id = made["object_id"].as_str().unwrap_or_default();
    assert_eq!(scene.stack.engines().object(id).await["version"], 61);
}

#[tokio::test(flavor = "multi_thread")]
async fn of_racing_deletions_one_is_told_that_it_deleted() {
    let scene = Scene::with(schema()).await;
    for body in [json!({}), json!({"blobs": [{"property": "notes", "type": "text", "data": "x"}]})] {
        let path = scene.path(&scene.create(&body).await.ok());
        let answers = join_all((0..20).map(|_| scene.stack.client.delete(&path))).await;
        assert_eq!(answers.iter().filter(|answer| answer.status == 204).count(), 1);
        assert_eq!(answers.iter().filter(|answer| answer.status == 404).count(), 19);
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_deletion_among_upserts_and_changes_leaves_whole_lives_and_true_counts() {
    let scene = keyed(TestStack::start().await).await;
    let client = &scene.stack.client;
    let upload = scene.upload("notes", "text/plain", b"a").await;
    let blobs = json!([{"property": "notes", "type": "text", "upload_id": upload}]);
    let path = scene.path(&scene.create(&json!({"sku": "a", "blobs": blobs})).await.ok());
    for _ in 0..5 {
        let upserts: Vec<Value> = (0..8).map(|n| json!({"sku": "a", "n": n, "blobs": blobs})).collect();
        let change = json!({"patched": true});
        let (upserts, changes, deletions) = tokio::join!(
            join_all(upserts.iter().map(|body| client.object(&scene.bucket, "", body))),
            join_all((0..4).map(|_| client.patch(&path, &change))),
            join_all((0..4).map(|_| client.delete(&path))),
        );
        for answer in upserts {
            answer.ok();
        }
        assert!(changes.iter().all(|answer| matches!(answer.status, 200 | 404)), "{changes:?}");
        assert!(deletions.iter().all(|answer| matches!(answer.status, 204 | 404)), "{deletions:?}");
        let there = client.get(&path).await;
        if there.status == 200 {
            assert_eq!(there.body["sku"], "a", "a change never brings back a part of an object");
        }
        assert_eq!(scene.references(&upload).await.0, i64::from(there.status == 200));
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_deletion_among_confirms_leaves_true_counts() {
    let scene = keyed(TestStack::start().await).await;
    let client = &scene.stack.client;
    let path = scene.path(&scene.create(&json!({"sku": "a"})).await.ok());
    for round in 0..3 {
        let create = json!({"filename": "a.txt", "content_type": "text/plain",
            "object_metadata": {"sku": "a"}});
        let mut uploads = Vec::new();
        for n in 0..4 {
            uploads.push(client.upload(&scene.bucket, &create, format!("{round} {n}").as_bytes()).await);
        }
        let body = json!({});
        let (confirms, deletions) = tokio::join!(
            join_all(uploads.iter().map(|upload| client.confirm(&scene.bucket, upload, &body))),
            join_all((0..4).map(|_| client.delete(&path))),
        );
        for confirm in confirms {
            assert_eq!(confirm.ok()["status"], "COMPLETED");
        }
        assert!(deletions.iter().all(|answer| matches!(answer.status, 204 | 404)), "{deletions:?}");
        let object = client.get(&path).await.body;
        let url = object["blobs"][0]["properties"]["url"].as_str().unwrap_or_default();
        for upload in &uploads {
            let referred = url.contains(upload["upload_id"].as_str().unwrap_or("?"));
            assert_eq!(scene.references(&upload["upload_id"]).await.0, i64::from(referred), "{object}");
        }
    }
}

#[tokio::test]
async fn an_answer_lost_after_the_commit_is_a_success_all_the_same() {
    let scene = Scene::with(schema()).await;
    let client = &scene.stack.client;
    let upload = scene.upload("notes", "text/plain", b"a").await;
    let by_upload = json!({"blobs": [{"property": "notes", "type": "text", "upload_id": upload}]});
    let plain = scene.create(&json!({"n": 1})).await.ok();
    let with_upload = scene.create(&by_upload).await.ok();
    scene.stack.faults().inject("UpdateItem", Fault::LoseAnswer, 1);
    assert_eq!(client.patch(&scene.path(&plain), &json!({"n": 2})).await.ok()["n"], 2);
    let id = plain["object_id"].as_str().unwrap_or_default();
    assert_eq!(scene.stack.engines().object(id).await["version"], 2, "it was stored once");
    for (object, action) in [(&plain, "DeleteItem"), (&with_upload, "TransactWriteItems")] {
        scene.stack.faults().take_calls();
        scene.stack.faults().inject(action, Fault::LoseAnswer, 1);
        client.delete(&scene.path(object)).await.deleted();
        let sent = scene.stack.faults().take_actions().iter().filter(|sent| *sent == action).count();
        assert_eq!(sent, 2, "{action}");
        client.delete(&scene.path(object)).await.refused(404, "");
    }
    assert_eq!(scene.references(&upload).await, (0, true));
    assert_eq!(scene.stack.faults().clear(), 0, "every fault was met");
}

/// A lost read says nothing about a write: of two deletions, the second is still told the truth.
#[tokio::test]
async fn an_answer_lost_while_reading_is_no_deletion() {
    let scene = Scene::with(schema()).await;
    let made = scene.create(&json!({"n": 1})).await.ok();
    scene.stack.faults().inject("GetItem", Fault::LoseAnswer, 1);
    scene.stack.client.delete(&scene.path(&made)).await.deleted();
    scene.stack.faults().inject("GetItem", Fault::LoseAnswer, 1);
    scene.stack.client.delete(&scene.path(&made)).await.refused(404, "");
}

#[tokio::test]
async fn what_is_refused_for_long_is_a_503_and_nothing_was_done() {
    let scene = Scene::on(impatient().await, schema(), json!(null)).await;
    let client = &scene.stack.client;
    let inline = json!({"blobs": [{"property": "notes", "type": "text", "data": "x"}]});
    let (plain, inline) = (scene.create(&json!({"n": 1})).await.ok(), scene.create(&inline).await.ok());
    let before = scene.stack.engines().holdings().await;
    for fault in [Fault::THROTTLE, Fault::CONFLICT, Fault::RefuseConnection] {
        let meet = |action: &str| scene.stack.faults().inject(action, fault.clone(), usize::MAX);
        meet("UpdateItem");
        client.patch(&scene.path(&plain), &json!({"n": 2})).await.refused(503, "");
        client.replace(&scene.path(&plain), &json!({"metadata": {"n": 2}})).await.refused(503, "");
        meet("DeleteItem");
        client.delete(&scene.path(&plain)).await.refused(503, "");
        meet("TransactWriteItems");
        client.delete(&scene.path(&inline)).await.refused(503, "");
        meet("GetItem");
        client.get(&scene.path(&plain)).await.refused(503, "");
        scene.stack.faults().clear();
    }
    // No answer to a read has changed anything either.
    scene.stack.faults().inject("GetItem", Fault::LoseAnswer, usize::MAX);
    client.delete(&scene.path(&plain)).await.refused(503, "");
    scene.stack.faults().clear();
    assert_eq!(scene.stack.engines().holdings().await, before);
}

#[tokio::test]
async fn when_every_answer_is_lost_the_outcome_is_unknown_and_the_next_request_finds_out() {
    let scene = Scene::on(impatient().await, schema(), json!(null)).await;
    let client = &scene.stack.client;
    let made = scene.create(&json!({"n": 1})).await.ok();
    scene.stack.faults().inject("UpdateItem", Fault::LoseRequest, usize::MAX);
    client.patch(&scene.path(&made), &json!({"n": 2})).await.refused(500, "");
    scene.stack.faults().inject("DeleteItem", Fault::LoseRequest, usize::MAX);
    client.delete(&scene.path(&made)).await.refused(500, "");
    scene.stack.faults().clear();
    assert_eq!(client.patch(&scene.path(&made), &json!({"n": 2})).await.ok()["n"], 2);
    client.delete(&scene.path(&made)).await.deleted();
}

/// While the deletion tries again, others have made the object anew: that one is not what it deleted.
#[tokio::test(flavor = "multi_thread")]
async fn a_deletion_whose_answer_was_lost_spares_the_next_life() {
    let scene = keyed(TestStack::start().await).await;
    let client = &scene.stack.client;
    for round in 0..10 {
        let sku = format!("{round}");
        let path = scene.path(&scene.create(&json!({"sku": sku})).await.ok());
        scene.stack.faults().inject("DeleteItem", Fault::LoseAnswer, 1);
        let deletion = client.delete(&path);
        tokio::pin!(deletion);
        let (mut step, mut lives) = (0, 0);
        let answer = loop {
            let body = json!({"sku": sku, format!("f{step}"): true});
            let (upserted, deleted) = tokio::join!(client.object(&scene.bucket, "", &body), async {
                tokio::time::timeout(Duration::ZERO, &mut deletion).await.ok()
            });
            let upserted = upserted.ok();
            let fields = upserted.as_object().into_iter().flatten();
            // A life begins with the one field of the upsert that made it.
            lives += u32::from(step > 0 && fields.filter(|(name, _)| name.starts_with('f')).count() == 1);
            step += 1;
            if let Some(answer) = deleted {
                break answer;
            }
        };
        answer.deleted();
        assert_eq!(scene.stack.faults().clear(), 0);
        assert!(lives <= 1, "{lives} lives began after the first in round {round}");
    }
}
