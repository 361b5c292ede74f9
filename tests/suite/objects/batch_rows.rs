//! The rows of a batch: their order where they meet, repeats, and AWS's bad days.

use std::collections::BTreeSet;
use std::time::Duration;

use serde_json::{Value, json};
use stowage_local::Options;
use stowage_store::Settings;
use stowage_tests::{Fault, TestStack};

use super::Scene;
use super::batch::positions;

fn schema() -> Value {
    json!({"sku": {"type": "string"}, "n": {"type": "integer"}, "notes": {"type": "text"}})
}

async fn keyed(stack: TestStack) -> Scene {
    Scene::on(stack, schema(), json!({"fields": ["sku"]})).await
}

fn replays(answer: &Value) -> Vec<Value> {
    let rows = answer["succeeded"].as_array().cloned().unwrap_or_default();
    rows.iter().map(|row| json!([row["object_index"], row["replayed"], row["replayed_by"]])).collect()
}

/// A hundred rows of which every tenth is bad.
fn ninety_good_ones() -> Vec<Value> {
    let row = |n: u64| json!({"n": if n % 10 == 3 { json!("bad") } else { json!(n) }, "idempotency_key": format!("k{n}")});
    (0..100).map(row).collect()
}

#[tokio::test(flavor = "multi_thread")]
async fn of_a_hundred_rows_ten_bad_ones_fail_alone() {
    let scene = Scene::with(schema()).await;
    let answer = scene.batch("", &ninety_good_ones()).await.ok();
    assert_eq!((&answer["succeeded_count"], &answer["failed_count"]), (&json!(90), &json!(10)));
    assert_eq!(positions(&answer["failed"]), (0..100).filter(|n| n % 10 == 3).collect::<Vec<_>>());
    assert_eq!(positions(&answer["succeeded"]), (0..100).filter(|n| n % 10 != 3).collect::<Vec<_>>());
    for row in answer["succeeded"].as_array().into_iter().flatten() {
        assert_eq!(row["n"], row["object_index"]);
    }
    assert_eq!(scene.stack.engines().object_count().await, 90);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_repeat_after_lost_connections_doubles_nothing() {
    let settings = Settings { retry_for: Duration::from_millis(300), ..Settings::default() };
    let stack = TestStack::start_with(Options { settings, ..Options::default() }).await;
    let scene = Scene::on(stack, schema(), json!(null)).await;
    let faults = scene.stack.faults();
    let rows = ninety_good_ones();
    // Some are stored and never heard of again, some aren't stored; from then on AWS is out of reach.
    faults.inject("PutItem", Fault::LoseAnswer, 20);
    faults.inject("PutItem", Fault::LoseRequest, usize::MAX);
    let first = scene.batch("", &rows).await;
    faults.clear();
    assert_eq!(first.status, 422, "{}", first.body);
    for failed in first.body["failed"].as_array().into_iter().flatten() {
        let bad = failed["object_index"].as_u64().is_some_and(|n| n % 10 == 3);
        let wanted = if bad { "ValidationError" } else { "InternalServerError" };
        assert_eq!(failed["error_type"], wanted, "{failed}");
    }
    let stored = scene.stack.engines().object_count().await;
    assert!((1..90).contains(&stored), "{stored} objects");

    let again = scene.batch("", &rows).await.ok();
    assert_eq!(again["succeeded_count"], 90);
    assert_eq!(scene.stack.engines().object_count().await, 90);
    let replayed = replays(&again).iter().filter(|row| row[1] == true).count();
    assert_eq!(replayed, stored, "what was stored before is told from what wasn't");
    let third = scene.batch("", &rows).await.ok();
    assert!(replays(&third).iter().all(|row| row[2] == "idempotency_key"), "{:?}", replays(&third));
}

#[tokio::test(flavor = "multi_thread")]
async fn rows_of_one_key_are_done_in_their_order() {
    let scene = keyed(TestStack::start().await).await;
    let mut rows = Vec::new();
    for n in 0..30 {
        rows.push(json!({"sku": format!("{}", n % 3), "n": n, format!("f{n}"): true}));
    }
    let answer = scene.batch("?policy=upsert", &rows).await.ok();
    assert_eq!(answer["succeeded_count"], 30);
    for (n, row) in answer["succeeded"].as_array().into_iter().flatten().enumerate() {
        assert_eq!(row["n"], n);
        let seen = (0..30).filter(|f| row.get(format!("f{f}")).is_some()).collect::<Vec<_>>();
        assert_eq!(
            seen,
            (0..=n).filter(|f| f % 3 == n % 3).collect::<Vec<_>>(),
            "row {n} sees those before it"
        );
    }
    let inserts = [json!({"sku": "x", "n": 1}), json!({"sku": "x", "n": 2}), json!({"sku": "y"})];
    let answer = scene.batch("?policy=insert", &inserts).await.ok();
    assert_eq!(positions(&answer["succeeded"]), [0, 2]);
    assert_eq!(answer["failed"][0]["details"]["existing_object_id"], answer["succeeded"][0]["object_id"]);
    let updates = [json!({"sku": "x", "n": 3}), json!({"sku": "z", "n": 3})];
    let answer = scene.batch("?policy=update", &updates).await.ok();
    assert_eq!(
        (&answer["succeeded"][0]["n"], &answer["failed"][0]["error_type"]),
        (&json!(3), &json!("NotFoundError"))
    );
}

#[tokio::test(flavor = "multi_thread")]
async fn rows_with_one_idempotency_key_or_one_content_make_one_object() {
    let keyless = Scene::with(schema()).await;
    let note = json!([{"property": "notes", "type": "text", "data": "a"}]);
    let rows = [
        json!({"n": 1, "idempotency_key": "k"}),
        json!({"n": 1, "idempotency_key": "k"}),
        json!({"n": 2, "idempotency_key": "k"}),
        json!({"n": 3, "blobs": note, "skip_duplicates": true}),
        json!({"n": 4, "blobs": note, "skip_duplicates": true}),
    ];
    let answer = keyless.batch("", &rows).await.ok();
    let wanted = json!([
        [0, false, null],
        [1, true, "idempotency_key"],
        [3, false, null],
        [4, true, "skip_duplicates"]
    ]);
    assert_eq!(json!(replays(&answer)), wanted);
    let rows = &answer["succeeded"];
    assert_eq!(
        (&rows[0]["object_id"], &rows[2]["object_id"]),
        (&rows[1]["object_id"], &rows[3]["object_id"])
    );
    assert_eq!(rows[3]["n"], 3, "the existing object is returned as it is");
    assert_eq!(
        (&answer["failed"][0]["object_index"], &answer["failed"][0]["code"]),
        (&json!(2), &json!("idempotency_key_reuse"))
    );
    assert_eq!(keyless.stack.engines().object_count().await, 2);

    let keyed = keyed(TestStack::start().await).await;
    let rows = [
        json!({"sku": "a", "idempotency_key": "k"}),
        json!({"sku": "b", "idempotency_key": "k"}),
        json!({"sku": "b", "idempotency_key": "l"}),
    ];
    let answer = keyed.batch("?policy=insert", &rows).await.ok();
    assert_eq!((positions(&answer["succeeded"]), positions(&answer["failed"])), (vec![0, 2], vec![1]));
    let again = keyed.batch("?policy=insert", &rows).await.ok();
    assert_eq!(json!(replays(&again)), json!([[0, true, "idempotency_key"], [2, true, "idempotency_key"]]));
    // What the single create made, a row finds, and the other way round.
    let alone = keyed.stack.client.object(&keyed.bucket, "?policy=insert", &rows[2]).await.ok();
    assert_eq!(alone["object_id"], again["succeeded"][1]["object_id"]);
}

#[tokio::test]
async fn a_lost_answer_of_a_row_is_no_replay() {
    let scene = keyed(TestStack::start().await).await;
    for (action, row) in [
        ("PutItem", json!({"sku": "put"})),
        ("TransactWriteItems", json!({"sku": "claim", "idempotency_key": "k"})),
    ] {
        scene.stack.faults().inject(action, Fault::LoseAnswer, 1);
        let answer = scene.batch("?policy=insert", &[row]).await.ok();
        assert_eq!(json!(replays(&answer)), json!([[0, false, null]]), "{action}");
    }
    assert_eq!(scene.stack.faults().clear(), 0);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_throttled_row_fails_and_stores_nothing() {
    let settings = Settings { retry_for: Duration::from_millis(300), ..Settings::default() };
    let stack = TestStack::start_with(Options { settings, ..Options::default() }).await;
    let scene = keyed(stack).await;
    let note = json!([{"property": "notes", "type": "text", "data": "a"}]);
    scene.batch("?policy=insert", &[json!({"sku": "warm-up"})]).await.ok();
    scene.stack.faults().inject("TransactWriteItems", Fault::THROTTLE, usize::MAX);
    scene.stack.faults().inject("PUT inline", Fault::Status(503), usize::MAX);
    let rows = [
        json!({"sku": "a"}),
        json!({"sku": "b", "idempotency_key": "k"}),
        json!({"sku": "c", "blobs": note}),
        json!({"sku": "d"}),
    ];
    let answer = scene.batch("?policy=insert", &rows).await.ok();
    scene.stack.faults().clear();
    assert_eq!((positions(&answer["succeeded"]), positions(&answer["failed"])), (vec![0, 3], vec![1, 2]));
    for failed in answer["failed"].as_array().into_iter().flatten() {
        assert_eq!(failed["error_type"], "UnavailableError");
        assert_eq!(failed["details"], json!({"retryable": true, "retry_after_seconds": 2}));
    }
    let answer = scene.batch("?policy=insert", &rows[1..3]).await.ok();
    assert_eq!(positions(&answer["succeeded"]), [0, 1]);

    scene.stack.faults().inject("PutItem", Fault::THROTTLE, usize::MAX);
    let refused = scene.batch("?policy=insert", &[json!({"sku": "e"})]).await;
    scene.stack.faults().clear();
    assert_eq!((refused.status, &refused.body["failed_count"]), (422, &json!(1)));
    // What the rows need before any of them is written is the whole request's: nothing was stored.
    let upload = scene.upload("notes", "text/plain", b"a").await;
    let by_upload =
        json!({"sku": "f", "blobs": [{"property": "notes", "type": "text", "upload_id": upload}]});
    scene.stack.faults().inject("BatchGetItem", Fault::THROTTLE, usize::MAX);
    scene.batch("?policy=insert", &[json!({"sku": "g"}), by_upload]).await.refused(503, "");
    scene.stack.faults().clear();
    let skus: BTreeSet<String> = scene
        .stack
        .engines()
        .items("objects")
        .await
        .iter()
        .filter_map(|item| item["f:sku"].as_str().map(str::to_owned))
        .collect();
    assert_eq!(skus, ["a", "b", "c", "d", "warm-up"].map(str::to_owned).into());
}
