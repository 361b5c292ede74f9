//! The real binary on a Lambda Runtime API that the test plays, over recorded engines. What it clears up is
//! old, and nothing in a store that a test has made is: the rows are made older behind the API's back.

use reconcile::Reconcile;
use serde_json::{Value, json};
use stowage_api::answer_schedule;
use stowage_domain::upload::{Grace, Rounds};
use stowage_tests::{Binary, Deployment, TestStack, play_feeds_over};

const LONG_AGO: &str = "2026-01-01T00:00:00.000Z";

/// Sets an attribute of an item to a text.
async fn set(stack: &TestStack, table: &str, item: &Value, attribute: &str, text: &str) {
    let mut request = json!({
        "TableName": format!("stowage-{table}"),
        "Key": {"pk": {"S": item["pk"]}},
        "UpdateExpression": "SET #attribute = :text",
        "ExpressionAttributeNames": {"#attribute": attribute},
        "ExpressionAttributeValues": {":text": {"S": text}},
    });
    if item["sk"].is_string() {
        request["Key"]["sk"] = json!({"S": item["sk"]});
    }
    stack.dynamodb("UpdateItem", &request).await;
}

/// A bucket whose deletion is stuck, a deleted object with bytes of its own, a confirmed upload that no
/// object refers to any more, one that nobody confirmed, a batch whose processor has begun, and more uploads
/// than one read brings.
async fn furnish(stack: &TestStack) {
    let client = &stack.client;
    let schema = json!({"doc": {"type": "text"}, "clip": {"type": "video"}});
    let bucket = client.bucket("left over", schema, json!(null)).await;
    let film = json!({"filename": "a.mp4", "content_type": "video/mp4"});
    let blob = json!({"property": "doc", "type": "text", "data": "gone"});
    let own = client.object(&bucket, "", &json!({"blobs": [blob]})).await.ok();
    let upload = client.upload(&bucket, &film, b"a film").await;
    let confirmed = client.confirm(&bucket, &upload, &json!({})).await.ok();
    for object in [&own, &confirmed] {
        let id = object["object_id"].as_str().expect("an object_id");
        client.delete(&format!("/v1/buckets/{bucket}/objects/{id}")).await.deleted();
    }
    let unconfirmed = client.upload(&bucket, &film, b"never confirmed").await;
    begin_batch(stack, &bucket).await;
    let doomed = client.bucket("doomed", json!({"doc": {"type": "text"}}), json!(null)).await;
    client.delete(&format!("/v1/buckets/{doomed}")).await.ok();
    let rows: Vec<Value> = (0..100).map(|_| film.clone()).collect();
    client.post(&format!("/v1/buckets/{bucket}/uploads/batch"), &json!({"uploads": rows})).await.ok();

    let engines = stack.engines();
    for item in engines.items("objects").await.iter().filter(|item| item["kind"] == "removal") {
        set(stack, "objects", item, "removed_at", LONG_AGO).await;
        leave_copy(stack, item).await;
    }
    for item in engines.items("batches").await.iter().filter(|item| item["kind"] == "turn") {
        set(stack, "batches", item, "created_at", LONG_AGO).await;
        let task = json!({"pk": item["pk"], "sk": "meta"});
        set(stack, "batches", &task, "updated_at", LONG_AGO).await;
    }
    for item in engines.items("batches").await.iter().filter(|item| item["kind"] == "batch_progress") {
        set(stack, "batches", item, "reported_at", LONG_AGO).await;
    }
    for item in engines.items("uploads").await {
        if item["upload_id"] == upload["upload_id"] && item["kind"] == "upload" {
            set(stack, "uploads", &item, "unreferenced_since", LONG_AGO).await;
        }
        if item["upload_id"] == unconfirmed["upload_id"] {
            set(stack, "uploads", &item, "expires_at", LONG_AGO).await;
        }
    }
}

