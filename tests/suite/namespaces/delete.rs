//! DELETE of a namespace: marked at once, removed by a task with everything in it.

use futures::future::join_all;
use serde_json::{Value, json};
use stowage_api::clock;
use stowage_domain::id::{BucketId, NamespaceId, OrganisationId};
use stowage_domain::namespace::Scope;
use stowage_store::Store;
use stowage_store::ports::{RemoveBucket as _, RemoveNamespace as _};
use stowage_tests::{Answer, TestStack};

use super::make;

fn parts(stack: &TestStack, namespace: &Value) -> (Store, OrganisationId, NamespaceId) {
    let id = NamespaceId::parse(namespace["namespace_id"].as_str().unwrap_or_default()).expect("an id");
    (stack.stack().store().clone(), stack.stack().organisation().clone(), id)
}

#[tokio::test]
async fn a_deletion_is_answered_with_its_task_and_marks_the_namespace() {
    let stack = TestStack::start().await;
    let client = &stack.client;
    let made = make(client, "films").await;
    client.with_namespace("films").bucket("clips", json!({}), json!(null)).await;
    let answer = client.delete("/v1/namespaces/films").await.ok();
    let task_id = answer["task_id"].clone();
    let expected = json!({"task_id": task_id, "status": "PENDING", "namespace_id": made["namespace_id"],
        "namespace_name": "films", "bucket_count": 1, "object_count": 0});
    assert_eq!(answer, expected);
    let items = stack.engines().items("batches").await;
    let tasks: Vec<_> = items.iter().filter(|item| item["kind"] == "task").collect();
    assert_eq!(tasks.len(), 1);
    assert_eq!((&tasks[0]["task_id"], &tasks[0]["task_type"]), (&task_id, &json!("api_namespaces_delete")));
    assert_eq!(tasks[0]["work"], json!({"kind": "delete_namespace"}));
    assert!(items.iter().any(|item| item["kind"] == "turn" && item["task_id"] == task_id));

    assert_eq!(client.get("/v1/namespaces/films").await.ok()["namespace_ready"], false);
    let id = made["namespace_id"].as_str().unwrap_or_default();
    for path in ["/v1/namespaces/films?force=true".to_owned(), format!("/v1/namespaces/{id}")] {
        assert_eq!(client.delete(&path).await.ok(), expected);
    }
    client.delete("/v1/namespaces/films?force=1").await.invalid(&["query.force"]);
    client.delete("/v1/namespaces/none").await.refused(404, "");
}

#[tokio::test]
async fn what_is_being_deleted_takes_no_writes() {
    let stack = TestStack::start().await;
    let client = &stack.client;
    let made = make(client, "films").await;
    client.with_namespace("films").bucket("clips", json!({}), json!(null)).await;
    // By its id, under which nothing remembers it from before.
    let films = client.with_namespace(made["namespace_id"].as_str().unwrap_or_default());
    let task = client.delete("/v1/namespaces/films").await.ok()["task_id"].clone();
    let new = json!({"bucket_name": "new", "bucket_schema": {"properties": {}}});
    let answers: Vec<Answer> = vec![
        films.post("/v1/buckets", &new).await,
        films.patch("/v1/buckets/clips", &json!({})).await,
        films.delete("/v1/buckets/clips").await,
        films.object("clips", "", &json!({"n": 1})).await,
        client.patch("/v1/namespaces/films", &json!({"description": "x"})).await,
    ];
    for answer in answers {
        let error = answer.refused(409, "namespace_deleting");
        let details = json!({"resource": "namespace", "id": made["namespace_id"], "task_id": task});
        assert_eq!(error["details"], details);
    }
    assert_eq!(stack.engines().object_count().await, 0);
}

/// A function may remember the namespace from before: the bucket's own transaction asks.
#[tokio::test]
async fn no_bucket_comes_into_a_namespace_that_is_being_deleted() {
    let stack = TestStack::start().await;
    let client = &stack.client;
    make(client, "films").await;
    let films = client.with_namespace("films");
    films.bucket("clips", json!({}), json!(null)).await;
    client.delete("/v1/namespaces/films").await.ok();
    let before = stack.engines().holdings().await;
    let new = json!({"bucket_name": "new", "bucket_schema": {"properties": {}}});
    films.post("/v1/buckets", &new).await.refused(409, "namespace_deleting");
    assert_eq!(stack.engines().holdings().await, before);
    // What is there can be read.
    films.get("/v1/buckets/clips").await.ok();
    // The name and a chosen id are taken until it is done.
    client.post("/v1/namespaces", &json!({"namespace_name": "films"})).await.refused(409, "name_taken");
}

#[tokio::test]
async fn a_namespace_is_removed_when_it_has_no_buckets_left() {
    let stack = TestStack::start().await;
    let client = &stack.client;
    let chosen = json!({"namespace_name": "films", "namespace_id": "ns_films"});
    let made = client.post("/v1/namespaces", &chosen).await.ok();
    let (store, organisation, id) = parts(&stack, &made);
    let films = client.with_namespace("ns_films");
    let bucket = films.bucket("clips", json!({}), json!(null)).await;
    let status = |result: stowage_domain::Result<()>| result.map_err(|error| error.status());
    assert_eq!(status(store.remove_namespace(&organisation, &id).await), Err(500), "it isn't marked");
    films.delete("/v1/buckets/clips").await.ok();
    client.delete("/v1/namespaces/films").await.ok();
    assert_eq!(status(store.remove_namespace(&organisation, &id).await), Err(500), "it has a bucket");
    let scope = Scope { organisation_id: organisation.clone(), namespace_id: id.clone() };
    let bucket = BucketId::parse(&bucket).expect("an id");
    store.remove_bucket(&scope, &bucket, clock::now()).await.expect("removed");
    assert_eq!(client.get("/v1/namespaces/films").await.ok()["bucket_count"], 0);
    for _ in 0..2 {
        store.remove_namespace(&organisation, &id).await.expect("removed, and again");
    }
    client.get("/v1/namespaces/ns_films").await.refused(404, "");
    let items = stack.engines().items("catalog").await;
    assert!(!items.iter().any(|item| item["sk"] == "nscnt#ns_films"), "its counters are gone");
    // Both are free at once, and count anew.
    let again = client.post("/v1/namespaces", &chosen).await.ok();
    assert_eq!(again["bucket_count"], 0);
    films.bucket("clips", json!({}), json!(null)).await;
    assert_eq!(client.get("/v1/namespaces/films").await.ok()["bucket_count"], 1);
}

#[tokio::test(flavor = "multi_thread")]
async fn racing_with_a_deletion_a_bucket_is_made_before_it_or_not_at_all() {
    let stack = TestStack::start().await;
    let client = &stack.client;
    for round in 0..5 {
        let name = format!("films {round}");
        make(client, &name).await;
        let films = client.with_namespace(&name);
        let path = format!("/v1/namespaces/{}", name.replace(' ', "%20"));
        let bodies: Vec<_> = (0..8)
            .map(|n| json!({"bucket_name": format!("b{n}"), "bucket_schema": {"properties": {}}}))
            .collect();
        let attempts = bodies.iter().map(|body| films.post("/v1/buckets", body));
        let (created, deleted) = tokio::join!(join_all(attempts), client.delete(&path));
        deleted.ok();
        let mut made = 0;
        for answer in created {
            if answer.status == 200 {
                made += 1;
            } else {
                answer.refused(409, "namespace_deleting");
            }
        }
        // The task finds them all: none comes after the mark.
        assert_eq!(client.get(&path).await.ok()["bucket_count"], made);
    }
}
