//! DELETE of a bucket: marked at once, removed by a task (contract section 4.3).

use futures::future::join_all;
use serde_json::{Value, json};
use stowage_api::clock;
use stowage_domain::id::BucketId;
use stowage_domain::namespace::Scope;
use stowage_store::ports::{FindNamespace as _, RemoveBucket as _};
use stowage_tests::{Answer, TestStack};

use super::minimal;

/// The tasks that are stored, and the rows that make somebody work on them.
async fn tasks(stack: &TestStack) -> (Vec<Value>, Vec<Value>) {
    let items = stack.engines().items("batches").await;
    let of = |kind: &str| items.iter().filter(|item| item["kind"] == kind).cloned().collect();
    (of("task"), of("turn"))
}

async fn scope(stack: &TestStack) -> Scope {
    let organisation = stack.stack().organisation();
    let namespace = stack.stack().store().find_namespace(organisation, "default").await;
    namespace.expect("the store answers").expect("the default namespace").scope()
}

fn id_of(bucket: &Value) -> BucketId {
    BucketId::parse(bucket["bucket_id"].as_str().unwrap_or_default()).expect("an id")
}

#[tokio::test]
async fn a_deletion_is_answered_with_its_task_and_marks_the_bucket() {
    let stack = TestStack::start().await;
    let client = &stack.client;
    let made = client.post("/v1/buckets", &minimal("clips")).await.ok();
    let answer = client.delete("/v1/buckets/clips?force_foreclose=true").await.ok();
    let task_id = answer["task_id"].clone();
    assert!(task_id.as_str().is_some_and(|id| id.starts_with("task_")), "{answer}");
    let expected = json!({"task_id": task_id, "status": "PENDING", "bucket_id": made["bucket_id"],
        "bucket_name": "clips", "object_count": 0});
    assert_eq!(answer, expected);

    let (tasks_stored, turns) = tasks(&stack).await;
    let [task] = &tasks_stored[..] else { panic!("one task, not {tasks_stored:?}") };
    assert_eq!(task["task_id"], task_id);
    assert_eq!(task["task_type"], "api_buckets_delete");
    assert_eq!(task["work"], json!({"kind": "delete_bucket", "bucket_id": made["bucket_id"]}));
    assert!(turns.iter().all(|turn| turn["task_id"] == task_id) && !turns.is_empty(), "{turns:?}");

    let shown = client.get("/v1/buckets/clips").await.ok();
    assert_eq!((&shown["status"], &shown["is_locked"]), (&json!("IN_PROGRESS"), &json!(false)));
    for hidden in ["deletion", "version", "task_id"] {
        assert_eq!(shown.get(hidden), None, "{hidden}");
    }
    // The same again, by id too, and no second task.
    let id = made["bucket_id"].as_str().unwrap_or_default();
    for identifier in ["clips", id] {
        assert_eq!(client.delete(&format!("/v1/buckets/{identifier}")).await.ok(), expected);
    }
    assert_eq!(tasks(&stack).await.0.len(), 1);
    client.delete("/v1/buckets/none").await.refused(404, "");
    client.delete("/v1/buckets/clips?force_foreclose=1").await.invalid(&["query.force_foreclose"]);
}

#[tokio::test]
async fn what_is_being_deleted_takes_no_writes_and_keeps_its_name() {
    let stack = TestStack::start().await;
    let client = &stack.client;
    let made = client.post("/v1/buckets", &minimal("clips")).await.ok();
    let task = client.delete("/v1/buckets/clips").await.ok()["task_id"].clone();
    let before = stack.engines().holdings().await;
    let upload =
        json!({"filename": "a.txt", "content_type": "text/plain", "create_object_on_confirm": false});
    let answers: Vec<Answer> = vec![
        client.patch("/v1/buckets/clips", &json!({"description": "x"})).await,
        client.replace("/v1/buckets/clips", &json!({})).await,
        client.object("clips", "", &json!({"n": 1})).await,
        client.post("/v1/buckets/clips/objects/batch", &json!({"objects": [{"n": 1}]})).await,
        client.patch("/v1/buckets/clips/objects/obj_1", &json!({"n": 1})).await,
        client.replace("/v1/buckets/clips/objects/obj_1", &json!({})).await,
        client.delete("/v1/buckets/clips/objects/obj_1").await,
        client.post("/v1/buckets/clips/uploads", &upload).await,
    ];
    for answer in answers {
        let error = answer.refused(409, "bucket_deleting");
        assert_eq!(error["type"], "ConflictError");
        let details = json!({"resource": "bucket", "id": made["bucket_id"], "task_id": task});
        assert_eq!(error["details"], details);
    }
    client.post("/v1/buckets", &minimal("clips")).await.refused(409, "bucket_name_taken");
    let other = client.post("/v1/buckets", &minimal("other")).await.ok();
    let path = format!("/v1/buckets/{}", other["bucket_id"].as_str().unwrap_or_default());
    client.patch(&path, &json!({"bucket_name": "clips"})).await.refused(409, "bucket_name_taken");
    let after = stack.engines().holdings().await;
    assert_eq!(
        after.items.len(),
        before.items.len() + 3,
        "the other bucket, its name and its place in the list"
    );
}

