//! A client's confirm and S3's notification at the same time.

use std::time::Duration;

use futures::stream::{self, StreamExt as _};
use serde_json::json;
use stowage_local::RelayOptions;

use super::{Scene, event, film, notification};

const ROUNDS: usize = 500;

#[tokio::test(flavor = "multi_thread")]
async fn of_a_confirm_and_a_notification_one_makes_the_object_and_both_agree() {
    // The notifications are this test's own, so that each falls on its confirm.
    let scene = Scene::start_after(Duration::from_hours(1), RelayOptions::default()).await;
    let (client, functions) = (&scene.stack.client, scene.stack.stack().functions());
    let races = stream::iter(0..ROUNDS).map(|round| {
        let scene = &scene;
        async move {
            let upload = scene.put(&film(), format!("film {round}").as_bytes()).await;
            let id = upload["upload_id"].as_str().expect("an upload_id");
            let key = upload["s3_key"].as_str().expect("a key");
            let bodies = [notification(key).to_string()];
            let notified = functions.deliver("auto-confirm", event(&bodies), Duration::from_secs(10));
            let nothing = json!({});
            let (answer, notified) = tokio::join!(client.confirm(&scene.bucket, &upload, &nothing), notified);
            assert_eq!(notified, Ok(json!({"batchItemFailures": []})));
            let answer = answer.ok();
            assert_eq!(answer["status"], "COMPLETED");
            let shown = client.get(&format!("/v1/uploads/{id}")).await.ok();
            let again = client.confirm(&scene.bucket, &upload, &json!({})).await.ok();
            assert_eq!((&answer["object_id"], &answer), (&shown["object_id"], &again));
        }
    });
    races.buffer_unordered(16).collect::<Vec<()>>().await;
    assert_eq!(scene.stack.engines().object_count().await, ROUNDS);
}
