//! Presigned URLs allow exactly what was signed.

use crate::harness::{BUCKET, SECRET_KEY, Server, headers, minutes, target};
use crate::sign::sha256_hex;
use aws_sdk_s3::presigning::{PresignedRequest, PresigningConfig};
use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use sha2::{Digest as _, Sha256};
use std::time::{Duration, SystemTime};

async fn sign_put(server: &Server, secret: &str, config: PresigningConfig) -> PresignedRequest {
    let put = server.signer(secret).put_object().bucket(BUCKET).key("dir/a b.txt");
    put.content_type("text/plain").content_length(5).presigned(config).await.unwrap()
}

fn replaced(headers: &[(String, String)], name: &str, value: &str) -> Vec<(String, String)> {
    let mut headers: Vec<_> = headers.iter().filter(|(other, _)| other != name).cloned().collect();
    headers.push((name.to_owned(), value.to_owned()));
    headers
}

#[tokio::test]
async fn what_was_signed_is_allowed() {
    let server = Server::start().await;
    let put = sign_put(&server, SECRET_KEY, minutes(5)).await;
    assert!(put.uri().contains("content-length%3Bcontent-type%3Bhost"), "the length must be signed");
    let answer = server.send(&put, b"hello").await;
    assert_eq!(answer.status, 200, "{answer:?}");
    assert!(answer.header("x-amz-version-id").is_some());

    let get = server.signer(SECRET_KEY).get_object().bucket(BUCKET).key("dir/a b.txt");
    let get = get.response_content_disposition("attachment; filename=\"b.txt\"");
    let get = get.presigned(minutes(5)).await.unwrap();
    let answer = server.send(&get, b"").await;
    assert_eq!((answer.status, answer.body.as_str()), (200, "hello"));
    assert_eq!(answer.header("content-type"), Some("text/plain"));
    assert_eq!(answer.header("content-disposition"), Some("attachment; filename=\"b.txt\""));
    let other = target(&get).replace("b.txt%22", "c.exe%22");
    assert_ne!(other, target(&get));
    assert_eq!(server.raw("GET", &other, &headers(&get), b"").await.status, 403);
}

#[tokio::test]
async fn anything_else_is_refused_and_stores_nothing() {
    let server = Server::start().await;
    let good = sign_put(&server, SECRET_KEY, minutes(5)).await;
    let (at, signed) = (target(&good), headers(&good));
    let flipped = {
        let (head, signature) = at.rsplit_once("X-Amz-Signature=").unwrap();
        let first = if signature.starts_with('0') { '1' } else { '0' };
        format!("{head}X-Amz-Signature={first}{}", &signature[1..])
    };
    let without_type: Vec<_> = signed.iter().filter(|(name, _)| name != "content-type").cloned().collect();
    let longer = at.replace("X-Amz-Expires=300", "X-Amz-Expires=3000");
    let attempts = [
        ("another type", "PUT", at.clone(), replaced(&signed, "content-type", "text/html"), "hello"),
        ("no type", "PUT", at.clone(), without_type, "hello"),
        ("another length", "PUT", at.clone(), replaced(&signed, "content-length", "6"), "hello!"),
        ("another key", "PUT", at.replace("a%20b", "a%20c"), signed.clone(), "hello"),
        ("another method", "DELETE", at.clone(), signed.clone(), "hello"),
        ("another signature", "PUT", flipped, signed.clone(), "hello"),
        ("a longer life", "PUT", longer, signed.clone(), "hello"),
        ("a header more", "PUT", at.clone(), replaced(&signed, "x-amz-meta-a", "b"), "hello"),
        ("an acl", "PUT", at.clone(), replaced(&signed, "x-amz-acl", "public-read"), "hello"),
    ];
    for (what, method, target, headers, body) in attempts {
        let answer = server.raw(method, &target, &headers, body.as_bytes()).await;
        assert_eq!(answer.status, 403, "{what}: {answer:?}");
    }
    let wrong_secret = sign_put(&server, "wrong", minutes(5)).await;
    server.send(&wrong_secret, b"hello").await.assert(403, "SignatureDoesNotMatch");

    let long_ago = SystemTime::UNIX_EPOCH + Duration::from_secs(1_700_000_000);
    let expired = PresigningConfig::builder().start_time(long_ago).expires_in(Duration::from_mins(1));
    let expired = sign_put(&server, SECRET_KEY, expired.build().unwrap()).await;
    server.send(&expired, b"hello").await.assert(403, "AccessDenied");

    let list = server.client.list_object_versions().bucket(BUCKET).send().await.unwrap();
    assert!(list.versions().is_empty() && list.delete_markers().is_empty());
    server.assert_staging_is_empty();
    assert_eq!(server.send(&good, b"hello").await.status, 200, "the URL itself was good");
}

