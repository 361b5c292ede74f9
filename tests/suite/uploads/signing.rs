//! What is signed into a URL, and how long a URL becomes.

use std::time::Duration;

use serde_json::json;
use stowage_api::aws::{Aws, Credentials, Endpoints, Roots};
use stowage_blobs::Blobs;
use stowage_blobs::ports::{SignGet as _, SignUpload as _};
use stowage_domain::id::UploadId;
use stowage_domain::place::Place;
use stowage_domain::upload::Upload;
use stowage_store::ports::FindUploads as _;

use super::Scene;

/// The longest URL that the original's SDK decodes.
const MAX_URL_CHARS: usize = 2083;

fn signed_headers(url: &str) -> &str {
    let (_, rest) = url.split_once("X-Amz-SignedHeaders=").unwrap_or_else(|| panic!("unsigned: {url}"));
    rest.split('&').next().unwrap_or_default()
}

/// Makes an upload, and gives what the store has of it.
async fn stored(scene: &Scene, more: &serde_json::Value) -> (String, Upload) {
    let upload = scene.create(more).await.ok();
    let id = UploadId::parse(upload["upload_id"].as_str().unwrap_or_default()).expect("an id");
    let stack = scene.stack.stack();
    let found = stack.store().find_upload(stack.organisation(), &id).await.expect("the store answers");
    (upload["presigned_url"].as_str().unwrap_or_default().to_owned(), found.expect("the upload"))
}

/// The bytes of a deployment in AWS whose role has a session token of this length.
fn deployed(token: usize, bucket: &str) -> Blobs {
    let credentials = Credentials {
        access_key_id: "ASIAXXXXXXXXXXXXXXXX".to_owned(),
        secret_access_key: "secret".to_owned(),
        // Of base64's alphabet, as real ones are; each of these three takes three characters in a URL.
        session_token: Some("IQoJb3JpZ2luX2VjE+/A".repeat(token).chars().take(token).collect()),
    };
    Blobs::new(Aws::new("ap-southeast-2", &credentials, Endpoints::default(), Roots::Amazon).s3(), bucket)
}

#[tokio::test]
async fn nothing_is_signed_that_an_ordinary_put_does_not_send() {
    let scene = Scene::with(json!({"film": {"type": "video"}}), json!(null)).await;
    let (without, upload) = stored(&scene, &json!({})).await;
    assert_eq!(signed_headers(&without), "content-type%3Bhost");
    let (with, declared) = stored(&scene, &json!({"file_size_bytes": 11})).await;
    assert_eq!(signed_headers(&with), "content-length%3Bcontent-type%3Bhost");
    let blobs = deployed(1_200, "a-bucket");
    let without = blobs.sign_upload(&upload).await.expect("a URL");
    assert_eq!(signed_headers(&without), "content-type%3Bhost");
    let with = blobs.sign_upload(&declared).await.expect("a URL");
    assert_eq!(signed_headers(&with), "content-length%3Bcontent-type%3Bhost");
    for url in [without, with] {
        assert!(url.starts_with("https://a-bucket.s3.ap-southeast-2.amazonaws.com/uploads/"), "{url}");
        for name in ["checksum", "x-amz-sdk", "acl", "tagging"] {
            assert!(!url.to_ascii_lowercase().contains(name), "{url}");
        }
    }
}

#[tokio::test]
async fn a_url_stays_within_what_the_originals_sdk_decodes() {
    let scene = Scene::with(json!({"film": {"type": "video"}}), json!(null)).await;
    let longest = json!({"filename": "日".repeat(255), "file_size_bytes": 5_368_709_120_i64,
        "presigned_url_expiration": 86_400, "content_type": format!("video/{}", "x".repeat(249))});
    let (url, upload) = stored(&scene, &longest).await;
    assert!(url.len() <= MAX_URL_CHARS, "{}", url.len());
    // S3's longest bucket name, and a session token as long as roles' usually are.
    let url = deployed(1_200, &"b".repeat(63)).sign_upload(&upload).await.expect("a URL");
    assert!(url.len() <= MAX_URL_CHARS, "{}", url.len());
    assert!(url.contains("X-Amz-Security-Token=IQoJb3JpZ2luX2VjE%2B%2FA"), "{url}");
    // One that can't be decoded is never handed out.
    let refused = deployed(1_800, "b").sign_upload(&upload).await;
    assert_eq!(refused.map_err(|error| error.status()), Err(500));
}

#[tokio::test]
async fn a_url_to_read_by_is_as_short_and_lives_an_hour_at_most() {
    let scene = Scene::with(json!({"film": {"type": "video"}}), json!(null)).await;
    let (_, upload) = stored(&scene, &json!({"filename": format!("{}.html", "日".repeat(250))})).await;
    let place =
        Place { version_id: Some("3/L4kqtJlcpXroDTDmJ+rmSpXd3dIbrHY".to_owned()), ..upload.place.clone() };
    let blobs = deployed(1_200, &"b".repeat(63));
    let url = blobs.sign_get(&place, Some("text/html")).await.expect("a URL");
    assert!(url.len() <= MAX_URL_CHARS, "{}", url.len());
    assert_eq!(signed_headers(&url), "host");
    for part in ["X-Amz-Expires=3600", "versionId=3%2FL4kqtJlcp", "response-content-disposition=attachment"] {
        assert!(url.contains(part), "{part} in {url}");
    }
    let shown = blobs.sign_get(&place, Some("video/mp4")).await.expect("a URL");
    assert!(!shown.contains("disposition"), "{shown}");
    for (longest, life) in [(60, "60"), (86_400, "3600")] {
        let blobs = blobs.clone().with_max_url_life(Duration::from_secs(longest));
        let url = blobs.sign_get(&place, None).await.expect("a URL");
        assert!(url.contains(&format!("X-Amz-Expires={life}&")), "{url}");
        assert!(url.contains("attachment"), "what it is isn't known: {url}");
    }
    let refused = deployed(1_900, "b").sign_get(&place, None).await;
    assert_eq!(refused.map_err(|error| error.status()), Err(500));
}