/// Submits a batch, whose processor begins with its object.
async fn begin_batch(stack: &TestStack, bucket: &str) {
    let client = &stack.client;
    let object = client.object(bucket, "", &json!({})).await.ok();
    let id = object["object_id"].as_str().expect("an object_id");
    let shown = client.get(&format!("/v1/buckets/{bucket}/objects/{id}")).await;
    let version = shown.headers["x-content-version"].to_str().expect("ASCII");
    let row = json!({"object_id": id, "content_version": version, "status": "IN_PROGRESS"});
    let path = format!("/v1/buckets/{bucket}/batches?auto_submit=true");
    let batch = client.post(&path, &json!({"object_ids": [id]})).await.ok();
    let path = format!("/v1/batches/{}/report", batch["batch_id"].as_str().expect("a batch_id"));
    client.post(&path, &json!({"attempt": 1, "objects": [row]})).await.ok();
}

/// Where an earlier run that ran out of time has stopped.
async fn stop_before_the_end(stack: &TestStack) {
    let stands = json!({"pk": {"S": "reconcile"}, "sk": {"S": "removals"}, "after": {"S": "2026-01-01"}});
    stack.dynamodb("PutItem", &json!({"TableName": "stowage-catalog", "Item": stands})).await;
}

/// A note like this one of an object whose bytes were copied from its source.
async fn leave_copy(stack: &TestStack, item: &Value) {
    let key = json!({"TableName": "stowage-objects", "Key": {"pk": {"S": item["pk"]}}});
    let mut note = stack.dynamodb("GetItem", &key).await["Item"].clone();
    note["pk"]["S"] = json!(format!("{}0", item["pk"].as_str().expect("a key")));
    note["incarnation"]["S"] = json!(format!("{}0", item["incarnation"].as_str().expect("an id")));
    let place = &mut note["places"]["L"][0]["M"];
    place["area"]["S"] = json!("mirror");
    place["key"]["S"] = json!("mirror/org_1/ns_1/bkt_1/obj_1/upl_1/a.mp4");
    stack.dynamodb("PutItem", &json!({"TableName": "stowage-objects", "Item": note})).await;
    // Its bytes.
    stack.engines().put("mirror/org_1/ns_1/bkt_1/obj_1/upl_1/a.mp4", b"a copy").await;
}

/// Nothing that a test has begun or written is a day old, and S3 alone says when it was: the same code in this
/// process, with no day to wait for, makes the calls that are left. An object whose bytes are gone is seen last,
/// since it fails the run.
async fn what_is_a_day_old(deployment: &Deployment) {
    let engines = deployment.stack().engines();
    for key in ["mirror/org_1/ns_1/bkt_1/obj_1/upl_1/b.mp4", "uploads/org_1/ns_1/upl_1/b.mp4"] {
        engines.begin_parts(key).await;
    }
    let orphans = ["inline/org_1/ns_1/bkt_1/obj_1/blob_1/a.txt", "mirror/org_1/ns_1/bkt_1/obj_1/upl_1/c.mp4"];
    for key in orphans {
        engines.put(key, b"nobody's").await;
    }
    let client = &deployment.stack().client;
    let schema = json!({"doc": {"type": "text"}, "clip": {"type": "video"}});
    let bucket = client.bucket("whole", schema, json!(null)).await;
    let source = json!([{"property": "clip", "type": "video", "data": "https://a.example/a.mp4"}]);
    client.object(&bucket, "", &json!({"blobs": source})).await.ok();
    let (store, blobs) = deployment.recorded();
    let grace = Grace { parts: 0, orphaned: 0, uncopied: 0, rounds: Rounds::ALWAYS, ..Grace::default() };
    let reconcile = Reconcile::new(store, blobs, grace);
    let answer = answer_schedule(&reconcile, None).await.expect("it runs");
    assert_eq!(answer["aborted_multipart_uploads"], 2, "{answer}");
    assert!(answer["orphaned_keys"].as_u64() >= Some(2), "{answer}");
    assert!(answer["reminders_of_copies"].as_u64() >= Some(1), "{answer}");
    assert_eq!(engines.parts().await, [""; 0]);

    let blob = json!({"property": "doc", "type": "text", "data": "lost"});
    let lost = client.object(&bucket, "", &json!({"blobs": [blob]})).await.ok();
    engines.remove(lost["blobs"][0]["properties"]["url"].as_str().expect("a place")).await;
    let film = json!({"filename": "a.mp4", "content_type": "video/mp4", "create_object_on_confirm": false});
    let upload = client.upload(&bucket, &film, b"lost").await;
    client.confirm(&bucket, &upload, &json!({})).await.ok();
    let row = engines.upload(upload["upload_id"].as_str().expect("an id")).await;
    engines.remove(&format!("s3://stowage-blobs/{}", row["place"]["key"].as_str().expect("a key"))).await;
    answer_schedule(&reconcile, None).await.expect_err("bytes are gone");
    let row = engines.object(lost["object_id"].as_str().expect("an id")).await;
    assert_eq!(row["status"], "FAILED", "{row}");
}

