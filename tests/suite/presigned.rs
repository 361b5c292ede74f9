//! Presigned URLs: what S3 takes through one, and that it takes nothing else (contract section 7.3).

use serde_json::{Value, json};
use stowage_blobs::ports::SignUpload as _;
use stowage_domain::id::UploadId;
use stowage_store::ports::FindUploads as _;
use stowage_tests::{Put, TestStack};

struct Scene {
    stack: TestStack,
    bucket: String,
}

impl Scene {
    async fn new() -> Self {
        let stack = TestStack::start().await;
        let bucket = stack.client.bucket("b", json!({"film": {"type": "video"}}), json!(null)).await;
        Self { stack, bucket }
    }

    async fn create(&self, size: Value) -> Value {
        let create = json!({"filename": "a.mp4", "content_type": "video/mp4", "file_size_bytes": size});
        self.stack.client.post(&format!("/v1/buckets/{}/uploads", self.bucket), &create).await.ok()
    }

    async fn put(&self, url: &str, content_type: &str, bytes: &[u8]) -> Put {
        self.stack.client.put(url, content_type, bytes.to_vec()).await
    }

    /// Checks that S3 refused, and has nothing.
    async fn refused(&self, put: Put) {
        assert!(matches!(put.status, 400 | 403), "{put:?}");
        assert!(put.body.contains("<Code>"), "{put:?}");
        assert_eq!(self.stack.engines().keys("").await, Vec::<String>::new());
    }
}

fn url(upload: &Value) -> String {
    upload["presigned_url"].as_str().unwrap_or_else(|| panic!("no URL: {upload}")).to_owned()
}

#[tokio::test]
async fn only_the_declared_content_type_is_taken() {
    let scene = Scene::new().await;
    let upload = scene.create(json!(null)).await;
    for content_type in ["video/webm", "text/html", "video/mp4; codecs=avc1", ""] {
        scene.refused(scene.put(&url(&upload), content_type, b"hello world").await).await;
    }
    let bare = scene.stack.client.http().put(url(&upload)).body("hello world").send().await;
    assert_eq!(bare.expect("S3 answers").status(), 403);
    assert_eq!(scene.put(&url(&upload), "video/mp4", b"hello world").await.status, 200);
    scene.stack.client.confirm(&scene.bucket, &upload, &json!({})).await.ok();
}

#[tokio::test]
async fn only_the_declared_length_is_taken() {
    let scene = Scene::new().await;
    let upload = scene.create(json!(11)).await;
    for bytes in [&b"hello"[..], b"hello world, and more", b""] {
        scene.refused(scene.put(&url(&upload), "video/mp4", bytes).await).await;
    }
    let put = scene.put(&url(&upload), "video/mp4", b"hello world").await;
    assert_eq!((put.status, put.etag.as_str()), (200, "\"5eb63bbbe01eeed093cb22bb8f5acdc3\""));
}

#[tokio::test]
async fn only_the_signed_key_and_method_are_reached() {
    let scene = Scene::new().await;
    let upload = scene.create(json!(null)).await;
    let signed = url(&upload);
    let id = upload["upload_id"].as_str().unwrap_or_default();
    let elsewhere = signed.replace(id, "upl_0123456789abcdef01234567");
    assert_ne!(elsewhere, signed);
    let inline = signed.replacen("/uploads/", "/inline/", 1);
    for other in [elsewhere, inline, signed.replacen("a.mp4", "b.mp4", 1), format!("{signed}&x-id=GetObject")]
    {
        scene.refused(scene.put(&other, "video/mp4", b"hello world").await).await;
    }
    let http = scene.stack.client.http();
    for request in [http.get(&signed), http.delete(&signed), http.post(&signed)] {
        let status = request.header("content-type", "video/mp4").send().await.expect("S3 answers").status();
        assert!(status.is_client_error(), "{status}");
    }
    assert_eq!(scene.put(&signed, "video/mp4", b"hello world").await.status, 200);
    let read = http.get(&signed).header("content-type", "video/mp4").send().await.expect("S3 answers");
    assert_eq!(read.status(), 403);
}

#[tokio::test]
async fn an_altered_signature_or_life_is_refused() {
    let scene = Scene::new().await;
    let upload = scene.create(json!(null)).await;
    let signed = url(&upload);
    let (head, signature) = signed.split_once("X-Amz-Signature=").expect("a signature");
    let turned: String = signature
        .chars()
        .enumerate()
        .map(|(position, digit)| {
            if position > 0 {
                digit
            } else if digit == '0' {
                '1'
            } else {
                '0'
            }
        })
        .collect();
    for other in [
        format!("{head}X-Amz-Signature={turned}"),
        format!("{head}X-Amz-Signature="),
        signed.replacen("X-Amz-Expires=3600", "X-Amz-Expires=36000", 1),
        signed.replacen("us-east-1", "eu-west-1", 1),
        signed.split_once('?').map(|(path, _)| path.to_owned()).unwrap_or_default(),
    ] {
        assert_ne!(other, signed);
        scene.refused(scene.put(&other, "video/mp4", b"hello world").await).await;
    }
    assert_eq!(scene.put(&signed, "video/mp4", b"hello world").await.status, 200);
}

#[tokio::test]
async fn an_expired_url_is_refused_and_a_confirm_says_so() {
    let scene = Scene::new().await;
    let upload = scene.create(json!(null)).await;
    let id = UploadId::parse(upload["upload_id"].as_str().unwrap_or_default()).expect("an id");
    let stack = scene.stack.stack();
    let found = stack.store().find_upload(stack.organisation(), &id).await;
    let mut stored = found.expect("the store answers").expect("the upload");
    // Shorter than a client may ask for.
    stored.presigned_url_expiration = 1;
    let short = stack.blobs().sign_upload(&stored).await.expect("a URL");
    tokio::time::sleep(std::time::Duration::from_millis(2_100)).await;
    scene.refused(scene.put(&short, "video/mp4", b"hello world").await).await;
    scene.stack.client.confirm(&scene.bucket, &upload, &json!({})).await.refused(400, "file_not_uploaded");
    assert_eq!(scene.put(&url(&upload), "video/mp4", b"hello world").await.status, 200);
}
