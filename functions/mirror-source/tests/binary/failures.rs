//! Sources that can't be copied, now or ever.

use serde_json::{Value, json};
use stowage_tests::Fault;

use crate::Scene;
use crate::web::Page;

#[tokio::test]
async fn what_will_never_be_copied_is_said_at_once() {
    let scene = Scene::with(|rules| rules.max_bytes = 100).await;
    scene.web.set("/gone.txt", Page::error(404));
    scene.web.set("/page.png", Page::new("text/html", b"<html>"));
    scene.web.set("/large.txt", Page { times: 101, ..Page::new("text/plain", b"x") });
    scene.web.set("/text.txt", Page::new("text/plain", b"hello"));
    let mut declared = scene.blob("doc", "text", "/text.txt");
    declared["checksum"] = json!("0".repeat(64));
    let metadata =
        json!({"property": "doc", "type": "text", "data": "http://169.254.169.254/latest/meta-data/"});
    for (index, (blob, error)) in [
        (scene.blob("doc", "text", "/gone.txt?hidden"), "blob 'doc': the source answered with status 404"),
        (
            scene.blob("photo", "image", "/page.png"),
            "blob 'photo': the source is not copied: its content type text/html does not fit type image",
        ),
        (scene.blob("doc", "text", "/large.txt"), "blob 'doc': the source has more than 100 bytes"),
        (declared, "blob 'doc': the source is not copied: it does not have the declared SHA-256"),
        (metadata, "blob 'doc': the source is not fetched: its URL has a port that is not allowed"),
    ]
    .into_iter()
    .enumerate()
    {
        let row = scene.write(&index.to_string(), &[blob]).await;
        assert!(scene.deliver(&row, 1).await, "{error}");
        let after = scene.row(&row).await;
        assert_eq!((&after["error"], &after["blobs"][0]["mirror"]), (&json!(error), &json!("FAILED")));
        assert_eq!((&after["mirror"], &after["status"]), (&Value::Null, &json!("FAILED")));
        assert_eq!(scene.shown(&row).await["error"], error);
    }
    assert_eq!(scene.copies().await, [""; 0]);
}

#[tokio::test]
async fn what_may_pass_is_tried_until_the_queue_gives_up() {
    let scene = Scene::start().await;
    scene.web.set("/busy.txt", Page::error(503));
    let row = scene.write("1", &[scene.blob("doc", "text", "/busy.txt")]).await;
    for received in 1..6 {
        assert!(!scene.deliver(&row, received).await);
        assert_eq!(scene.row(&row).await, row);
    }
    assert!(scene.deliver(&row, 6).await);
    let after = scene.row(&row).await;
    let error = "blob 'doc': the source could not be read: it answered with status 503";
    assert_eq!((&after["error"], &after["blobs"][0]["mirror"]), (&json!(error), &json!("FAILED")));
}

#[tokio::test]
async fn one_blob_does_not_hold_up_another() {
    let scene = Scene::start().await;
    scene.web.set("/busy.txt", Page::error(429));
    scene.web.set("/a.png", Page::new("image/png", b"a picture"));
    let blobs = [scene.blob("doc", "text", "/busy.txt"), scene.blob("photo", "image", "/a.png")];
    let row = scene.write("1", &blobs).await;
    assert!(!scene.deliver(&row, 1).await);
    let between = scene.row(&row).await;
    assert_eq!((&between["mirror"], &between["blobs"][0]["mirror"]), (&json!(true), &json!("WAITING")));
    assert!(between["blobs"][1]["place"].is_object());

    scene.web.set("/busy.txt", Page::new("text/plain", b"now"));
    assert!(scene.deliver(&row, 2).await);
    assert_eq!(scene.row(&row).await["mirror"], Value::Null);
    assert_eq!(scene.web.asked(), ["/busy.txt", "/a.png", "/busy.txt"]);
}

#[tokio::test]
async fn a_body_that_breaks_off_leaves_nothing_in_s3() {
    let scene = Scene::start().await;
    let piece = vec![b'x'; 1024 * 1024];
    for times in [1, 20] {
        let page = Page { times, breaks_off: true, ..Page::new("text/plain", &piece) };
        scene.web.set("/short.txt", page);
        let row = scene.write(&times.to_string(), &[scene.blob("doc", "text", "/short.txt")]).await;
        scene.stack.faults().take_calls();
        assert!(!scene.deliver(&row, 1).await);
        let actions = scene.stack.faults().take_actions();
        assert_eq!(actions.contains(&"DELETE mirror".to_owned()), times > 8, "{actions:?}");
    }
    assert_eq!(scene.copies().await, [""; 0]);
}

#[tokio::test]
async fn a_lost_answer_keeps_the_copy_that_was_recorded() {
    let scene = Scene::start().await;
    scene.web.set("/a.txt", Page::new("text/plain", b"hello"));
    let row = scene.write("1", &[scene.blob("doc", "text", "/a.txt")]).await;
    scene.stack.faults().inject("UpdateItem", Fault::LoseAnswer, 1);
    assert!(scene.deliver(&row, 1).await);
    let after = scene.row(&row).await;
    assert_eq!(after["version"], 2);
    assert_eq!(scene.copies().await, [after["blobs"][0]["place"]["key"].as_str().unwrap()]);
}
