//! `PutObject`: what was refused is never visible, and creating is atomic.

use crate::harness::{BUCKET, Server, code};
use crate::sign::{hex, sha256_hex, sign};
use aws_sdk_s3::types::{ChecksumMode, ChecksumType};
use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use md5::Md5;
use sha2::{Digest as _, Sha256};

#[tokio::test]
async fn what_was_put_comes_back() {
    let server = Server::start().await;
    let put = server
        .client
        .put_object()
        .bucket(BUCKET)
        .key("a")
        .body(b"hello".to_vec().into())
        .content_type("text/plain; charset=utf-8")
        .content_disposition("attachment; filename=\"a.txt\"")
        .content_language("en")
        .cache_control("max-age=60")
        .content_encoding("gzip")
        .metadata("owner", "team a")
        .send()
        .await
        .unwrap();
    let etag = format!("\"{}\"", hex(&Md5::digest(b"hello")));
    assert_eq!(put.e_tag.as_deref(), Some(etag.as_str()));
    assert!(put.version_id.is_some());

    let server = server.restart().await;
    let got = server.client.get_object().bucket(BUCKET).key("a").send().await.unwrap();
    assert_eq!(got.e_tag.as_deref(), Some(etag.as_str()));
    assert_eq!(got.version_id, put.version_id);
    assert_eq!(got.content_type.as_deref(), Some("text/plain; charset=utf-8"));
    assert_eq!(got.content_disposition.as_deref(), Some("attachment; filename=\"a.txt\""));
    assert_eq!(got.content_language.as_deref(), Some("en"));
    assert_eq!(got.cache_control.as_deref(), Some("max-age=60"));
    assert_eq!(got.content_encoding.as_deref(), Some("gzip"));
    assert_eq!(got.metadata.unwrap()["owner"], "team a");
    assert_eq!(got.content_length, Some(5));
    assert_eq!(got.body.collect().await.unwrap().to_vec(), b"hello");
}

#[tokio::test]
async fn a_refused_body_changes_nothing() {
    let server = Server::start().await;
    let version = server.put("a", b"before").await;
    let wrong = |length: usize| STANDARD.encode(vec![7; length]);
    let put = || server.client.put_object().bucket(BUCKET).key("a").body(b"after".to_vec().into());
    let refused = [
        ("MD5", put().content_md5(wrong(16))),
        ("CRC32", put().checksum_crc32(wrong(4))),
        ("CRC32C", put().checksum_crc32_c(wrong(4))),
        ("CRC64NVME", put().checksum_crc64_nvme(wrong(8))),
        ("SHA1", put().checksum_sha1(wrong(20))),
        ("SHA256", put().checksum_sha256(wrong(32))),
    ];
    for (what, request) in refused {
        let error = request.send().await.unwrap_err();
        assert_eq!(code(&error), "BadDigest", "{what}");
    }
    let malformed = put().checksum_sha256("AAAA").send().await.unwrap_err();
    assert_eq!(code(&malformed), "InvalidRequest");
    let malformed = put().content_md5("AAAA").send().await.unwrap_err();
    assert_eq!(code(&malformed), "InvalidDigest");

    let head = server.client.head_object().bucket(BUCKET).key("a").send().await.unwrap();
    assert_eq!(head.version_id, Some(version));
    assert_eq!(server.get("a").await.unwrap(), b"before");
    server.assert_staging_is_empty();
}

#[tokio::test]
async fn the_payload_must_have_the_signed_hash() {
    let server = Server::start().await;
    let headers = sign(server.addr, "PUT", "/bucket/a", &sha256_hex(b"other"), &[]);
    let answer = server.raw("PUT", "/bucket/a", &headers, b"hello").await;
    answer.assert(400, "XAmzContentSHA256Mismatch");
    assert_eq!(server.get("a").await, None);

    let headers = sign(server.addr, "PUT", "/bucket/a", &sha256_hex(b"hello"), &[]);
    assert_eq!(server.raw("PUT", "/bucket/a", &headers, b"hello").await.status, 200);
    assert_eq!(server.get("a").await.unwrap(), b"hello");
}

#[tokio::test]
async fn a_body_cut_short_is_not_stored() {
    let server = Server::start().await;
    for payload in ["UNSIGNED-PAYLOAD", &sha256_hex(b"hello")] {
        let headers = sign(server.addr, "PUT", "/bucket/a", payload, &[("content-length", "10")]);
        let answer = server.raw("PUT", "/bucket/a", &headers, b"hello").await;
        answer.assert(400, "IncompleteBody");
        assert_eq!(server.get("a").await, None);
    }
    let headers =
        sign(server.addr, "PUT", "/bucket/a", "UNSIGNED-PAYLOAD", &[("transfer-encoding", "chunked")]);
    let answer = server.raw("PUT", "/bucket/a", &headers, b"5\r\nhello\r\n0\r\n\r\n").await;
    answer.assert(411, "MissingContentLength");
    server.assert_staging_is_empty();
}

/// The aws-chunked body that SDKs send when the checksum follows the bytes.
fn chunked(data: &str, trailer: &str) -> Vec<u8> {
    format!("{:x}\r\n{data}\r\n0\r\n{trailer}\r\n", data.len()).into_bytes()
}

