//! Listing objects, versions and buckets over HTTP. Page arithmetic is tested beside its code.

use crate::harness::{BUCKET, Server, code};
use aws_sdk_s3::types::BucketVersioningStatus;

#[tokio::test]
async fn objects_are_listed_in_pages() {
    let server = Server::start().await;
    let keys = ["a", "b/1", "b/2", "b/c/3", "d", "e/4"];
    for key in keys {
        server.put(key, key.as_bytes()).await;
    }
    server.client.delete_object().bucket(BUCKET).key("d").send().await.unwrap();

    let list = || server.client.list_objects_v2().bucket(BUCKET);
    let mut pages = list().max_keys(2).into_paginator().send();
    let mut listed = Vec::new();
    while let Some(page) = pages.next().await {
        let page = page.unwrap();
        assert!(page.contents().len() <= 2);
        listed.extend(page.contents().iter().map(|object| object.key().unwrap().to_owned()));
    }
    assert_eq!(listed, ["a", "b/1", "b/2", "b/c/3", "e/4"]);

    let folders = list().delimiter("/").send().await.unwrap();
    let prefixes: Vec<_> = folders.common_prefixes().iter().filter_map(|entry| entry.prefix()).collect();
    assert_eq!(prefixes, ["b/", "e/"]);
    assert_eq!(folders.contents().len(), 1);
    assert_eq!(folders.key_count, Some(3));

    let below = list().prefix("b/").delimiter("/").start_after("b/1").send().await.unwrap();
    assert_eq!(below.contents()[0].key(), Some("b/2"));
    assert_eq!(below.contents()[0].size, Some(3));
    assert_eq!(below.common_prefixes()[0].prefix(), Some("b/c/"));

    let error = list().continuation_token("made up").send().await.unwrap_err();
    assert_eq!(code(&error), "InvalidArgument");
    let error = server.client.list_objects_v2().bucket("absent").send().await.unwrap_err();
    assert_eq!(code(&error), "NoSuchBucket");
}

#[tokio::test]
async fn the_first_listing_works_too() {
    let server = Server::start().await;
    for key in ["a/1", "a/2", "b", "c"] {
        server.put(key, b"").await;
    }
    let mut marker = None;
    let mut seen = Vec::new();
    loop {
        let list = server.client.list_objects().bucket(BUCKET).delimiter("/").max_keys(1);
        let page = list.set_marker(marker).send().await.unwrap();
        seen.extend(page.common_prefixes().iter().filter_map(|entry| entry.prefix().map(str::to_owned)));
        seen.extend(page.contents().iter().filter_map(|object| object.key().map(str::to_owned)));
        marker = page.next_marker;
        if marker.is_none() {
            break;
        }
    }
    assert_eq!(seen, ["a/", "b", "c"]);
}

#[tokio::test]
async fn buckets_come_and_go() {
    let server = Server::start().await;
    let client = &server.client;
    client.create_bucket().bucket("second").send().await.unwrap();
    let again = client.create_bucket().bucket("second").send().await.unwrap_err();
    assert_eq!(code(&again), "BucketAlreadyOwnedByYou");
    let names = async || {
        let list = client.list_buckets().send().await.unwrap();
        list.buckets().iter().filter_map(|bucket| bucket.name().map(str::to_owned)).collect::<Vec<_>>()
    };
    assert_eq!(names().await, [BUCKET, "second"]);
    client.head_bucket().bucket("second").send().await.unwrap();
    let location = client.get_bucket_location().bucket("second").send().await.unwrap();
    assert!(location.location_constraint().is_none_or(|constraint| constraint.as_str().is_empty()));
    let versioning = client.get_bucket_versioning().bucket("second").send().await.unwrap();
    assert_eq!(versioning.status, Some(BucketVersioningStatus::Enabled));

    server.put("a", b"").await;
    let full = client.delete_bucket().bucket(BUCKET).send().await.unwrap_err();
    assert_eq!(code(&full), "BucketNotEmpty");
    client.delete_bucket().bucket("second").send().await.unwrap();
    assert_eq!(names().await, [BUCKET]);
    let error = client.put_object().bucket("second").key("a").send().await.unwrap_err();
    assert_eq!(code(&error), "NoSuchBucket");
    assert!(server.engine.create_bucket("../up").is_err());
    assert!(server.engine.create_bucket(BUCKET).is_ok());
}
