//! Pages of large objects: an answer stays within what Lambda returns, and leads on.

use serde_json::{Value, json};

use super::{Scene, ids, once_each};

/// Lambda's limit for an answer, in bytes.
const LAMBDA_RETURNS: usize = 6 * 1024 * 1024;

/// The bytes that an answer takes on its way through Lambda: its text in a JSON string.
fn transported(page: &Value) -> usize {
    Value::from(page.to_string()).to_string().len()
}

/// Follows the cursors and checks each page's size; gives the ids and how many pages there were.
async fn walk(scene: &Scene, body: &Value) -> (Vec<String>, usize) {
    let mut body = body.clone();
    let (mut all, mut pages) = (Vec::new(), 0);
    loop {
        let page = scene.page(&body).await;
        assert!(transported(&page) < LAMBDA_RETURNS, "{} bytes", transported(&page));
        assert!(!ids(&page).is_empty(), "large objects are shown one by one if need be");
        all.extend(ids(&page));
        pages += 1;
        match &page["pagination"]["next_cursor"] {
            Value::Null => return (all, pages),
            cursor => body["cursor"] = cursor.clone(),
        }
    }
}

#[tokio::test]
async fn a_page_stops_before_four_megabytes_of_objects() {
    let scene = Scene::new().await;
    let original = scene.create(&json!({"text": "x".repeat(290_000)})).await;
    // 18 MB, more than DynamoDB reads at once.
    let mut all = scene.stack.crowd(&scene.bucket, &original, 61, |n| 1_000_000 + n).await;
    all.push(original);
    let first = scene.page(&json!({"limit": 100, "include_total": true})).await;
    assert_eq!(ids(&first).len(), 4 * 1024 * 1024 / 290_000);
    assert_eq!(first["pagination"]["total"], 62);
    assert_eq!(first["pagination"]["next_page"], json!(null), "a number would lead past the rest");
    let (seen, pages) = walk(&scene, &json!({"limit": 100})).await;
    assert_eq!(once_each(&seen), once_each(&all));
    assert_eq!(pages, 62_usize.div_ceil(14));
    // Filtered, too; and what is too much to be sorted says so.
    let (seen, _) = walk(&scene, &json!({"limit": 100, "filters": {"status": "PENDING"}})).await;
    assert_eq!(once_each(&seen), once_each(&all));
    let sorted = scene.list("", &json!({"sort": {"field": "text"}})).await;
    sorted.invalid(&["body.sort.field"]);
}

#[tokio::test]
async fn what_is_escaped_on_the_way_counts_as_it_is_transported() {
    let scene = Scene::new().await;
    // Each character is one byte in the item, two in JSON, and four in Lambda's answer.
    let original = scene.create(&json!({"text": "\"".repeat(140_000)})).await;
    let mut all = scene.stack.crowd(&scene.bucket, &original, 20, |n| 1_000_000 + n).await;
    all.push(original);
    let (seen, pages) = walk(&scene, &json!({"limit": 100})).await;
    assert_eq!(once_each(&seen), once_each(&all));
    assert!(pages > 1);
    let (seen, _) = walk(&scene, &json!({"limit": 100, "sort": {"field": "status"}})).await;
    assert_eq!(once_each(&seen), once_each(&all));
}
