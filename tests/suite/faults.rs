//! What AWS does and the embedded engines don't, injected at the SDKs' HTTP connector: lost answers,
//! throttles, conflicts, outages. A 503 promises that nothing was stored; a commit is never denied.

use std::time::Duration;

use serde_json::{Value, json};
use stowage_local::{Data, Options};
use stowage_store::Settings;
use stowage_tests::{Client, Fault, TestStack};

/// A stack that gives up soon, so that a test of giving up ends soon.
async fn impatient() -> TestStack {
    let settings = Settings { retry_for: Duration::from_millis(300), ..Settings::default() };
    TestStack::start_with(Options { settings, ..Options::default() }).await
}

async fn keyed_bucket(client: &Client) -> String {
    let schema = json!({"sku": {"type": "string", "required": true}, "doc": {"type": "text"}});
    client.bucket("keyed", schema, json!({"fields": ["sku"], "default_policy": "insert"})).await
}

async fn confirmed_upload(client: &Client, bucket: &str) -> Value {
    let create =
        json!({"filename": "a.txt", "content_type": "text/plain", "create_object_on_confirm": false});
    let upload = client.upload(bucket, &create, b"bytes").await;
    client.confirm(bucket, &upload, &json!({})).await.ok();
    upload["upload_id"].clone()
}

#[tokio::test]
async fn a_warm_create_is_one_call_of_two_write_units() {
    let stack = TestStack::start().await;
    let client = &stack.client;
    let bucket = keyed_bucket(client).await;
    client.object(&bucket, "", &json!({"sku": "warm-up"})).await.ok();
    stack.faults().take_calls();

    let fields = json!({"sku": "A1", "title": "x".repeat(400)});
    client.object(&bucket, "?policy=insert", &fields).await.ok();
    let calls = stack.faults().take_calls();
    let [put] = &calls[..] else { panic!("one call, not {calls:?}") };
    assert_eq!(put.action, "PutItem");
    let units = stack.write_units_of(put).await;
    assert!((units - 2.0).abs() < f64::EPSILON, "{units} write units");

    for (query, body) in [("?policy=upsert", &fields), ("?policy=update", &fields)] {
        client.object(&bucket, query, body).await.ok();
        assert_eq!(stack.faults().take_actions(), ["UpdateItem"], "{query}");
    }
    client.object(&bucket, "?policy=insert", &fields).await.refused(409, "unique_key_conflict");
    assert_eq!(stack.faults().take_actions(), ["PutItem"], "a conflict needs no second call");
}

#[tokio::test]
async fn a_cold_create_by_ids_reads_the_catalog_once() {
    let directory = tempfile::tempdir().expect("a directory");
    let kept = || Options { data: Data::Directory(directory.path().to_owned()), ..Options::default() };
    let stack = TestStack::start_with(kept()).await;
    let bucket = keyed_bucket(&stack.client).await;
    stack.stop().await;

    let stack = TestStack::start_with(kept()).await;
    let client = stack.client.with_namespace(&stack.stack().info().namespace);
    client.object(&bucket, "", &json!({"sku": "A1"})).await.ok();
    assert_eq!(stack.faults().take_actions(), ["BatchGetItem", "PutItem"]);
    // A bucket that isn't there is a 404 of the look-up, which reading ahead doesn't replace.
    client.object("bkt_unknown", "", &json!({"sku": "A1"})).await.refused(404, "");
    stack.stop().await;
}

