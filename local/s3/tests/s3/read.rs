//! `GetObject` and `HeadObject`: ranges, conditions, overrides, and what is missing.

use crate::harness::{BUCKET, REGION, Server, client, code};
use crate::sign::{hex, sha256_hex, sign};
use aws_sdk_s3::operation::get_object::builders::GetObjectFluentBuilder;
use aws_sdk_s3::primitives::DateTime;
use aws_sdk_s3::types::{ChecksumMode, ObjectAttributes};
use md5::{Digest as _, Md5};

async fn status(get: GetObjectFluentBuilder) -> u16 {
    match get.send().await {
        Ok(output) => {
            let length = output.content_length;
            let body = output.body.collect().await.unwrap().to_vec();
            assert_eq!(length, i64::try_from(body.len()).ok());
            200
        }
        Err(error) => error.raw_response().unwrap().status().as_u16(),
    }
}

#[tokio::test]
async fn ranges_are_read() {
    let server = Server::start().await;
    server.put("a", b"0123456789").await;
    let get = |range: &str| server.client.get_object().bucket(BUCKET).key("a").range(range).send();
    for (range, expected, content_range) in [
        ("bytes=2-4", "234", "bytes 2-4/10"),
        ("bytes=7-", "789", "bytes 7-9/10"),
        ("bytes=-3", "789", "bytes 7-9/10"),
        ("bytes=5-99", "56789", "bytes 5-9/10"),
        ("bytes=0-9", "0123456789", "bytes 0-9/10"),
    ] {
        let got = get(range).await.unwrap();
        assert_eq!(got.content_range.as_deref(), Some(content_range));
        assert_eq!(got.body.collect().await.unwrap().to_vec(), expected.as_bytes());
    }
    assert_eq!(code(&get("bytes=10-").await.unwrap_err()), "InvalidRange");

    let ranged = server.client.get_object().bucket(BUCKET).key("a").range("bytes=2-4");
    let ranged = ranged.checksum_mode(ChecksumMode::Enabled).send().await.unwrap();
    assert_eq!(ranged.checksum_crc32, None, "a checksum of the whole doesn't fit a part");
}

#[tokio::test]
async fn conditions_are_evaluated() {
    let server = Server::start().await;
    server.put("a", b"hello").await;
    let etag = format!("\"{}\"", hex(&Md5::digest(b"hello")));
    let other = "\"00000000000000000000000000000000\"";
    let get = || server.client.get_object().bucket(BUCKET).key("a");
    let early = DateTime::from_secs(1_000_000_000);
    let late = DateTime::from_secs(10_000_000_000);

    assert_eq!(status(get().if_match(&etag)).await, 200);
    assert_eq!(status(get().if_match("*")).await, 200);
    assert_eq!(status(get().if_match(other)).await, 412);
    assert_eq!(status(get().if_none_match(&etag)).await, 304);
    assert_eq!(status(get().if_none_match(other)).await, 200);
    assert_eq!(status(get().if_modified_since(early)).await, 200);
    assert_eq!(status(get().if_modified_since(late)).await, 304);
    assert_eq!(status(get().if_unmodified_since(early)).await, 412);
    assert_eq!(status(get().if_unmodified_since(late)).await, 200);
    // An ETag condition displaces the date beside it.
    assert_eq!(status(get().if_match(&etag).if_unmodified_since(early)).await, 200);
    assert_eq!(status(get().if_none_match(other).if_modified_since(late)).await, 200);

    let head = server.client.head_object().bucket(BUCKET).key("a").if_match(other).send().await;
    assert_eq!(head.unwrap_err().raw_response().unwrap().status().as_u16(), 412);
}

#[tokio::test]
async fn a_304_carries_the_validators() {
    let server = Server::start().await;
    server.put("a", b"hello").await;
    let etag = format!("\"{}\"", hex(&Md5::digest(b"hello")));
    let headers = sign(server.addr, "GET", "/bucket/a", &sha256_hex(b""), &[("if-none-match", &etag)]);
    let answer = server.raw("GET", "/bucket/a", &headers, b"").await;
    assert_eq!(answer.status, 304);
    assert_eq!(answer.header("etag"), Some(etag.as_str()));
    assert_eq!(answer.body, "");
}

