//! Orders other than that of creation.

use serde_json::{Value, json};

use super::{Scene, ids};

#[tokio::test]
async fn a_small_bucket_is_sorted_by_any_field() {
    let scene = Scene::new().await;
    let mut named = Vec::new();
    for (n, title) in [(2, json!("b")), (1, json!("c")), (3, json!("a")), (1, json!(null))] {
        named.push(scene.create(&json!({"n": n, "title": title, "deep": {"n": n}})).await);
    }
    let pick = |positions: [usize; 4]| positions.map(|position| named[position].clone()).to_vec();
    let by =
        |field: &str, direction: &str| json!({"sort": {"field": field, "direction": direction}, "limit": 3});
    assert_eq!(scene.walk(&by("title", "asc")).await, pick([3, 2, 0, 1]));
    assert_eq!(scene.walk(&by("title", "desc")).await, pick([1, 0, 2, 3]));
    // The id decides between equals.
    let (low, high) = if named[1] < named[3] { (1, 3) } else { (3, 1) };
    assert_eq!(scene.walk(&by("n", "asc")).await, pick([low, high, 0, 2]));
    assert_eq!(scene.walk(&by("deep.n", "desc")).await, pick([2, 0, high, low]));
    let mut body = by("n", "asc");
    body["filters"] = json!({"field": "n", "operator": "lt", "value": 3});
    body["include_total"] = json!(true);
    let page = scene.page(&body).await;
    assert_eq!(ids(&page), pick([low, high, 0, 2])[..3]);
    assert_eq!(page["pagination"]["total"], 3);
    let offset = scene.page(&json!({"sort": {"field": "n"}, "offset": 1, "limit": 2})).await;
    assert_eq!(ids(&offset), pick([low, high, 0, 2])[1..3]);
}

#[tokio::test]
async fn what_comes_and_goes_between_sorted_pages_neither_repeats_nor_hides_others() {
    let scene = Scene::new().await;
    let mut named = Vec::new();
    for n in 0..6 {
        named.push(scene.create(&json!({"n": n * 10})).await);
    }
    let mut body = json!({"sort": {"field": "n"}, "limit": 2});
    let first = scene.page(&body).await;
    assert_eq!(ids(&first), named[..2]);
    // One before, the last shown itself, and one after.
    scene.create(&json!({"n": 5})).await;
    let path = |id: &str| format!("/v1/buckets/{}/objects/{id}", scene.bucket);
    scene.stack.client.delete(&path(&named[1])).await.deleted();
    let new = scene.create(&json!({"n": 25})).await;
    body["cursor"] = first["pagination"]["next_cursor"].clone();
    assert_eq!(
        scene.walk(&body).await,
        [&named[2], &new, &named[3], &named[4], &named[5]].map(String::clone)
    );
}

#[tokio::test]
async fn a_large_bucket_is_listed_by_creation_alone() {
    let scene = Scene::new().await;
    let original = scene.create(&json!({"n": 1})).await;
    scene.stack.crowd(&scene.bucket, &original, 999, |n| 1_000_000 + n).await;
    let sorted = json!({"sort": {"field": "n", "direction": "desc"}, "limit": 1});
    assert_eq!(ids(&scene.page(&sorted).await).len(), 1);
    scene.create(&json!({"n": 2})).await;
    let error = scene.list("", &sorted).await.invalid(&["body.sort.field"]);
    let message = error["message"].as_str().unwrap_or_default();
    assert!(message.contains("1000") && message.contains("created_at"), "{message}");
    let newest: Value =
        scene.page(&json!({"sort": {"field": "created_at", "direction": "desc"}, "limit": 1})).await;
    assert_eq!(newest["results"][0]["n"], 2);
}