#[tokio::test]
async fn an_answer_lost_after_the_commit_is_a_success_and_not_a_conflict() {
    let stack = TestStack::start().await;
    let client = &stack.client;
    let keyed = keyed_bucket(client).await;
    let keyless = client.bucket("keyless", json!({"doc": {"type": "text"}}), json!(null)).await;
    let upload = confirmed_upload(client, &keyed).await;
    let by_upload = json!([{"property": "doc", "type": "text", "upload_id": upload}]);
    let cases = [
        ("PutItem", &keyed, "?policy=insert", json!({"sku": "insert"})),
        ("PutItem", &keyless, "", json!({"title": "plain"})),
        ("PutItem", &keyless, "", json!({"title": "idempotent", "idempotency_key": "k"})),
        ("UpdateItem", &keyed, "?policy=upsert", json!({"sku": "upsert"})),
        ("UpdateItem", &keyed, "?policy=update", json!({"sku": "insert", "title": "updated"})),
        ("TransactWriteItems", &keyed, "?policy=insert", json!({"sku": "claim", "idempotency_key": "k"})),
        ("TransactWriteItems", &keyed, "?policy=insert", json!({"sku": "upload", "blobs": by_upload})),
    ];
    for (action, bucket, query, body) in cases {
        stack.faults().take_calls();
        stack.faults().inject(action, Fault::LoseAnswer, 1);
        let object = client.object(bucket, query, &body).await.ok();
        let sent = stack.faults().take_actions().iter().filter(|sent| *sent == action).count();
        assert!(sent >= 2, "{action} was sent {sent} times for {body}");
        if query == "?policy=insert" && body.get("idempotency_key").is_none() {
            let error = client.object(bucket, query, &body).await.refused(409, "unique_key_conflict");
            assert_eq!(error["details"]["existing_object_id"], object["object_id"]);
        }
    }
    assert_eq!(stack.faults().clear(), 0, "every fault was met");
}

#[tokio::test]
async fn a_confirm_whose_answer_is_lost_completes_once() {
    let stack = TestStack::start().await;
    let client = &stack.client;
    let bucket = keyed_bucket(client).await;
    let create = json!({"filename": "a.txt", "content_type": "text/plain", "object_metadata": {"sku": "A1"}});
    let upload = client.upload(&bucket, &create, b"bytes").await;
    stack.faults().inject("TransactWriteItems", Fault::LoseAnswer, 1);
    let first = client.confirm(&bucket, &upload, &json!({})).await.ok();
    assert_eq!(first["status"], "COMPLETED");
    assert_eq!(client.confirm(&bucket, &upload, &json!({})).await.ok(), first);
}

#[tokio::test]
async fn when_every_answer_is_lost_the_outcome_is_unknown_and_the_clients_retry_resolves_it() {
    let stack = impatient().await;
    let client = &stack.client;
    let keyed = keyed_bucket(client).await;
    let keyless = client.bucket("keyless", json!({"doc": {"type": "text"}}), json!(null)).await;
    for (action, bucket, query, body) in [
        ("PutItem", &keyless, "", json!({"title": "t", "idempotency_key": "k"})),
        ("TransactWriteItems", &keyed, "?policy=insert", json!({"sku": "s", "idempotency_key": "k"})),
    ] {
        client.object(bucket, query, &json!({"sku": "warm-up", "idempotency_key": "w"})).await.ok();
        stack.faults().inject(action, Fault::LoseAnswer, usize::MAX);
        // Not 503: clients take that to mean that nothing was stored, and here it was.
        client.object(bucket, query, &body).await.refused(500, "");
        stack.faults().clear();
        let object = client.object(bucket, query, &body).await.ok();
        assert_eq!(client.object(bucket, query, &body).await.ok()["object_id"], object["object_id"]);
    }
}

#[tokio::test]
async fn a_throttle_behind_a_lost_answer_is_not_a_503() {
    let stack = impatient().await;
    let client = &stack.client;
    let bucket = keyed_bucket(client).await;
    client.object(&bucket, "", &json!({"sku": "warm-up"})).await.ok();
    stack.faults().inject("PutItem", Fault::LoseAnswer, 1);
    stack.faults().inject("PutItem", Fault::THROTTLE, usize::MAX);
    client.object(&bucket, "", &json!({"sku": "A1"})).await.refused(500, "");
    stack.faults().clear();
    client.object(&bucket, "", &json!({"sku": "A1"})).await.refused(409, "unique_key_conflict");
}

#[tokio::test]
async fn throttles_and_conflicts_that_pass_are_not_seen() {
    let stack = TestStack::start().await;
    let client = &stack.client;
    let bucket = keyed_bucket(client).await;
    let upload = confirmed_upload(client, &bucket).await;
    let by_upload = json!([{"property": "doc", "type": "text", "upload_id": upload}]);
    for (n, fault) in
        [Fault::THROTTLE, Fault::CONFLICT, Fault::LoseRequest, Fault::Status(500)].into_iter().enumerate()
    {
        for (action, query, body) in [
            ("PutItem", "?policy=insert", json!({"sku": format!("put {n}")})),
            ("UpdateItem", "?policy=upsert", json!({"sku": format!("update {n}")})),
            ("TransactWriteItems", "?policy=insert", json!({"sku": format!("t {n}"), "blobs": by_upload})),
            ("BatchGetItem", "?policy=insert", json!({"sku": format!("r {n}"), "blobs": by_upload})),
        ] {
            stack.faults().inject(action, fault.clone(), 2);
            client.object(&bucket, query, &body).await.ok();
            assert_eq!(stack.faults().clear(), 0, "{action} met {fault:?} twice");
        }
    }
}

