//! Multipart uploads: parts are checked as they come, and again when they are joined.

use crate::harness::{BUCKET, Server, code};
use crate::sign::hex;
use aws_sdk_s3::operation::complete_multipart_upload::builders::CompleteMultipartUploadFluentBuilder;
use aws_sdk_s3::types::{
    ChecksumAlgorithm, ChecksumMode, ChecksumType, CompletedMultipartUpload, CompletedPart,
};
use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use md5::{Digest as _, Md5};
use sha2::Sha256;

const PART: usize = 5 * 1024 * 1024;

async fn begin(server: &Server, key: &str) -> String {
    let plain = server.signer(crate::harness::SECRET_KEY);
    plain.create_multipart_upload().bucket(BUCKET).key(key).send().await.unwrap().upload_id.unwrap()
}

async fn part(server: &Server, key: &str, upload: &str, number: i32, body: Vec<u8>) -> CompletedPart {
    let plain = server.signer(crate::harness::SECRET_KEY);
    let sent = plain.upload_part().bucket(BUCKET).key(key).upload_id(upload).part_number(number);
    let sent = sent.body(body.into()).send().await.unwrap();
    CompletedPart::builder().part_number(number).e_tag(sent.e_tag.unwrap()).build()
}

fn complete(
    server: &Server,
    key: &str,
    upload: &str,
    parts: &[CompletedPart],
) -> CompleteMultipartUploadFluentBuilder {
    let list = CompletedMultipartUpload::builder().set_parts(Some(parts.to_vec())).build();
    server.client.complete_multipart_upload().bucket(BUCKET).key(key).upload_id(upload).multipart_upload(list)
}

#[tokio::test]
async fn parts_become_an_object_across_a_restart() {
    let server = Server::start().await;
    let created = server.client.create_multipart_upload().bucket(BUCKET).key("a/b").content_type("video/mp4");
    let created = created.metadata("k", "v").send().await.unwrap();
    let upload = created.upload_id.unwrap();
    let (one, two) = (vec![1; PART], vec![2; 1000]);
    // Out of order, and one part twice: the last one counts.
    let second = part_with_default_checksum(&server, &upload, 2, two.clone()).await;
    part_with_default_checksum(&server, &upload, 1, vec![9; 10]).await;
    let server = server.restart().await;
    let first = part_with_default_checksum(&server, &upload, 1, one.clone()).await;

    let listed =
        server.client.list_parts().bucket(BUCKET).key("a/b").upload_id(&upload).send().await.unwrap();
    let listed: Vec<_> =
        listed.parts().iter().map(|part| (part.part_number, part.size, part.e_tag.clone())).collect();
    let etag = |body: &[u8]| Some(format!("\"{}\"", hex(&Md5::digest(body))));
    assert_eq!(listed, [(Some(1), Some(5_242_880), etag(&one)), (Some(2), Some(1000), etag(&two))]);

    let done = complete(&server, "a/b", &upload, &[first, second]).send().await.unwrap();
    let md5s = [Md5::digest(&one), Md5::digest(&two)].concat();
    assert_eq!(done.e_tag, Some(format!("\"{}-2\"", hex(&Md5::digest(md5s)))));
    let got = server.client.get_object().bucket(BUCKET).key("a/b").send().await.unwrap();
    assert_eq!(got.version_id, done.version_id);
    assert_eq!(got.content_type.as_deref(), Some("video/mp4"));
    assert_eq!(got.metadata.as_ref().unwrap()["k"], "v");
    assert!(got.body.collect().await.unwrap().to_vec() == [one, two.clone()].concat());
    let second = server.client.get_object().bucket(BUCKET).key("a/b").part_number(2).send().await.unwrap();
    assert_eq!(second.parts_count, Some(2));
    assert!(second.body.collect().await.unwrap().to_vec() == two);
    let left = std::fs::read_dir(server.path("buckets/bucket/uploads")).unwrap().count();
    assert_eq!(left, 0, "the parts are gone");
    server.assert_staging_is_empty();
}

/// As the SDK does it unasked, with a CRC32 of each part.
async fn part_with_default_checksum(
    server: &Server,
    upload: &str,
    number: i32,
    body: Vec<u8>,
) -> CompletedPart {
    let sent = server.client.upload_part().bucket(BUCKET).key("a/b").upload_id(upload).part_number(number);
    let sent = sent.body(body.into()).send().await.unwrap();
    CompletedPart::builder()
        .part_number(number)
        .e_tag(sent.e_tag.unwrap())
        .set_checksum_crc32(sent.checksum_crc32)
        .build()
}

