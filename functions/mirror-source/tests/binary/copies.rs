//! What is copied, and how it is referred to then.

use std::time::Duration;

use serde_json::{Value, json};
use stowage_tests::Fault;

use crate::Scene;
use crate::web::Page;

const SHA256_OF_HELLO: &str = "sha256:2cf24dba5fb0a30e26e83b2ac5b9e29e1b161e5c1fa7425e73043362938b9824";

#[tokio::test]
async fn a_source_is_copied_and_referred_to_in_s3() {
    let scene = Scene::start().await;
    scene.web.set("/a/hello.txt?q=1", Page::new("text/plain; charset=utf-8", b"hello"));
    let row = scene.write("1", &[scene.blob("doc", "text", "/a/hello.txt?q=1")]).await;
    assert_eq!(row["mirror"], true);
    assert_eq!(row["blobs"][0]["mirror"], "WAITING");

    assert!(scene.deliver(&row, 1).await);
    let after = scene.row(&row).await;
    assert_eq!((&after["mirror"], &after["blobs"][0]["mirror"]), (&Value::Null, &Value::Null));
    assert_eq!((&after["version"], &after["error"]), (&json!(2), &Value::Null));
    assert_eq!(after["write_id"], row["write_id"]);
    assert_eq!(after["blobs"][0]["verified"], SHA256_OF_HELLO);
    assert!(after["blobs"][0]["place"]["version_id"].is_string());

    let shown = scene.shown(&row).await;
    let blob = &shown["blobs"][0];
    let details = json!({
        "filename": "hello.txt", "size_bytes": 5, "mime_type": "text/plain; charset=utf-8", "hash": SHA256_OF_HELLO,
    });
    assert_eq!(blob["details"], details);
    let url = blob["properties"]["url"].as_str().expect("a URL");
    assert_eq!(scene.stack.engines().bytes(url).await, b"hello");
    let [copy] = &scene.copies().await[..] else { panic!("one copy") };
    let owner =
        ["organisation_id", "namespace_id", "bucket_id", "object_id"].map(|name| row[name].as_str().unwrap());
    assert!(copy.starts_with(&format!("mirror/{}/", owner.join("/"))), "{copy}");
    assert!(copy.ends_with("/hello.txt") && url.ends_with(copy), "{copy}");

    // The message comes again.
    assert!(scene.deliver(&row, 2).await);
    assert_eq!(scene.row(&row).await, after);
    assert_eq!(scene.web.asked(), ["/a/hello.txt?q=1"]);
}

#[tokio::test]
async fn all_sizes_are_copied_whole() {
    let scene = Scene::start().await;
    let part = 8 * 1024 * 1024;
    for (size, puts) in [(0, 1), (part, 1), (part + 1, 2), (2 * part, 2), (3 * part + 5, 4)] {
        // Bytes that tell where they are.
        let body: Vec<u8> = (0..size).map(|at| u8::try_from((at / 1000 + at) % 251).unwrap()).collect();
        scene.web.set("/large.txt", Page::new("text/plain", &body));
        let row = scene.write(&size.to_string(), &[scene.blob("doc", "text", "/large.txt")]).await;
        scene.stack.faults().take_calls();
        assert!(scene.deliver(&row, 1).await, "{size}");
        let actions = scene.stack.faults().take_actions();
        let count = |name: &str| actions.iter().filter(|action| *action == name).count();
        let ends = if puts == 1 { 0 } else { 2 };
        assert_eq!((count("PUT mirror"), count("POST mirror")), (puts, ends), "{actions:?}");
        let shown = scene.shown(&row).await;
        assert_eq!(shown["blobs"][0]["details"]["size_bytes"], size);
        let url = shown["blobs"][0]["properties"]["url"].as_str().expect("a URL");
        assert!(scene.stack.engines().bytes(url).await == body, "{size}");
    }
}

#[tokio::test]
async fn what_is_not_to_be_copied_does_not_wait() {
    let scene = Scene::start().await;
    let mut blob = scene.blob("doc", "text", "/a.txt");
    blob["canonicalize_source"] = json!(false);
    let s3 = json!({"property": "photo", "type": "image", "data": "s3://elsewhere/a.png"});
    let row = scene.write("1", &[blob, s3]).await;
    assert_eq!((&row["mirror"], &row["blobs"][0]["mirror"]), (&Value::Null, &Value::Null));
    assert!(scene.deliver(&row, 1).await);
    assert_eq!(scene.row(&row).await, row);
    assert_eq!(scene.web.asked(), [""; 0]);
}

#[tokio::test]
async fn a_source_keeps_its_encoding_and_a_file_gets_a_name() {
    let scene = Scene::start().await;
    let mut page = Page::new("image/png", b"not unpacked");
    page.headers.push_str("Content-Encoding: gzip\r\n");
    scene.web.set("/", page);
    let row = scene.write("1", &[scene.blob("photo", "image", "/")]).await;
    assert!(scene.deliver(&row, 1).await);
    let shown = scene.shown(&row).await;
    assert_eq!(shown["blobs"][0]["details"]["filename"], "photo.png");
    let url = shown["blobs"][0]["properties"]["url"].as_str().expect("a URL");
    assert_eq!(scene.stack.engines().bytes(url).await, b"not unpacked");
}

/// S3 takes its time for many parts: longer than other calls get.
#[tokio::test]
async fn s3_may_take_long_to_put_the_parts_together() {
    let scene = Scene::start().await;
    scene.web.set("/large.txt", Page { times: 9, ..Page::new("text/plain", &vec![b'x'; 1024 * 1024]) });
    let row = scene.write("1", &[scene.blob("doc", "text", "/large.txt")]).await;
    let faults = scene.stack.faults();
    // The first POST begins the upload.
    faults.inject("POST mirror", Fault::Delay(Duration::ZERO), 1);
    faults.inject("POST mirror", Fault::Delay(Duration::from_millis(3500)), 5);
    assert!(scene.deliver(&row, 1).await);
    assert_eq!(faults.clear(), 4, "one call was enough");
    assert_eq!(scene.shown(&row).await["blobs"][0]["details"]["size_bytes"], 9 * 1024 * 1024);
}
