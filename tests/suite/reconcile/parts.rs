//! Multipart uploads that nobody ended.

use serde_json::json;
use stowage_domain::upload::Grace;
use stowage_tests::Fault;

use super::Scene;

async fn begin(scene: &Scene) {
    for key in ["mirror/org/ns/bkt/obj/1/a.mp4", "uploads/org/ns/upl/a.mp4", "mirror/org/ns/bkt/obj/2/a.mp4"]
    {
        scene.stack.engines().begin_parts(key).await;
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn those_of_long_ago_are_aborted() {
    let scene = Scene::start().await;
    begin(&scene).await;
    // Not ours to end.
    scene.stack.engines().begin_parts("undelivered/a").await;
    assert_eq!(scene.reconcile().await, Ok(json!({"aborted_multipart_uploads": 3})));
    assert_eq!(scene.stack.engines().parts().await, ["undelivered/a"]);
    assert_eq!(scene.reconcile().await, Ok(json!({})));
}

#[tokio::test(flavor = "multi_thread")]
async fn those_that_may_be_going_on_are_left_alone() {
    let scene = Scene::start_with(Grace::default()).await;
    begin(&scene).await;
    assert_eq!(scene.reconcile().await, Ok(json!({})));
    assert_eq!(scene.stack.engines().parts().await.len(), 3);
}

#[tokio::test(flavor = "multi_thread")]
async fn one_that_cannot_be_aborted_stops_no_other() {
    let scene = Scene::start().await;
    begin(&scene).await;
    scene.stack.background().inject("DELETE mirror", Fault::Status(403), 1);
    scene.reconcile().await.expect_err("one was refused");
    assert_eq!(scene.stack.engines().parts().await, ["mirror/org/ns/bkt/obj/1/a.mp4"]);
    assert_eq!(scene.reconcile().await, Ok(json!({"aborted_multipart_uploads": 1})));
}