#[tokio::test]
async fn a_failed_completion_keeps_the_upload() {
    let server = Server::start().await;
    let upload = begin(&server, "a").await;
    let one = part(&server, "a", &upload, 1, vec![1; PART]).await;
    let small = part(&server, "a", &upload, 2, vec![2; 100]).await;
    let three = part(&server, "a", &upload, 3, vec![3; 100]).await;
    let wrong = CompletedPart::builder().part_number(1).e_tag("\"00000000000000000000000000000000\"").build();
    let absent = CompletedPart::builder().part_number(9).e_tag(one.e_tag().unwrap()).build();
    let attempts: [(&[CompletedPart], &str); 5] = [
        (&[wrong], "InvalidPart"),
        (&[one.clone(), absent], "InvalidPart"),
        (&[small.clone(), one.clone()], "InvalidPartOrder"),
        (&[one.clone(), small, three.clone()], "EntityTooSmall"),
        (&[], "MalformedXML"),
    ];
    for (parts, expected) in attempts {
        let error = complete(&server, "a", &upload, parts).send().await.unwrap_err();
        assert_eq!(code(&error), expected);
    }
    let sized = complete(&server, "a", &upload, &[one.clone(), three.clone()]).mpu_object_size(1);
    assert_eq!(code(&sized.send().await.unwrap_err()), "InvalidRequest");
    let summed = complete(&server, "a", &upload, &[one.clone(), three.clone()]);
    let summed = summed.checksum_crc64_nvme(STANDARD.encode([1; 8])).send().await;
    assert_eq!(code(&summed.unwrap_err()), "BadDigest");
    assert_eq!(server.get("a").await, None);

    server.put("a", b"there first").await;
    let lost = complete(&server, "a", &upload, &[one.clone(), three.clone()]).if_none_match("*");
    assert_eq!(code(&lost.send().await.unwrap_err()), "PreconditionFailed");
    assert_eq!(server.get("a").await.unwrap(), b"there first");
    let mut events = server.engine.subscribe();
    complete(&server, "a", &upload, &[one.clone(), three.clone()]).send().await.unwrap();
    assert_eq!(events.try_recv().unwrap().event, "ObjectCreated:CompleteMultipartUpload");
    assert_eq!(server.get("a").await.unwrap().len(), PART + 100);
    let again = complete(&server, "a", &upload, &[one, three]).send().await.unwrap_err();
    assert_eq!(code(&again), "NoSuchUpload");
}

#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn racing_completions_have_one_winner() {
    let server = Server::start().await;
    let mut ready = Vec::new();
    for racer in 0..20_u8 {
        let upload = begin(&server, "a").await;
        let one = part(&server, "a", &upload, 1, vec![racer; 100]).await;
        ready.push(complete(&server, "a", &upload, &[one]).if_none_match("*"));
    }
    let racers: Vec<_> = ready.into_iter().map(|complete| tokio::spawn(complete.send())).collect();
    let mut winners = Vec::new();
    for (racer, task) in (0..).zip(racers) {
        match task.await.unwrap() {
            Ok(_) => winners.push(racer),
            Err(error) => assert_eq!(code(&error), "PreconditionFailed"),
        }
    }
    assert_eq!(winners.len(), 1);
    assert_eq!(server.get("a").await.unwrap(), vec![winners[0]; 100]);
}

#[tokio::test]
async fn a_refused_part_changes_nothing() {
    let server = Server::start().await;
    let upload = begin(&server, "a").await;
    let one = part(&server, "a", &upload, 1, b"good".to_vec()).await;
    let send = |upload: &str, number: i32| {
        let part = server.client.upload_part().bucket(BUCKET).key("a").upload_id(upload);
        part.part_number(number).body(b"bad".to_vec().into())
    };
    let error = send(&upload, 1).content_md5(STANDARD.encode([0; 16])).send().await.unwrap_err();
    assert_eq!(code(&error), "BadDigest");
    let error = send(&upload, 1).checksum_sha256(STANDARD.encode([0; 32])).send().await.unwrap_err();
    assert_eq!(code(&error), "BadDigest");
    let error = send(&upload, 10_001).send().await.unwrap_err();
    assert_eq!(code(&error), "InvalidArgument");
    let error = send("made-up", 1).send().await.unwrap_err();
    assert_eq!(code(&error), "NoSuchUpload");
    complete(&server, "a", &upload, &[one]).send().await.unwrap();
    assert_eq!(server.get("a").await.unwrap(), b"good");
    server.assert_staging_is_empty();
}

