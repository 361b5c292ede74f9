//! Copies that objects share.

use serde_json::{Value, json};
use stowage_tests::Fault;

use crate::Scene;
use crate::web::Page;

/// The rows of copies, with how many objects refer to each.
async fn rows(scene: &Scene) -> Vec<(String, i64)> {
    let items = scene.stack.engines().items("uploads").await;
    let copies = items.iter().filter(|item| item["kind"] == "copy");
    copies
        .map(|item| {
            let key = item["place"]["key"].as_str().expect("a key");
            (key.to_owned(), item["ref_count"].as_i64().expect("a number"))
        })
        .collect()
}

async fn key_of(scene: &Scene, row: &Value) -> String {
    scene.row(row).await["blobs"][0]["place"]["key"].as_str().expect("a key").to_owned()
}

#[tokio::test]
async fn the_same_bytes_are_stored_once_whatever_their_sources() {
    let scene = Scene::start().await;
    for path in ["/a.txt", "/b.txt"] {
        scene.web.set(path, Page::new("text/plain", b"hello"));
    }
    let one = scene.write("1", &[scene.blob("doc", "text", "/a.txt")]).await;
    let other = scene.write("2", &[scene.blob("doc", "text", "/b.txt")]).await;
    assert!(scene.deliver(&one, 1).await && scene.deliver(&other, 1).await);
    assert_eq!(key_of(&scene, &one).await, key_of(&scene, &other).await);
    assert_eq!(rows(&scene).await, [(key_of(&scene, &one).await, 2)]);
    assert_eq!(scene.copies().await.len(), 1);
    let shown = scene.shown(&other).await;
    assert_eq!(shown["blobs"][0]["details"]["filename"], "b.txt", "its own name");
    assert!(shown["blobs"][0].get("upload_id").is_none(), "{shown}");
    // The row is no client's upload.
    let items = scene.stack.engines().items("uploads").await;
    let id = items[0]["upload_id"].as_str().expect("an id");
    scene.stack.client.get(&format!("/v1/uploads/{id}")).await.refused(404, "");
    let reference = json!({"sku": "3", "blobs": [{"property": "doc", "type": "text", "upload_id": id}]});
    scene.stack.client.object(&scene.bucket, "", &reference).await.refused(404, "");
    let list = json!({});
    let listed =
        scene.stack.client.post(&format!("/v1/buckets/{}/uploads/list", scene.bucket), &list).await.ok();
    assert_eq!(listed["results"], json!([]), "nor in the list");
}

/// An upsert with the same source, as a nightly import sends it.
#[tokio::test]
async fn a_source_that_is_written_again_has_its_copy_again() {
    let scene = Scene::start().await;
    scene.web.set("/a.txt", Page::new("text/plain", b"hello"));
    let first = scene.write("1", &[scene.blob("doc", "text", "/a.txt")]).await;
    assert!(scene.deliver(&first, 1).await);
    let key = key_of(&scene, &first).await;
    let again = scene.write("1", &[scene.blob("doc", "text", "/a.txt")]).await;
    assert_eq!(rows(&scene).await, [(key.clone(), 0)], "let go of, until it is known what comes");
    assert!(scene.deliver(&again, 1).await);
    assert_eq!((key_of(&scene, &again).await, rows(&scene).await), (key.clone(), vec![(key.clone(), 1)]));
    assert_eq!(scene.copies().await, [key]);

    scene.web.set("/a.txt", Page::new("text/plain", b"hello again"));
    let changed = scene.write("1", &[scene.blob("doc", "text", "/a.txt")]).await;
    assert!(scene.deliver(&changed, 1).await);
    assert_eq!((scene.copies().await.len(), rows(&scene).await.len()), (2, 2));
}

#[tokio::test]
async fn two_blobs_of_one_object_count_once() {
    let scene = Scene::start().await;
    scene.web.set("/a.txt", Page::new("text/plain", b"hello"));
    let blobs = [scene.blob("doc", "text", "/a.txt"), scene.blob("note", "text", "/a.txt")];
    let row = scene.write("1", &blobs).await;
    assert!(scene.deliver(&row, 1).await);
    assert_eq!(rows(&scene).await, [(key_of(&scene, &row).await, 1)]);
    assert_eq!(scene.copies().await.len(), 1);
}

