//! Objects that change while their sources are copied.

use std::sync::Arc;

use serde_json::{Value, json};
use tokio::sync::Notify;

use crate::web::Page;
use crate::{Scene, moment};

/// Delivers a row's message and, once its source is asked for, does something else first.
async fn during(scene: &Scene, row: &Value, gate: &Notify, meanwhile: impl Future<Output = ()>) -> bool {
    let asked = scene.web.asked().len();
    let other = async {
        while scene.web.asked().len() == asked {
            moment().await;
        }
        meanwhile.await;
        gate.notify_one();
    };
    tokio::join!(scene.deliver(row, 1), other).0
}

fn gated(gate: &Arc<Notify>) -> Page {
    Page { gate: Some(Arc::clone(gate)), ..Page::new("text/plain", b"hello") }
}

#[tokio::test]
async fn a_changed_field_does_not_disturb_the_copy() {
    let (scene, gate) = (Scene::start().await, Arc::default());
    scene.web.set("/a.txt", gated(&gate));
    let row = scene.write("1", &[scene.blob("doc", "text", "/a.txt")]).await;
    let path = format!("/v1/buckets/{}/objects/{}", scene.bucket, row["object_id"].as_str().unwrap());
    let change = async {
        scene.stack.client.patch(&path, &json!({"title": "new"})).await.ok();
    };
    assert!(during(&scene, &row, &gate, change).await);
    let after = scene.shown(&row).await;
    assert_eq!((&after["title"], &after["blobs"][0]["details"]["size_bytes"]), (&json!("new"), &json!(5)));
}

#[tokio::test]
async fn blobs_that_were_replaced_meanwhile_are_not_touched() {
    let (scene, gate) = (Scene::start().await, Arc::default());
    scene.web.set("/a.txt", gated(&gate));
    let row = scene.write("1", &[scene.blob("doc", "text", "/a.txt")]).await;
    let other = scene.blob("doc", "text", "/b.txt");
    let replace = async {
        scene.write("1", &[other]).await;
    };
    assert!(during(&scene, &row, &gate, replace).await);
    let after = scene.row(&row).await;
    assert_eq!((&after["mirror"], &after["blobs"][0]["mirror"]), (&json!(true), &json!("WAITING")));
    assert_eq!(after["blobs"][0]["place"], Value::Null);
    assert_eq!(scene.copies().await, [""; 0]);
}

#[tokio::test]
async fn an_object_that_is_gone_or_lives_again_gets_nothing() {
    let (scene, gate) = (Scene::start().await, Arc::default());
    scene.web.set("/a.txt", gated(&gate));
    let row = scene.write("1", &[scene.blob("doc", "text", "/a.txt")]).await;
    let path = format!("/v1/buckets/{}/objects/{}", scene.bucket, row["object_id"].as_str().unwrap());
    let delete = async {
        scene.stack.client.delete(&path).await.deleted();
    };
    assert!(during(&scene, &row, &gate, delete).await);
    assert_eq!(scene.copies().await, [""; 0]);

    // The same key makes the same id, in another life.
    let again = scene.write("1", &[scene.blob("doc", "text", "/a.txt")]).await;
    assert_eq!(again["object_id"], row["object_id"]);
    assert!(scene.deliver(&row, 1).await);
    assert_eq!(scene.row(&row).await, again);
    assert_eq!(scene.web.asked().len(), 1);
}