#[tokio::test]
async fn an_upload_of_a_bucket_that_is_being_deleted_is_not_confirmed() {
    let stack = TestStack::start().await;
    let client = &stack.client;
    let bucket = client.bucket("clips", json!({"doc": {"type": "text"}}), json!(null)).await;
    let create = json!({"filename": "a.txt", "content_type": "text/plain"});
    let upload = client.upload(&bucket, &create, b"bytes").await;
    client.delete("/v1/buckets/clips").await.ok();
    // By its name, under which nothing remembers it from before.
    client.confirm("clips", &upload, &json!({})).await.refused(409, "bucket_deleting");
    assert_eq!(stack.engines().object_count().await, 0);
}

#[tokio::test]
async fn a_removed_bucket_is_gone_with_its_name_and_leaves_a_tombstone() {
    let stack = TestStack::start().await;
    let (client, store) = (&stack.client, stack.stack().store());
    let scope = scope(&stack).await;
    let made = client.post("/v1/buckets", &minimal("clips")).await.ok();
    let id = id_of(&made);
    // Not before it is marked.
    assert_eq!(
        store.remove_bucket(&scope, &id, clock::now()).await.map_err(|error| error.status()),
        Err(500)
    );
    client.delete("/v1/buckets/clips").await.ok();
    for _ in 0..2 {
        store.remove_bucket(&scope, &id, clock::now()).await.expect("removed, and again");
    }
    for identifier in ["clips", id.as_str()] {
        client.get(&format!("/v1/buckets/{identifier}")).await.refused(404, "");
    }
    let items = stack.engines().items("catalog").await;
    let of_it: Vec<_> = items.iter().filter(|item| item["bucket_id"] == id.as_str()).collect();
    let [tombstone] = of_it[..] else { panic!("a tombstone alone, not {of_it:?}") };
    assert_eq!(tombstone["sk"], format!("tomb#{id}"));
    assert!(tombstone["ttl"].as_i64() > Some(clock::now().seconds() + 86_400), "{tombstone}");
    assert!(!items.iter().any(|item| item["sk"] == format!("cnt#{id}")));
    // The name is free at once, since nobody remembers what was being deleted.
    let second = client.post("/v1/buckets", &minimal("clips")).await.ok();
    assert_ne!(second["bucket_id"], made["bucket_id"]);
    assert_eq!(client.get("/v1/buckets/clips").await.ok()["status"], "ACTIVE");
    client.object("clips", "", &json!({"n": 1})).await.ok();
}

#[tokio::test]
async fn a_deletion_tells_what_was_counted() {
    let stack = TestStack::start().await;
    let made = stack.client.post("/v1/buckets", &minimal("clips")).await.ok();
    super::counts(&stack, &made, &json!({"object_count": {"N": "3"}})).await;
    assert_eq!(stack.client.delete("/v1/buckets/clips").await.ok()["object_count"], 3);
}

#[tokio::test(flavor = "multi_thread")]
async fn racing_deletions_and_changes_end_in_one_deletion() {
    let stack = TestStack::start().await;
    let client = &stack.client;
    for round in 0..5 {
        let name = format!("bucket {round}");
        client.post("/v1/buckets", &minimal(&name)).await.ok();
        let path = format!("/v1/buckets/{name}");
        let bodies: Vec<_> = (0..5).map(|n| json!({"description": format!("{n}")})).collect();
        let patches = bodies.iter().map(|body| client.patch(&path, body));
        let deletions = (0..5).map(|_| client.delete(&path));
        let (answers, deleted) = tokio::join!(join_all(patches), join_all(deletions));
        for answer in answers.into_iter().filter(|answer| answer.status != 200) {
            answer.refused(409, "bucket_deleting");
        }
        let deleted: Vec<Value> = deleted.into_iter().map(Answer::ok).collect();
        assert!(deleted.windows(2).all(|pair| pair[0]["task_id"] == pair[1]["task_id"]), "{deleted:?}");
        assert_eq!(client.get(&path).await.ok()["status"], "IN_PROGRESS");
        assert_eq!(tasks(&stack).await.0.len(), round + 1);
    }
}