#[tokio::test]
async fn every_event_has_its_outcome_and_its_log_lines() {
    let binary = Binary::new("reconcile", env!("CARGO_BIN_EXE_reconcile"));
    play_feeds_over(&Deployment::start().await, &binary).await;
}

#[tokio::test]
async fn what_is_left_over_goes_and_the_line_says_how_much() {
    let binary = Binary::new("reconcile", env!("CARGO_BIN_EXE_reconcile"));
    let deployment = Deployment::start().await;
    furnish(deployment.stack()).await;
    stop_before_the_end(deployment.stack()).await;
    let mut function = deployment.function(&binary).await;
    // The fixture has uploads of its own that are over.
    let (answer, lines) = function.feed(&json!({"source": "aws.scheduler"}), 1).await;
    assert_eq!(answer["removed_objects_bytes"], 2, "{answer}");
    assert_eq!(answer["unreferenced_uploads"], 1, "{answer}");
    assert_eq!(answer["revived_tasks"], 1, "{answer}");
    assert!(answer["given_up_batches"].as_u64() >= Some(1), "{answer}");
    assert!(answer["expired_uploads"].as_u64() >= Some(1), "{answer}");
    let line = &lines[0];
    assert_eq!((&line["level"], &line["outcome"]), (&json!("INFO"), &json!("finished")), "{line}");
    assert_eq!(line["expired_uploads"], answer["expired_uploads"]);
    let metrics = line["_aws"]["CloudWatchMetrics"][0]["Metrics"].to_string();
    assert!(metrics.contains("expired_uploads"), "each count is a metric: {metrics}");
    let (again, _) = function.feed(&json!({"source": "aws.scheduler"}), 1).await;
    assert_eq!(again, json!({}), "once is enough");
    what_is_a_day_old(&deployment).await;
    assert_eq!(function.kill().await.stderr, [""; 0]);
    deployment.write_calls(binary.name);
}

/// The line says which row, and nothing that is in it.
#[tokio::test]
async fn what_cannot_be_read_is_named_and_the_run_fails_in_the_end() {
    let binary = Binary::new("reconcile", env!("CARGO_BIN_EXE_reconcile"));
    let deployment = Deployment::start().await;
    let stack = deployment.stack();
    furnish(stack).await;
    let items = stack.engines().items("uploads").await;
    let open = |item: &&Value| item["filename"] == "a.mp4" && item["status"] == "PENDING";
    let broken = items.iter().filter(open).find(|item| item["expires_at"] != LONG_AGO).expect("an open one");
    set(stack, "uploads", broken, "ref_count", "a secret").await;
    let mut function = deployment.function(&binary).await;
    let (failure, line) = function.feed_and_fail(&json!({"source": "aws.scheduler"})).await;
    assert!(failure.to_string().contains("InternalServerError"), "{failure}");
    assert_eq!((&line["level"], &line["removed_objects_bytes"]), (&json!("ERROR"), &json!(2)), "{line}");
    assert_eq!((&line["outcome"], &line["left_over"]), (&json!("finished"), &json!(1)), "{line}");
    let cause = "an unreadable row: an attribute of another form";
    let left =
        json!([{"what": "upload", "id": broken["pk"], "error": "InternalServerError", "cause": cause}]);
    assert_eq!(line["left"], left);
    assert!(!line.to_string().contains("a secret"));
    assert!(line["_aws"].to_string().contains("left_over"), "{line}");
    assert_eq!(function.kill().await.stderr, [""; 0]);
}
