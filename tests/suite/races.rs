//! Races over real HTTP: among many writers of one key exactly one makes the object.

use futures::future::join_all;
use serde_json::{Value, json};
use stowage_tests::{Answer, Client, TestStack};

const WRITERS: usize = 200;

async fn keyed_bucket(client: &Client) -> String {
    let schema = json!({"sku": {"type": "string", "required": true}, "n": {"type": "integer"}, "doc": {"type": "text"}});
    client.bucket("race", schema, json!({"fields": ["sku"]})).await
}

/// Checks that exactly one of these answers is a 200 and all others a 409 naming its object.
fn assert_one_winner(answers: &[Answer], object_id: impl Fn(&Value) -> &Value) {
    let winners: Vec<_> = answers.iter().filter(|answer| answer.status == 200).collect();
    let [winner] = winners[..] else { panic!("{} winners among {}", winners.len(), answers.len()) };
    let id = object_id(&winner.body);
    assert!(id.is_string(), "{}", winner.body);
    for loser in answers.iter().filter(|answer| answer.status != 200) {
        let error = loser.clone().refused(409, "unique_key_conflict");
        assert_eq!(&error["details"]["existing_object_id"], id);
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn of_racing_inserts_exactly_one_wins_and_the_others_name_it() {
    let stack = TestStack::start().await;
    let bucket = keyed_bucket(&stack.client).await;
    for round in 0..10 {
        let body = json!({"sku": format!("round {round}"), "n": round});
        let inserts = (0..WRITERS).map(|_| stack.client.object(&bucket, "?policy=insert", &body));
        assert_one_winner(&join_all(inserts).await, |body| &body["object_id"]);
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn racing_upserts_make_one_object_and_all_succeed() {
    let stack = TestStack::start().await;
    let bucket = keyed_bucket(&stack.client).await;
    for round in 0..10 {
        let bodies: Vec<_> = (0..WRITERS).map(|n| json!({"sku": format!("round {round}"), "n": n})).collect();
        let upserts = bodies.iter().map(|body| stack.client.object(&bucket, "?policy=upsert", body));
        let answers: Vec<Value> = join_all(upserts).await.into_iter().map(Answer::ok).collect();
        for (answer, body) in answers.iter().zip(&bodies) {
            assert_eq!(answer["object_id"], answers[0]["object_id"]);
            assert_eq!(answer["created_at"], answers[0]["created_at"]);
            assert_eq!(answer["n"], body["n"], "each answer shows its own write");
        }
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn racing_confirms_of_one_upload_all_give_the_first_answer() {
    let stack = TestStack::start().await;
    let client = &stack.client;
    let keyed = keyed_bucket(client).await;
    let keyless = client.bucket("plain", json!({"doc": {"type": "text"}}), json!(null)).await;
    for round in 0..5 {
        for (bucket, metadata) in [(&keyed, json!({"sku": format!("{round}")})), (&keyless, json!({}))] {
            let create =
                json!({"filename": "a.txt", "content_type": "text/plain", "object_metadata": metadata});
            let upload = client.upload(bucket, &create, format!("round {round}").as_bytes()).await;
            let path = format!(
                "/v1/buckets/{bucket}/uploads/{}/confirm?policy=insert",
                upload["upload_id"].as_str().unwrap_or_default()
            );
            let body = json!({});
            let answers = join_all((0..50).map(|_| client.post(&path, &body))).await;
            let first = answers[0].clone().ok();
            assert!(first["object_id"].is_string(), "{first}");
            for answer in answers {
                assert_eq!(answer.ok(), first);
            }
        }
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn of_uploads_confirming_into_one_key_exactly_one_wins_and_the_others_stay_pending() {
    let stack = TestStack::start().await;
    let client = &stack.client;
    let bucket = keyed_bucket(client).await;
    for round in 0..5 {
        let create = json!({"filename": "a.txt", "content_type": "text/plain",
            "object_metadata": {"sku": format!("round {round}")}});
        let uploads = join_all((0..40).map(|_| client.upload(&bucket, &create, b"bytes"))).await;
        let paths: Vec<_> = uploads
            .iter()
            .map(|upload| {
                let id = upload["upload_id"].as_str().unwrap_or_default();
                format!("/v1/buckets/{bucket}/uploads/{id}/confirm?policy=insert")
            })
            .collect();
        let body = json!({});
        let answers = join_all(paths.iter().map(|path| client.post(path, &body))).await;
        assert_one_winner(&answers, |body| &body["object_id"]);
        // A loser is still PENDING: it can be confirmed as an update of the winner's object.
        let loser = answers.iter().position(|answer| answer.status == 409).expect("a loser");
        let updated = client.post(&paths[loser].replace("insert", "upsert"), &body).await.ok();
        let winner = answers.iter().find(|answer| answer.status == 200).expect("a winner");
        assert_eq!(updated["object_id"], winner.body["object_id"]);
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn of_confirms_racing_creates_exactly_one_wins() {
    let stack = TestStack::start().await;
    let client = &stack.client;
    let bucket = keyed_bucket(client).await;
    for round in 0..5 {
        let sku = format!("round {round}");
        let create =
            json!({"filename": "a.txt", "content_type": "text/plain", "object_metadata": {"sku": sku}});
        let uploads = join_all((0..20).map(|_| client.upload(&bucket, &create, b"bytes"))).await;
        let object = json!({"sku": sku});
        let confirms = uploads.iter().map(|upload| async {
            let id = upload["upload_id"].as_str().unwrap_or_default();
            let path = format!("/v1/buckets/{bucket}/uploads/{id}/confirm?policy=insert");
            client.post(&path, &json!({})).await
        });
        let creates = (0..20).map(|_| client.object(&bucket, "?policy=insert", &object));
        let (mut answers, others) = tokio::join!(join_all(confirms), join_all(creates));
        answers.extend(others);
        assert_one_winner(&answers, |body| &body["object_id"]);
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn racing_upserts_that_refer_to_uploads_keep_the_counts_true() {
    let stack = TestStack::start().await;
    let client = &stack.client;
    let bucket = keyed_bucket(client).await;
    let create =
        json!({"filename": "a.txt", "content_type": "text/plain", "create_object_on_confirm": false});
    let mut ids = Vec::new();
    for _ in 0..4 {
        let upload = client.upload(&bucket, &create, b"bytes").await;
        client.confirm(&bucket, &upload, &json!({})).await.ok();
        ids.push(upload["upload_id"].clone());
    }
    let bodies: Vec<_> = (0..24)
        .map(|n| {
            let blob = json!({"property": "doc", "type": "text", "upload_id": ids[n % ids.len()]});
            json!({"sku": "one", "n": n, "blobs": [blob]})
        })
        .collect();
    let answers = join_all(bodies.iter().map(|body| client.object(&bucket, "?policy=upsert", body))).await;
    for answer in answers {
        answer.ok();
    }
    // Whichever write was last: exactly one upload is referred to, and once.
    let last = client.object(&bucket, "?policy=update", &json!({"sku": "one"})).await.ok();
    let url = last["blobs"][0]["properties"]["url"].as_str().unwrap_or_default().to_owned();
    let mut counts = Vec::new();
    for id in &ids {
        let id = id.as_str().unwrap_or_default();
        let count = stack.upload_attribute(id, "ref_count").await;
        counts.push((url.contains(id), count));
    }
    for (referred, count) in &counts {
        assert_eq!(count.as_deref(), Some(if *referred { "1" } else { "0" }), "{counts:?}");
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn racing_creates_under_one_idempotency_key_make_one_object() {
    let stack = TestStack::start().await;
    let client = &stack.client;
    let keyless = client.bucket("plain", json!({"doc": {"type": "text"}}), json!(null)).await;
    let keyed = keyed_bucket(client).await;
    for (bucket, body) in [
        (&keyless, json!({"title": "t", "idempotency_key": "k"})),
        (&keyed, json!({"sku": "s", "idempotency_key": "k"})),
    ] {
        let answers = join_all((0..50).map(|_| client.object(bucket, "?policy=insert", &body))).await;
        let first = answers[0].clone().ok();
        for answer in answers {
            assert_eq!(answer.ok()["object_id"], first["object_id"]);
        }
    }
}
