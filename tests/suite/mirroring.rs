//! Sources on the web that come to be copied into S3, from the create to the bytes.

use std::time::Duration;

use serde_json::{Value, json};
use stowage_domain::upload::{Grace, Rounds};
use stowage_local::{Options, RelayOptions};
use stowage_store::Settings;
use stowage_tests::{Fault, TestStack, Web};

/// A stack that may fetch from a web server on this machine, with a bucket for films.
async fn start(web: &Web) -> (TestStack, String) {
    let relay =
        RelayOptions { auto_confirm: None, visibility: Duration::from_millis(20), ..RelayOptions::default() };
    let fetch_rules = mirror_source::rules(&[web.port()], &["localhost".to_owned()]);
    // What is deleted goes at once.
    let settings = Settings { cache_for: Duration::ZERO, ..Settings::default() };
    let grace = Grace { unreferenced: 0, uncopied: 0, rounds: Rounds::ALWAYS, ..Grace::default() };
    let options = Options { relay, fetch_rules, settings, grace, ..Options::default() };
    let stack = TestStack::start_as_told(options).await;
    let schema = json!({"title": {"type": "string"}, "clip": {"type": "video"}});
    let bucket = stack.client.bucket("films", schema, json!(null)).await;
    (stack, bucket)
}

/// An object whose clip is at this path of the server.
fn film(web: &Web, path: &str) -> Value {
    let url = format!("http://localhost:{}{path}", web.port());
    json!({"title": "Metropolis", "blobs": [{"property": "clip", "type": "video", "data": url}]})
}

async fn shown(stack: &TestStack, bucket: &str, object: &Value) -> Value {
    let id = object["object_id"].as_str().expect("an id");
    stack.client.get(&format!("/v1/buckets/{bucket}/objects/{id}?return_presigned_urls=true")).await.ok()
}

#[tokio::test(flavor = "multi_thread")]
async fn a_source_comes_to_be_stowages_own() {
    let web = Web::start(|path| (path == "/a.mp4").then(|| ("video/mp4", b"a film".to_vec()))).await;
    let (stack, bucket) = start(&web).await;
    let object = stack.client.object(&bucket, "", &film(&web, "/a.mp4")).await.ok();
    let first = object["blobs"][0]["properties"]["url"].as_str().expect("a URL");
    assert!(first.starts_with("http://localhost"), "the source, until it is copied: {first}");
    stack.quiet().await;
    let object = shown(&stack, &bucket, &object).await;
    let blob = &object["blobs"][0];
    let url = blob["properties"]["url"].as_str().expect("a URL");
    assert!(url.starts_with("s3://stowage-blobs/mirror/"), "{url}");
    assert_eq!(
        (&blob["details"]["size_bytes"], &blob["details"]["mime_type"]),
        (&json!(6), &json!("video/mp4"))
    );
    assert_eq!(stack.engines().bytes(url).await, b"a film");
    let signed = blob["presigned_url"].as_str().expect("a presigned URL");
    let bytes = stack.client.http().get(signed).send().await.expect("S3 answers").bytes().await;
    assert_eq!(bytes.expect("a body").as_ref(), b"a film");
    let events = stack.events().await;
    let told: Vec<_> = events.iter().map(|event| &event["detail"]["blobs"][0]["mirror"]).collect();
    assert_eq!(told, [&json!("WAITING"), &Value::Null], "created with a source, updated with a copy");
    assert!(!Value::from(events.clone()).to_string().contains("localhost"), "no source is told");
}