#[tokio::test]
async fn a_short_body_or_a_wrong_hash_stores_nothing() {
    let server = Server::start().await;
    let put = sign_put(&server, SECRET_KEY, minutes(5)).await;
    let answer = server.raw("PUT", &target(&put), &headers(&put), b"hel").await;
    answer.assert(400, "IncompleteBody");
    let hashed = replaced(&headers(&put), "x-amz-content-sha256", &sha256_hex(b"other"));
    let answer = server.raw("PUT", &target(&put), &hashed, b"hello").await;
    answer.assert(400, "XAmzContentSHA256Mismatch");
    assert_eq!(server.get("dir/a b.txt").await, None);
    server.assert_staging_is_empty();
}

#[tokio::test]
async fn a_signed_condition_or_checksum_holds() {
    let server = Server::start().await;
    let put = || server.signer(SECRET_KEY).put_object().bucket(BUCKET).key("a").content_length(5);
    let once = put().if_none_match("*").presigned(minutes(5)).await.unwrap();
    assert_eq!(server.send(&once, b"first").await.status, 200);
    server.send(&once, b"again").await.assert(412, "PreconditionFailed");
    let dropped: Vec<_> = headers(&once).into_iter().filter(|(name, _)| name != "if-none-match").collect();
    assert_eq!(server.raw("PUT", &target(&once), &dropped, b"again").await.status, 403);
    assert_eq!(server.get("a").await.unwrap(), b"first");

    let sha256 = STANDARD.encode(Sha256::digest(b"hello"));
    let summed = put().checksum_sha256(&sha256).presigned(minutes(5)).await.unwrap();
    server.send(&summed, b"other").await.assert(400, "BadDigest");
    let other = replaced(&headers(&summed), "x-amz-checksum-sha256", &STANDARD.encode([0; 32]));
    assert_eq!(server.raw("PUT", &target(&summed), &other, b"hello").await.status, 403);
    let dropped: Vec<_> =
        headers(&summed).into_iter().filter(|(name, _)| name != "x-amz-checksum-sha256").collect();
    assert_eq!(server.raw("PUT", &target(&summed), &dropped, b"hello").await.status, 403);
    assert_eq!(server.get("a").await.unwrap(), b"first");
    let answer = server.send(&summed, b"hello").await;
    assert_eq!(answer.header("x-amz-checksum-sha256"), Some(sha256.as_str()));
    assert_eq!(server.get("a").await.unwrap(), b"hello");
}

#[tokio::test]
async fn old_signatures_and_forms_are_refused() {
    let server = Server::start().await;
    let old = [("authorization".to_owned(), "AWS local:AAAA".to_owned())];
    let answer = server.raw("GET", "/bucket/a", &old, b"").await;
    assert!(answer.status >= 400, "{answer:?}");
    let form = "--x\r\ncontent-disposition: form-data; name=\"key\"\r\n\r\na\r\n--x\r\n\
                content-disposition: form-data; name=\"file\"; filename=\"f\"\r\n\r\nhello\r\n--x--\r\n";
    let kind = [("content-type".to_owned(), "multipart/form-data; boundary=x".to_owned())];
    let answer = server.raw("POST", "/bucket", &kind, form.as_bytes()).await;
    assert!(answer.status >= 400, "{answer:?}");
    assert_eq!(server.get("a").await, None);
}