#[tokio::test]
async fn a_checksum_behind_the_body_is_compared() {
    let server = Server::start().await;
    let good = format!("x-amz-checksum-sha256:{}\r\n", STANDARD.encode(Sha256::digest(b"hello")));
    let bad = format!("x-amz-checksum-sha256:{}\r\n", STANDARD.encode(Sha256::digest(b"other")));
    let truncated = b"5\r\nhello\r\n".to_vec();
    let bodies = [
        (chunked("hello", &bad), "5", Some("BadDigest")),
        (chunked("hello", ""), "5", Some("IncompleteBody")),
        (truncated, "5", Some("IncompleteBody")),
        (chunked("hello", &good), "6", Some("IncompleteBody")),
        (chunked("hello", &good), "5", None),
    ];
    for (body, decoded_length, expected) in bodies {
        let length = body.len().to_string();
        let extra = [
            ("content-encoding", "aws-chunked"),
            ("content-length", length.as_str()),
            ("x-amz-decoded-content-length", decoded_length),
            ("x-amz-trailer", "x-amz-checksum-sha256"),
        ];
        let headers = sign(server.addr, "PUT", "/bucket/a", "STREAMING-UNSIGNED-PAYLOAD-TRAILER", &extra);
        let answer = server.raw("PUT", "/bucket/a", &headers, &body).await;
        match expected {
            Some(code) => {
                answer.assert(400, code);
                assert_eq!(server.get("a").await, None);
            }
            None => assert_eq!(answer.status, 200, "{answer:?}"),
        }
    }
    let plain = [("x-amz-trailer", "x-amz-checksum-sha256")];
    let headers = sign(server.addr, "PUT", "/bucket/b", "UNSIGNED-PAYLOAD", &plain);
    server.raw("PUT", "/bucket/b", &headers, b"hello").await.assert(400, "InvalidRequest");

    let head = server.client.head_object().bucket(BUCKET).key("a");
    let head = head.checksum_mode(ChecksumMode::Enabled).send().await.unwrap();
    assert_eq!(head.checksum_sha256, Some(STANDARD.encode(Sha256::digest(b"hello"))));
    assert_eq!(head.content_encoding, None, "the transfer's encoding isn't the object's");
    server.assert_staging_is_empty();
}

#[tokio::test]
async fn the_stored_checksum_is_the_clients_or_crc64() {
    let server = Server::start().await;
    let plain = server.signer(crate::harness::SECRET_KEY);
    plain.put_object().bucket(BUCKET).key("none").body(b"123456789".to_vec().into()).send().await.unwrap();
    let sha256 = STANDARD.encode(Sha256::digest(b"123456789"));
    let put = plain.put_object().bucket(BUCKET).key("sha").body(b"123456789".to_vec().into());
    let put = put.checksum_sha256(&sha256).send().await.unwrap();
    assert_eq!(put.checksum_sha256.as_ref(), Some(&sha256));

    let head = |key: &str| {
        let head = server.client.head_object().bucket(BUCKET).key(key);
        head.checksum_mode(ChecksumMode::Enabled).send()
    };
    let none = head("none").await.unwrap();
    // The check value of CRC-64/NVME, from the catalogue of CRCs: ae8b14860a799888.
    let check = STANDARD.encode(0xae8b_1486_0a79_9888_u64.to_be_bytes());
    assert_eq!(none.checksum_crc64_nvme, Some(check));
    assert_eq!(none.checksum_type, Some(ChecksumType::FullObject));
    let sha = head("sha").await.unwrap();
    assert_eq!(sha.checksum_sha256, Some(sha256));
    assert_eq!(sha.checksum_crc64_nvme, None);

    let unasked = server.client.head_object().bucket(BUCKET).key("sha").send().await.unwrap();
    assert_eq!(unasked.checksum_sha256, None);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn one_of_many_racing_creators_wins() {
    let server = Server::start().await;
    for round in 0..5 {
        let key = format!("race-{round}");
        let racers: Vec<_> = (0..20)
            .map(|racer| {
                let body = format!("racer {racer}");
                let put = server.client.put_object().bucket(BUCKET).key(&key).if_none_match("*");
                tokio::spawn(async move { (put.body(body.clone().into_bytes().into()).send().await, body) })
            })
            .collect();
        let mut winners = Vec::new();
        for racer in racers {
            match racer.await.unwrap() {
                (Ok(_), body) => winners.push(body),
                (Err(error), _) => assert_eq!(code(&error), "PreconditionFailed"),
            }
        }
        assert_eq!(winners.len(), 1, "{winners:?}");
        assert_eq!(server.get(&key).await.unwrap(), winners[0].as_bytes());
    }
}

#[tokio::test]
async fn if_match_guards_an_overwrite() {
    let server = Server::start().await;
    let put = |etag: &str| {
        let put = server.client.put_object().bucket(BUCKET).key("a").body(b"new".to_vec().into());
        put.if_match(etag).send()
    };
    assert_eq!(code(&put("\"00000000000000000000000000000000\"").await.unwrap_err()), "NoSuchKey");
    server.put("a", b"old").await;
    let error = put("\"00000000000000000000000000000000\"").await.unwrap_err();
    assert_eq!(code(&error), "PreconditionFailed");
    assert_eq!(server.get("a").await.unwrap(), b"old");
    put(&format!("\"{}\"", hex(&Md5::digest(b"old")))).await.unwrap();
    assert_eq!(server.get("a").await.unwrap(), b"new");
}

#[tokio::test]
async fn a_large_body_streams_through() {
    let server = Server::start().await;
    let file = server.path("large");
    let data: Vec<u8> = (0..9_000_000_u32).map(|n| n.to_le_bytes()[usize::from(n % 3 == 0)]).collect();
    std::fs::write(&file, &data).unwrap();
    let body = aws_sdk_s3::primitives::ByteStream::read_from().path(&file).build().await.unwrap();
    let put = server.client.put_object().bucket(BUCKET).key("large").body(body);
    put.checksum_algorithm(aws_sdk_s3::types::ChecksumAlgorithm::Crc32C).send().await.unwrap();
    assert!(server.get("large").await.unwrap() == data);
    server.put("empty", b"").await;
    assert_eq!(server.get("empty").await.unwrap(), b"");
}
