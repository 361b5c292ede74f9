//! Keys are data: whatever S3 allows can be stored beside anything else.

use crate::harness::{BUCKET, Server};
use std::collections::BTreeSet;

fn odd_keys() -> Vec<String> {
    let mut keys: Vec<String> = [
        "a",
        "a/b",
        "a/b/",
        "a/",
        "a//b",
        "//",
        "/",
        "/a",
        "..",
        "../..",
        ".",
        "./x",
        "a/../b",
        "bucket.json",
        "upload.json",
        "C:\\x",
        "tab\there",
        "new\nline",
        "grüße/日本語/🦀",
        "100%",
        "%2F",
        "a+b c",
        "?x=1&y=2",
        "#",
        "\u{feff}",
        "~*'()!",
        "trailing ",
        " leading",
    ]
    .into_iter()
    .map(str::to_owned)
    .collect();
    keys.push("k".repeat(1024));
    keys.push("ü".repeat(512));
    keys.push(format!("{}/x", "s".repeat(600)));
    keys
}

#[tokio::test]
async fn odd_keys_work_side_by_side() {
    let server = Server::start().await;
    let keys = odd_keys();
    for key in &keys {
        server.put(key, key.as_bytes()).await;
    }
    let server = server.restart().await;
    for key in &keys {
        assert_eq!(server.get(key).await.as_deref(), Some(key.as_bytes()), "{key:?}");
    }

    let list = server.client.list_objects_v2().bucket(BUCKET);
    let list = list.encoding_type(aws_sdk_s3::types::EncodingType::Url).send().await.unwrap();
    let decode = |key: &str| percent_encoding::percent_decode_str(key).decode_utf8().unwrap().into_owned();
    let listed: BTreeSet<String> =
        list.contents().iter().map(|object| decode(object.key().unwrap())).collect();
    assert_eq!(listed, keys.iter().cloned().collect());

    for key in &keys {
        server.client.delete_object().bucket(BUCKET).key(key).send().await.unwrap();
        assert_eq!(server.get(key).await, None, "{key:?}");
    }
}

#[tokio::test]
async fn a_key_that_is_too_long_is_refused() {
    let server = Server::start().await;
    let put = server.client.put_object().bucket(BUCKET).key("k".repeat(1025)).body(b"x".to_vec().into());
    assert_eq!(crate::harness::code(&put.send().await.unwrap_err()), "KeyTooLongError");
}