#[tokio::test]
async fn who_wants_a_copy_of_its_own_gets_one() {
    let scene = Scene::start().await;
    scene.web.set("/a.txt", Page::new("text/plain", b"hello"));
    let shared = scene.write("1", &[scene.blob("doc", "text", "/a.txt")]).await;
    let mut blob = scene.blob("doc", "text", "/a.txt");
    blob["force_remirror"] = json!(true);
    let own = scene.write("2", &[blob]).await;
    assert!(scene.deliver(&shared, 1).await && scene.deliver(&own, 1).await);
    assert_ne!(key_of(&scene, &shared).await, key_of(&scene, &own).await);
    assert_eq!(rows(&scene).await, [(key_of(&scene, &shared).await, 1)]);
    assert_eq!(scene.copies().await.len(), 2);
}

/// S3 sends a copy with one content type and encoding, whoever asks.
#[tokio::test]
async fn bytes_of_another_type_or_encoding_are_other_bytes() {
    let scene = Scene::start().await;
    let mut encoded = Page::new("text/plain", b"hello");
    encoded.headers.push_str("Content-Encoding: gzip\r\n");
    scene.web.set("/plain.txt", Page::new("text/plain", b"hello"));
    scene.web.set("/html.txt", Page::new("text/html", b"hello"));
    scene.web.set("/gzip.txt", encoded);
    let mut keys = Vec::new();
    for path in ["/plain.txt", "/html.txt", "/gzip.txt", "/gzip.txt"] {
        let row = scene.write(&keys.len().to_string(), &[scene.blob("doc", "text", path)]).await;
        assert!(scene.deliver(&row, 1).await);
        keys.push(key_of(&scene, &row).await);
    }
    keys.sort();
    keys.dedup();
    assert_eq!((keys.len(), rows(&scene).await.len()), (4, 2));
}

/// Its row is claimed by the clean-up, so that none can refer to it any more.
#[tokio::test]
async fn a_copy_that_is_going_is_not_shared() {
    let scene = Scene::start().await;
    scene.web.set("/a.txt", Page::new("text/plain", b"hello"));
    let first = scene.write("1", &[scene.blob("doc", "text", "/a.txt")]).await;
    assert!(scene.deliver(&first, 1).await);
    let items = scene.stack.engines().items("uploads").await;
    let copy = items.iter().find(|item| item["kind"] == "copy").expect("a copy");
    let claim = json!({
        "TableName": "stowage-uploads", "Key": {"pk": {"S": copy["pk"]}},
        "UpdateExpression": "SET deleting = :yes", "ExpressionAttributeValues": {":yes": {"BOOL": true}},
    });
    scene.stack.dynamodb("UpdateItem", &claim).await;
    let second = scene.write("2", &[scene.blob("doc", "text", "/a.txt")]).await;
    assert!(scene.deliver(&second, 1).await);
    assert_ne!(key_of(&scene, &first).await, key_of(&scene, &second).await);
    let third = scene.write("3", &[scene.blob("doc", "text", "/a.txt")]).await;
    assert!(scene.deliver(&third, 1).await);
    assert_eq!(
        key_of(&scene, &second).await,
        key_of(&scene, &third).await,
        "the pointer leads to the new one"
    );
}

#[tokio::test]
async fn a_lost_answer_counts_nobody_twice_and_leaves_nothing() {
    let scene = Scene::start().await;
    scene.web.set("/a.txt", Page::new("text/plain", b"hello"));
    for sku in ["1", "2"] {
        let row = scene.write(sku, &[scene.blob("doc", "text", "/a.txt")]).await;
        scene.stack.faults().inject("TransactWriteItems", Fault::LoseAnswer, 1);
        assert!(scene.deliver(&row, 1).await);
        assert_eq!(scene.stack.faults().clear(), 0);
    }
    let [(_, references)] = rows(&scene).await[..] else { panic!("one copy") };
    assert_eq!((references, scene.copies().await.len()), (2, 1));
}

#[tokio::test]
async fn racing_copies_of_the_same_bytes_leave_one() {
    let scene = Scene::start().await;
    scene.web.set("/a.txt", Page::new("text/plain", b"hello"));
    let mut written = Vec::new();
    for sku in 0..8 {
        written.push(scene.write(&sku.to_string(), &[scene.blob("doc", "text", "/a.txt")]).await);
    }
    let deliveries = written.iter().map(|row| scene.deliver(row, 1));
    assert!(futures::future::join_all(deliveries).await.into_iter().all(|handled| handled));
    assert_eq!(rows(&scene).await, [(key_of(&scene, &written[0]).await, 8)]);
    assert_eq!(scene.copies().await.len(), 1);
}
