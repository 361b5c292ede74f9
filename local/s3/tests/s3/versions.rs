//! Versions and delete markers.

use crate::harness::{BUCKET, Server, code};
use crate::sign::{sha256_hex, sign};
use aws_sdk_s3::types::{Delete, ObjectIdentifier};

async fn get_version(server: &Server, key: &str, version: &str) -> Result<Vec<u8>, String> {
    let get = server.client.get_object().bucket(BUCKET).key(key).version_id(version);
    match get.send().await {
        Ok(output) => Ok(output.body.collect().await.unwrap().to_vec()),
        Err(error) => Err(code(&error)),
    }
}

#[tokio::test]
async fn every_put_is_a_version() {
    let server = Server::start().await;
    let first = server.put("a", b"one").await;
    let second = server.put("a", b"two").await;
    assert_ne!(first, second);
    assert_eq!(server.get("a").await.unwrap(), b"two");
    assert_eq!(get_version(&server, "a", &first).await.unwrap(), b"one");
    assert_eq!(get_version(&server, "a", "madeup").await.unwrap_err(), "NoSuchVersion");
    assert_eq!(get_version(&server, "other", &first).await.unwrap_err(), "NoSuchVersion");
    let head = server.client.head_object().bucket(BUCKET).key("a").version_id(&first).send().await.unwrap();
    assert_eq!(head.content_length, Some(3));
    assert_eq!(head.version_id, Some(first));
}

#[tokio::test]
async fn deleting_writes_a_marker() {
    let server = Server::start().await;
    let version = server.put("a", b"one").await;
    let deleted = server.client.delete_object().bucket(BUCKET).key("a").send().await.unwrap();
    assert_eq!(deleted.delete_marker, Some(true));
    let marker = deleted.version_id.unwrap();

    let server = server.restart().await;
    assert_eq!(server.get("a").await, None);
    assert_eq!(get_version(&server, "a", &version).await.unwrap(), b"one");
    assert_eq!(get_version(&server, "a", &marker).await.unwrap_err(), "MethodNotAllowed");
    let headers = sign(server.addr, "GET", "/bucket/a", &sha256_hex(b""), &[]);
    let answer = server.raw("GET", "/bucket/a", &headers, b"").await;
    answer.assert(404, "NoSuchKey");
    assert_eq!(answer.header("x-amz-delete-marker"), Some("true"));
    assert_eq!(answer.header("x-amz-version-id"), Some(marker.as_str()));

    // A marker counts as absent.
    let put = server.client.put_object().bucket(BUCKET).key("a").if_none_match("*");
    put.body(b"two".to_vec().into()).send().await.unwrap();
    assert_eq!(server.get("a").await.unwrap(), b"two");
}

#[tokio::test]
async fn removing_a_version_is_final() {
    let server = Server::start().await;
    let first = server.put("a", b"one").await;
    let second = server.put("a", b"two").await;
    let delete = |version: &str| {
        let delete = server.client.delete_object().bucket(BUCKET).key("a");
        delete.version_id(version).send()
    };
    delete(&second).await.unwrap();
    assert_eq!(server.get("a").await.unwrap(), b"one");
    let marker = server.client.delete_object().bucket(BUCKET).key("a").send().await.unwrap();
    let undeleted = delete(marker.version_id.as_deref().unwrap()).await.unwrap();
    assert_eq!(undeleted.delete_marker, Some(true));
    assert_eq!(server.get("a").await.unwrap(), b"one");
    delete(&first).await.unwrap();
    delete(&first).await.unwrap();
    let server = server.restart().await;
    assert_eq!(server.get("a").await, None);
    let all = server.client.list_object_versions().bucket(BUCKET).send().await.unwrap();
    assert!(all.versions().is_empty() && all.delete_markers().is_empty());
    let objects = std::fs::read_dir(server.path("buckets/bucket/objects")).unwrap().count();
    assert_eq!(objects, 0, "the bytes are gone");
}

#[tokio::test]
async fn versions_are_listed_newest_first() {
    let server = Server::start().await;
    let mut expected = Vec::new();
    for key in ["a", "b"] {
        let one = server.put(key, b"1").await;
        let two = server.put(key, b"2").await;
        let delete = server.client.delete_object().bucket(BUCKET).key(key).send().await.unwrap();
        expected.extend([delete.version_id.unwrap(), two, one]);
    }
    let (mut key, mut version) = (None, None);
    let mut listed = Vec::new();
    loop {
        let list = server.client.list_object_versions().bucket(BUCKET).max_keys(1);
        let page = list.set_key_marker(key).set_version_id_marker(version).send().await.unwrap();
        for entry in page.versions() {
            assert_eq!(entry.is_latest, Some(false));
            listed.push(entry.version_id().unwrap().to_owned());
        }
        for entry in page.delete_markers() {
            assert_eq!(entry.is_latest, Some(true));
            listed.push(entry.version_id().unwrap().to_owned());
        }
        (key, version) = (page.next_key_marker, page.next_version_id_marker);
        if key.is_none() {
            break;
        }
    }
    assert_eq!(listed, expected);
}

#[tokio::test]
async fn many_can_be_deleted_at_once() {
    let server = Server::start().await;
    let version = server.put("a", b"1").await;
    server.put("b", b"2").await;
    let object = |key: &str, version: Option<String>| {
        ObjectIdentifier::builder().key(key).set_version_id(version).build().unwrap()
    };
    let delete = Delete::builder()
        .objects(object("a", Some(version.clone())))
        .objects(object("b", None))
        .objects(object("never", None))
        .build()
        .unwrap();
    let answer = server.client.delete_objects().bucket(BUCKET).delete(delete).send().await.unwrap();
    assert!(answer.errors().is_empty());
    assert_eq!(answer.deleted().len(), 3);
    assert_eq!(get_version(&server, "a", &version).await.unwrap_err(), "NoSuchVersion");
    assert_eq!(server.get("b").await, None);
    let markers = server.client.list_object_versions().bucket(BUCKET).prefix("b").send().await.unwrap();
    assert_eq!((markers.versions().len(), markers.delete_markers().len()), (1, 1));
}

#[tokio::test]
async fn a_delete_can_be_conditional() {
    let server = Server::start().await;
    server.put("a", b"1").await;
    let delete = server.client.delete_object().bucket(BUCKET).key("a");
    let error = delete.if_match("\"00000000000000000000000000000000\"").send().await.unwrap_err();
    assert_eq!(code(&error), "PreconditionFailed");
    assert_eq!(server.get("a").await.unwrap(), b"1");
}
