//! Paths and queries that name nothing.

use serde_json::json;

use super::Scene;

#[tokio::test]
async fn a_path_that_names_nothing_is_a_404() {
    let scene = Scene::new().await;
    let long = "x".repeat(4_000);
    for odd in [
        "%zz",
        "%",
        "%2",
        "%ff",
        "%00",
        "a%2Fb",
        "%23",
        "bkt_%23x",
        "bkt_",
        "%F0%9F%AA%A3",
        "+",
        "%20",
        "b%00",
        "bkt_a%2F..%2Fb",
        &long,
    ] {
        for (path, body) in [
            (format!("/v1/buckets/{odd}/objects"), "{}"),
            (format!("/v1/buckets/{odd}/uploads"), r#"{"filename": "a", "content_type": "text/plain"}"#),
            (format!("/v1/buckets/{odd}/uploads/{}/confirm", scene.upload), "{}"),
            (format!("/v1/buckets/{}/uploads/{odd}/confirm", scene.bucket), "{}"),
            (format!("/v1/uploads/{odd}/confirm"), "{}"),
        ] {
            scene.refused(&path, body).await.refused(404, "");
        }
        for path in [format!("/v1/buckets/{odd}"), format!("/v1/namespaces/{odd}")] {
            let answer = scene.stack.client.get(&path).await;
            answer.refused(404, "");
        }
    }
    scene.untouched().await;
}

#[tokio::test]
async fn a_query_that_cannot_be_read_is_refused_or_means_nothing() {
    let scene = Scene::new().await;
    let objects = scene.objects();
    for query in ["policy=%ff", "policy=a%00", "policy=", "auto_process=1", "auto_process=TRUE"] {
        scene.refused(&format!("{objects}?{query}"), "{}").await.refused(422, "");
    }
    scene.refused(&format!("{}?async=", scene.confirm()), "{}").await.invalid(&["query.async"]);
    scene.untouched().await;
    for query in ["", "&&&", "%zz=%zz", "=", "a=b=c&a", "POLICY=nothing", "policy=insert&policy=none"] {
        scene.stack.client.post(&format!("{objects}?{query}"), &json!({})).await.ok();
    }
}
