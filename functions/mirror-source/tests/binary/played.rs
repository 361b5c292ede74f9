//! The real binary on a Lambda Runtime API that the test plays, over recorded engines.

use serde_json::{Value, json};
use stowage_tests::{Binary, Deployment, play_feeds_over};

use crate::message;
use crate::web::{Page, Web};

/// No recorded event can name the life of an object that is made anew for each test. What is copied here
/// makes every call that the function can make.
#[tokio::test]
async fn every_event_has_its_outcome_and_sources_are_copied() {
    let binary = Binary::new("mirror-source", env!("CARGO_BIN_EXE_mirror-source"));
    let deployment = Deployment::start().await;
    play_feeds_over(&deployment, &binary).await;

    let web = Web::start().await;
    web.set("/small.txt", Page::new("text/plain", b"hello"));
    web.set("/small.txt?again", Page::new("text/plain", b"hello"));
    web.set("/large.txt", Page { times: 12, ..Page::new("text/plain", &vec![b'x'; 1024 * 1024]) });
    let broken = Page { breaks_off: true, ..Page::new("text/plain", &vec![b'x'; 1024 * 1024]) };
    web.set("/broken.txt", Page { times: 20, ..broken });
    web.set("/other.txt", Page::new("text/plain", b"other bytes"));
    let client = &deployment.stack().client;
    let bucket = client.bucket("mirrored", json!({"doc": {"type": "text"}}), json!(null)).await;
    let variables = deployment
        .variables()
        .with("STOWAGE_FETCH_PORTS", format!("80, {}", web.port))
        .with("STOWAGE_FETCH_PRIVATE_HOSTS", "intranet.example, localhost");
    let mut function = deployment.function_with(&binary, &variables).await;
    for (path, outcome, cause) in [
        ("/small.txt", json!("copied"), Value::Null),
        ("/small.txt?again", json!("copied"), Value::Null),
        ("/large.txt", json!("copied"), Value::Null),
        ("/other.txt", json!("failed"), Value::Null),
        ("/gone.txt?secret", json!("failed"), Value::Null),
        (
            "/broken.txt",
            Value::Null,
            json!("the source could not be read: its answer broke off or is not HTTP"),
        ),
    ] {
        let mut blob = json!({"property": "doc", "type": "text", "data": web.url(path)});
        if path == "/other.txt" {
            blob["checksum"] = json!("0".repeat(64));
        }
        let object = client.object(&bucket, "", &json!({"blobs": [blob]})).await.ok();
        let id = object["object_id"].as_str().expect("an object_id");
        let row = deployment.stack().engines().object(id).await;
        let (_, lines) = function.feed(&message(&row, 1), 1).await;
        assert_eq!((&lines[0]["outcome"], &lines[0]["cause"]), (&outcome, &cause), "{path}");
        assert!(!lines[0].to_string().contains("secret"), "{}", lines[0]);
        let is_reused = path == "/small.txt?again";
        assert_eq!(lines[0]["reused_copies"], if is_reused { json!(1) } else { Value::Null }, "{path}");
    }
    assert_eq!(function.kill().await.stderr, [""; 0]);
    deployment.write_calls(binary.name);
}
