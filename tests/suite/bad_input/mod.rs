//! Bad input to every route that takes a body: always a 4xx in the envelope that says what is wrong,
//! never a 5xx, and nothing is written.

mod bodies;
mod fields;
mod paths;
mod sizes;

use std::time::{Duration, Instant};

use serde_json::{Value, json};
use stowage_tests::{Answer, Holdings, TestStack};

/// Answers that repeat their input at length could grow beyond what Lambda may answer.
const MAX_ANSWER_BYTES: usize = 1024 * 1024;
/// A function has 10 seconds; these handlers aren't even optimised.
const MAX_TIME: Duration = Duration::from_secs(8);

/// A stack with a bucket and an upload that waits for its confirmation, and what it holds.
struct Scene {
    stack: TestStack,
    bucket: String,
    upload: String,
    before: Holdings,
}

impl Scene {
    async fn new() -> Self {
        let stack = TestStack::start().await;
        let schema = json!({"notes": {"type": "text"}, "pages": {"type": "array", "items": {"type": "text"}},
            "n": {"type": "float"}, "size": {"type": "string", "enum": ["s", "x".repeat(50_000)]}});
        let bucket = stack.client.bucket("b", schema, json!(null)).await;
        let create = json!({"filename": "a.txt", "content_type": "text/plain", "blob_property": "notes"});
        let upload = stack.client.upload(&bucket, &create, b"a text").await;
        let upload = upload["upload_id"].as_str().unwrap_or_default().to_owned();
        let before = stack.engines().holdings().await;
        Self { stack, bucket, upload, before }
    }

    /// Every route that takes a body, over things that are there.
    fn routes(&self) -> Vec<String> {
        let Self { bucket, upload, .. } = self;
        vec![
            "/v1/namespaces".to_owned(),
            "/v1/buckets".to_owned(),
            format!("/v1/buckets/{bucket}/objects"),
            format!("/v1/buckets/{bucket}/uploads"),
            format!("/v1/buckets/{bucket}/uploads/{upload}/confirm"),
            format!("/v1/uploads/{upload}/confirm"),
        ]
    }

    fn objects(&self) -> String {
        format!("/v1/buckets/{}/objects", self.bucket)
    }

    fn uploads(&self) -> String {
        format!("/v1/buckets/{}/uploads", self.bucket)
    }

    fn confirm(&self) -> String {
        format!("/v1/uploads/{}/confirm", self.upload)
    }

    /// Sends a bad body, and checks what every refusal has in common.
    async fn refused(&self, path: &str, body: impl Into<reqwest::Body>) -> Answer {
        let started = Instant::now();
        let answer = self.stack.client.post_text(path, body).await;
        let shown: String = answer.body.to_string().chars().take(500).collect();
        assert!((400..500).contains(&answer.status), "{path}: {} {shown}", answer.status);
        assert_eq!(answer.body["success"], false, "{path}: {shown}");
        assert_eq!(answer.body["status"], answer.status, "{path}: {shown}");
        assert!(answer.body["error"]["message"].as_str().is_some_and(|text| !text.is_empty()), "{shown}");
        let bytes = answer.body.to_string().len();
        assert!(bytes <= MAX_ANSWER_BYTES, "{path}: an answer of {bytes} bytes: {shown}");
        assert!(started.elapsed() <= MAX_TIME, "{path}: {:?}", started.elapsed());
        answer
    }

    /// Checks that the stack holds what it held.
    async fn untouched(&self) {
        assert_eq!(self.stack.engines().holdings().await, self.before);
    }
}

/// Lists nested this deep.
fn nested(depth: usize) -> Value {
    (0..depth).fold(json!(1), |inner, _| json!([inner]))
}