#[tokio::test]
async fn what_does_not_pass_is_a_503_with_retry_after_and_nothing_is_stored() {
    let stack = impatient().await;
    let client = &stack.client;
    let bucket = keyed_bucket(client).await;
    let upload = confirmed_upload(client, &bucket).await;
    let by_upload = json!([{"property": "doc", "type": "text", "upload_id": upload}]);
    client.object(&bucket, "", &json!({"sku": "warm-up"})).await.ok();
    let cases = [
        ("PutItem", "?policy=insert", json!({"sku": "A1"})),
        ("UpdateItem", "?policy=upsert", json!({"sku": "A1"})),
        ("TransactWriteItems", "?policy=insert", json!({"sku": "A1", "blobs": by_upload})),
        ("BatchGetItem", "?policy=insert", json!({"sku": "A1", "blobs": by_upload})),
    ];
    for (action, query, body) in cases {
        for fault in [Fault::THROTTLE, Fault::CONFLICT, Fault::RefuseConnection] {
            stack.faults().inject(action, fault, usize::MAX);
            let answer = client.object(&bucket, query, &body).await;
            stack.faults().clear();
            assert_eq!(answer.headers["retry-after"], "2");
            let error = answer.refused(503, "");
            assert_eq!(error["type"], "UnavailableError");
            assert_eq!(error["details"], json!({"retryable": true, "retry_after_seconds": 2}));
        }
    }
    // Nothing of all that was stored: the key is free.
    client.object(&bucket, "?policy=insert", &json!({"sku": "A1"})).await.ok();
}

#[tokio::test]
async fn the_catalog_out_of_reach_is_a_503_for_reads_of_it() {
    let stack = impatient().await;
    stack.faults().inject("GetItem", Fault::LoseRequest, usize::MAX);
    stack.client.get("/v1/buckets/none").await.refused(503, "");
    stack.faults().clear();
    stack.client.get("/v1/buckets/none").await.refused(404, "");
}

#[tokio::test]
async fn a_table_gone_or_rights_denied_is_a_500_that_says_nothing_of_it() {
    let stack = impatient().await;
    let client = &stack.client;
    let bucket = keyed_bucket(client).await;
    client.object(&bucket, "", &json!({"sku": "warm-up"})).await.ok();
    for code in ["ResourceNotFoundException", "AccessDeniedException", "ValidationException"] {
        stack.faults().take_calls();
        stack.faults().inject("PutItem", Fault::Error(code), usize::MAX);
        let error = client.object(&bucket, "", &json!({"sku": "A1"})).await.refused(500, "");
        stack.faults().clear();
        assert!(!error.to_string().contains(code), "{error}");
        assert_eq!(stack.faults().take_actions().len(), 1, "{code} is not retried");
    }
}

#[tokio::test]
async fn s3_out_of_reach_stores_nothing_and_the_same_request_works_later() {
    let stack = impatient().await;
    let client = &stack.client;
    let bucket = keyed_bucket(client).await;
    let body = json!({"sku": "A1", "blobs": [{"property": "doc", "type": "text", "data": "words"}]});
    for fault in [Fault::Status(503), Fault::LoseRequest] {
        stack.faults().take_calls();
        stack.faults().inject("PUT inline", fault, usize::MAX);
        client.object(&bucket, "", &body).await.refused(503, "");
        stack.faults().clear();
        let writes = stack.faults().take_actions().iter().filter(|action| *action == "PutItem").count();
        assert_eq!(writes, 0, "the record comes after the bytes");
    }
    client.object(&bucket, "", &body).await.ok();

    let create = json!({"filename": "a.txt", "content_type": "text/plain", "object_metadata": {"sku": "B2"}});
    let upload = client.upload(&bucket, &create, b"bytes").await;
    stack.faults().inject("HEAD uploads", Fault::Status(503), usize::MAX);
    client.confirm(&bucket, &upload, &json!({})).await.refused(503, "");
    stack.faults().clear();
    client.confirm(&bucket, &upload, &json!({})).await.ok();
}