#[tokio::test(flavor = "multi_thread")]
async fn a_source_that_is_not_there_is_said_on_its_object() {
    let web = Web::start(|_| None).await;
    let (stack, bucket) = start(&web).await;
    let object = stack.client.object(&bucket, "", &film(&web, "/gone.mp4")).await.ok();
    stack.quiet().await;
    let object = shown(&stack, &bucket, &object).await;
    let error = object["error"].as_str().expect("why");
    assert!(error.contains("'clip'") && !error.contains("localhost"), "{error}");
    let events = stack.events().await;
    assert_eq!(events.last().expect("events")["detail"]["blobs"][0]["mirror"], "FAILED");
    assert_eq!(stack.engines().keys("mirror/").await, [""; 0]);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_private_host_that_nobody_allowed_is_refused() {
    let web = Web::start(|_| Some(("video/mp4", b"a secret".to_vec()))).await;
    let (stack, bucket) = start(&web).await;
    let url = format!("http://127.0.0.1:{}/a.mp4", web.port());
    let blob = json!({"property": "clip", "type": "video", "data": url});
    let object = stack.client.object(&bucket, "", &json!({"title": "x", "blobs": [blob]})).await.ok();
    stack.quiet().await;
    assert!(shown(&stack, &bucket, &object).await["error"].is_string());
    assert_eq!(web.asked(), 0, "it was never asked");
}

#[tokio::test(flavor = "multi_thread")]
async fn who_wants_no_copy_gets_none() {
    let web = Web::start(|_| Some(("video/mp4", b"a film".to_vec()))).await;
    let (stack, bucket) = start(&web).await;
    let mut sent = film(&web, "/a.mp4");
    sent["canonicalize_source"] = json!(false);
    let object = stack.client.object(&bucket, "", &sent).await.ok();
    stack.quiet().await;
    let url = shown(&stack, &bucket, &object).await["blobs"][0]["properties"]["url"].clone();
    assert_eq!((url, web.asked()), (sent["blobs"][0]["data"].clone(), 0));
}

#[tokio::test(flavor = "multi_thread")]
async fn a_deleted_object_takes_its_copy_along() {
    let web = Web::start(|_| Some(("video/mp4", b"a film".to_vec()))).await;
    let (stack, bucket) = start(&web).await;
    stack.client.object(&bucket, "", &film(&web, "/a.mp4")).await.ok();
    stack.quiet().await;
    assert_eq!(stack.engines().keys("mirror/").await.len(), 1);
    stack.client.delete(&format!("/v1/buckets/{bucket}")).await.ok();
    // The bucket is remembered for as long as the store's memory lasts; its first sweep is at once.
    let gone = async {
        while !stack.engines().keys("mirror/").await.is_empty() {
            tokio::time::sleep(Duration::from_millis(20)).await;
        }
    };
    tokio::time::timeout(Duration::from_mins(1), gone).await.expect("the copy goes with the bucket");
}

async fn reconcile(stack: &TestStack) -> Value {
    let ran = stack.stack().functions().deliver("reconcile", json!({}), Duration::from_mins(1)).await;
    ran.expect("it runs")
}

async fn two_films(web: &Web, stack: &TestStack, bucket: &str) -> [Value; 2] {
    let one = stack.client.object(bucket, "", &film(web, "/a.mp4")).await.ok();
    stack.quiet().await;
    let other = stack.client.object(bucket, "", &film(web, "/b.mp4")).await.ok();
    stack.quiet().await;
    assert_eq!(stack.engines().keys("mirror/").await.len(), 1, "the same film");
    [one, other]
}

#[tokio::test(flavor = "multi_thread")]
async fn a_copy_goes_with_the_last_object_that_shares_it() {
    let web = Web::start(|_| Some(("video/mp4", b"a film".to_vec()))).await;
    let (stack, bucket) = start(&web).await;
    for object in two_films(&web, &stack, &bucket).await {
        assert_eq!(reconcile(&stack).await, json!({}));
        assert_eq!(stack.engines().keys("mirror/").await.len(), 1);
        let id = object["object_id"].as_str().expect("an id");
        stack.client.delete(&format!("/v1/buckets/{bucket}/objects/{id}")).await.deleted();
        stack.quiet().await;
    }
    assert_eq!(reconcile(&stack).await, json!({"unreferenced_uploads": 1}));
    assert_eq!(stack.engines().keys("").await, [""; 0]);
    assert_eq!(stack.engines().items("uploads").await, [Value::Null; 0], "nor its row and pointer");
}

#[tokio::test(flavor = "multi_thread")]
async fn copies_go_with_their_bucket() {
    let web = Web::start(|_| Some(("video/mp4", b"a film".to_vec()))).await;
    let (stack, bucket) = start(&web).await;
    two_films(&web, &stack, &bucket).await;
    stack.client.delete(&format!("/v1/buckets/{bucket}")).await.ok();
    stack.quiet().await;
    assert_eq!(stack.engines().keys("").await, [""; 0]);
    assert_eq!(stack.engines().items("uploads").await, [Value::Null; 0]);
}

/// Its message was lost, as far as anybody knows: the object is told of once more.
#[tokio::test(flavor = "multi_thread")]
async fn a_source_that_was_forgotten_is_copied_after_all() {
    let web = Web::start(|_| Some(("video/mp4", b"a film".to_vec()))).await;
    let (stack, bucket) = start(&web).await;
    stack.background().inject("PUT mirror", Fault::Status(403), 6);
    let object = stack.client.object(&bucket, "", &film(&web, "/a.mp4")).await.ok();
    stack.quiet().await;
    assert_eq!(stack.background().clear(), 0, "S3 refused as often as the queue tries");
    assert_eq!(shown(&stack, &bucket, &object).await["error"], Value::Null, "it waits");
    assert_eq!(reconcile(&stack).await, json!({"reminders_of_copies": 1}));
    stack.quiet().await;
    let blob = &shown(&stack, &bucket, &object).await["blobs"][0];
    assert!(blob["presigned_url"].is_string(), "{blob}");
}