#[tokio::test]
async fn response_headers_can_be_overridden() {
    let server = Server::start().await;
    server.put("a", b"hello").await;
    let got = server
        .client
        .get_object()
        .bucket(BUCKET)
        .key("a")
        .response_content_type("text/csv")
        .response_content_disposition("attachment; filename=\"x.csv\"")
        .response_cache_control("no-store")
        .send()
        .await
        .unwrap();
    assert_eq!(got.content_type.as_deref(), Some("text/csv"));
    assert_eq!(got.content_disposition.as_deref(), Some("attachment; filename=\"x.csv\""));
    assert_eq!(got.cache_control.as_deref(), Some("no-store"));
    let head = server.client.head_object().bucket(BUCKET).key("a").response_content_type("text/csv");
    assert_eq!(head.send().await.unwrap().content_type.as_deref(), Some("text/csv"));
}

#[tokio::test]
async fn missing_things_are_named() {
    let server = Server::start().await;
    let get = |bucket: &str| server.client.get_object().bucket(bucket).key("a").send();
    assert_eq!(code(&get("absent").await.unwrap_err()), "NoSuchBucket");
    assert_eq!(code(&get(BUCKET).await.unwrap_err()), "NoSuchKey");
    let head = server.client.head_object().bucket(BUCKET).key("a").send().await.unwrap_err();
    assert!(head.as_service_error().unwrap().is_not_found());
    let put = server.client.put_object().bucket("absent").key("a").body(b"x".to_vec().into());
    assert_eq!(code(&put.send().await.unwrap_err()), "NoSuchBucket");
    let head = server.client.head_bucket().bucket("absent").send().await.unwrap_err();
    assert!(head.as_service_error().unwrap().is_not_found());
}

#[tokio::test]
async fn wrong_credentials_are_refused() {
    let server = Server::start().await;
    for (secret, region, expected) in [
        ("wrong", REGION, "SignatureDoesNotMatch"),
        (crate::harness::SECRET_KEY, "eu-west-1", "AuthorizationHeaderMalformed"),
    ] {
        let client = client(server.addr, secret, region);
        let put = client.put_object().bucket(BUCKET).key("a").body(b"x".to_vec().into());
        assert_eq!(code(&put.send().await.unwrap_err()), expected);
    }
    server.raw("GET", "/bucket/a", &[], b"").await.assert(403, "AccessDenied");
    server.raw("PUT", "/bucket/a", &[], b"x").await.assert(403, "AccessDenied");

    let mut headers = sign(server.addr, "PUT", "/bucket/a", &sha256_hex(b"x"), &[]);
    headers.push(("x-amz-meta-added".to_owned(), "later".to_owned()));
    server.raw("PUT", "/bucket/a", &headers, b"x").await.assert(403, "AccessDenied");
    assert_eq!(server.get("a").await, None);
}

#[tokio::test]
async fn attributes_are_answered() {
    let server = Server::start().await;
    server.put("a", b"hello").await;
    let attributes = server
        .client
        .get_object_attributes()
        .bucket(BUCKET)
        .key("a")
        .object_attributes(ObjectAttributes::Etag)
        .object_attributes(ObjectAttributes::Checksum)
        .object_attributes(ObjectAttributes::ObjectSize)
        .send()
        .await
        .unwrap();
    assert_eq!(attributes.object_size, Some(5));
    assert!(attributes.checksum.unwrap().checksum_crc32.is_some());
}

#[tokio::test]
async fn an_object_can_be_copied() {
    let server = Server::start().await;
    let put = server.client.put_object().bucket(BUCKET).key("dir/ä b").body(b"hello".to_vec().into());
    put.content_type("text/plain").metadata("a", "1").send().await.unwrap();
    let source = "bucket/dir/%C3%A4%20b";
    let copy = |target: &str| server.client.copy_object().bucket(BUCKET).key(target).copy_source(source);
    let copied = copy("copy").send().await.unwrap();
    assert!(copied.version_id.is_some() && copied.copy_source_version_id.is_some());
    let got = server.client.get_object().bucket(BUCKET).key("copy").send().await.unwrap();
    assert_eq!(got.content_type.as_deref(), Some("text/plain"));
    assert_eq!(got.metadata.unwrap()["a"], "1");
    assert_eq!(got.body.collect().await.unwrap().to_vec(), b"hello");

    assert_eq!(code(&copy("dir/ä b").send().await.unwrap_err()), "InvalidRequest");
    let failed = copy("copy").copy_source_if_match("\"00000000000000000000000000000000\"").send().await;
    assert_eq!(code(&failed.unwrap_err()), "PreconditionFailed");
    let absent = server.client.copy_object().bucket(BUCKET).key("b").copy_source("bucket/absent");
    assert_eq!(code(&absent.send().await.unwrap_err()), "NoSuchKey");
}