#[tokio::test]
async fn an_unknown_upload_is_a_404() {
    let server = Server::start().await;
    let upload = begin(&server, "a").await;
    let one = part(&server, "a", &upload, 1, b"x".to_vec()).await;
    // The id belongs to its key.
    for (key, upload) in [("b", upload.as_str()), ("a", "made-up"), ("a", "..")] {
        let error = complete(&server, key, upload, std::slice::from_ref(&one)).send().await.unwrap_err();
        assert_eq!(code(&error), "NoSuchUpload");
        assert_eq!(error.raw_response().unwrap().status().as_u16(), 404);
        let abort = server.client.abort_multipart_upload().bucket(BUCKET).key(key).upload_id(upload);
        assert_eq!(code(&abort.send().await.unwrap_err()), "NoSuchUpload");
        let list = server.client.list_parts().bucket(BUCKET).key(key).upload_id(upload);
        assert_eq!(code(&list.send().await.unwrap_err()), "NoSuchUpload");
    }
}

#[tokio::test]
async fn aborting_removes_the_bytes() {
    let server = Server::start().await;
    let upload = begin(&server, "a").await;
    let other = begin(&server, "b").await;
    part(&server, "a", &upload, 1, vec![1; 1000]).await;
    let list = server.client.list_multipart_uploads().bucket(BUCKET).send().await.unwrap();
    let ids: Vec<_> = list.uploads().iter().filter_map(|upload| upload.upload_id()).collect();
    assert_eq!(ids, [upload.as_str(), other.as_str()]);
    let error = server.client.delete_bucket().bucket(BUCKET).send().await.unwrap_err();
    assert_eq!(code(&error), "BucketNotEmpty");

    let abort = server.client.abort_multipart_upload().bucket(BUCKET).key("a").upload_id(&upload);
    abort.send().await.unwrap();
    assert!(!server.path("buckets/bucket/uploads").join(&upload).exists());
    let list = server.client.list_multipart_uploads().bucket(BUCKET).prefix("a").send().await.unwrap();
    assert!(list.uploads().is_empty());
    server.assert_staging_is_empty();
}

#[tokio::test]
async fn checksums_cover_parts_or_the_whole() {
    let server = Server::start().await;
    let create = |algorithm: ChecksumAlgorithm, kind: Option<ChecksumType>| {
        let create = server.client.create_multipart_upload().bucket(BUCKET).key("a");
        create.checksum_algorithm(algorithm).set_checksum_type(kind).send()
    };
    let refused = create(ChecksumAlgorithm::Sha256, Some(ChecksumType::FullObject)).await.unwrap_err();
    assert_eq!(code(&refused), "InvalidRequest");
    let refused = create(ChecksumAlgorithm::Crc64Nvme, Some(ChecksumType::Composite)).await.unwrap_err();
    assert_eq!(code(&refused), "InvalidRequest");

    let head = || {
        let head = server.client.head_object().bucket(BUCKET).key("a");
        head.checksum_mode(ChecksumMode::Enabled).send()
    };
    let data = b"123456789".to_vec();
    let sha = STANDARD.encode(Sha256::digest(&data));

    let created = create(ChecksumAlgorithm::Sha256, None).await.unwrap();
    assert_eq!(created.checksum_type, Some(ChecksumType::Composite));
    let upload = created.upload_id.unwrap();
    let plain = server.signer(crate::harness::SECRET_KEY);
    let send = |client: &aws_sdk_s3::Client| {
        let part = client.upload_part().bucket(BUCKET).key("a").upload_id(&upload).part_number(1);
        part.body(data.clone().into())
    };
    let error = send(&plain).send().await.unwrap_err();
    assert_eq!(code(&error), "InvalidRequest", "the part must have the upload's checksum");
    let stored = send(&plain).checksum_sha256(&sha).send().await.unwrap();
    assert_eq!(stored.checksum_sha256.as_ref(), Some(&sha));
    let bare = CompletedPart::builder().part_number(1).e_tag(stored.e_tag.unwrap());
    let error = complete(&server, "a", &upload, &[bare.clone().build()]).send().await.unwrap_err();
    assert_eq!(code(&error), "InvalidRequest", "the list must have it too");
    let other = bare.clone().checksum_sha256(STANDARD.encode([0; 32])).build();
    let error = complete(&server, "a", &upload, &[other]).send().await.unwrap_err();
    assert_eq!(code(&error), "InvalidPart");
    complete(&server, "a", &upload, &[bare.checksum_sha256(&sha).build()]).send().await.unwrap();
    let composite = format!("{}-1", STANDARD.encode(Sha256::digest(Sha256::digest(&data))));
    let found = head().await.unwrap();
    assert_eq!(found.checksum_sha256, Some(composite));
    assert_eq!(found.checksum_type, Some(ChecksumType::Composite));

    let upload = begin(&server, "a").await;
    let first = part(&server, "a", &upload, 1, data[..4].to_vec()).await;
    let first_only = complete(&server, "a", &upload, &[first]);
    first_only.send().await.unwrap();
    let found = head().await.unwrap();
    assert_eq!(found.checksum_type, Some(ChecksumType::FullObject));
    assert!(found.checksum_crc64_nvme.is_some());
    assert_eq!(found.checksum_sha256, None);
}
