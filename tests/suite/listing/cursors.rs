//! Cursors: what they are good for, and what comes and goes while they are followed.

use serde_json::{Value, json};

use super::{Scene, ids, once_each};

#[tokio::test]
async fn a_cursor_is_good_for_the_same_list_alone() {
    let scene = Scene::new().await;
    scene.numbered(6).await;
    let other = scene.stack.client.bucket("other", json!({}), json!(null)).await;
    let body = json!({"limit": 2, "filters": {"field": "n", "operator": "gte", "value": 1}, "search": "obj"});
    let cursor = scene.page(&body).await["pagination"]["next_cursor"].take();
    assert!(cursor.is_string());
    let with = |changes: &[(&str, Value)]| {
        let mut body = body.clone();
        body["cursor"] = cursor.clone();
        for (name, value) in changes {
            body[*name] = value.clone();
        }
        body
    };
    for changes in [
        vec![("filters", json!({"n": 1}))],
        vec![("filters", Value::Null)],
        vec![("search", json!("ob"))],
        vec![("sort", json!({"field": "created_at", "direction": "desc"}))],
        vec![("sort", json!({"field": "n"}))],
    ] {
        let error = scene.list("", &with(&changes)).await.refused(422, "cursor_mismatch");
        assert_eq!(error["details"]["validation_errors"][0]["location"], json!(["body", "cursor"]));
    }
    let elsewhere = scene.stack.client.post(&format!("/v1/buckets/{other}/objects/list"), &with(&[])).await;
    elsewhere.refused(422, "cursor_mismatch");
    // How much of each object, and how many of them, may change on the way.
    let free = [("limit", json!(1)), ("select", json!(["n"])), ("include_total", json!(true))];
    assert_eq!(ids(&scene.page(&with(&free)).await).len(), 1);
    assert_eq!(ids(&scene.page(&with(&[])).await).len(), 2);
    // By its name, a bucket is the same.
    let named = scene.stack.client.post("/v1/buckets/b/objects/list", &with(&[])).await.ok();
    assert_eq!(named, scene.page(&with(&[])).await);
}

#[tokio::test]
async fn objects_of_one_millisecond_come_once_each() {
    let scene = Scene::new().await;
    let original = scene.create(&json!({})).await;
    // Seven in each millisecond, where pages of three, four and five end anywhere.
    let mut crowd = scene.stack.crowd(&scene.bucket, &original, 70, |n| 1_000_000 + n / 7).await;
    crowd.push(original);
    for limit in [3, 4, 5] {
        for direction in ["asc", "desc"] {
            let sort = json!({"field": "created_at", "direction": direction});
            let seen = scene.walk(&json!({"limit": limit, "sort": sort})).await;
            assert_eq!(once_each(&seen), once_each(&crowd));
        }
    }
}

#[tokio::test]
async fn deletions_on_the_way_hide_nothing_else() {
    let scene = Scene::new().await;
    let all = scene.numbered(12).await;
    let delete = async |id: &String| {
        let path = format!("/v1/buckets/{}/objects/{id}", scene.bucket);
        scene.stack.client.delete(&path).await.deleted();
    };
    let first = scene.page(&json!({"limit": 4})).await;
    let cursor = first["pagination"]["next_cursor"].clone();
    // The very one that the cursor points behind, one before it, and the next two.
    for position in [3, 0, 4, 5] {
        delete(&all[position]).await;
    }
    let second = scene.page(&json!({"limit": 4, "cursor": cursor})).await;
    assert_eq!(ids(&second), all[6..10]);
    for id in &all[6..] {
        delete(id).await;
    }
    let cursor = second["pagination"]["next_cursor"].clone();
    let third = scene.page(&json!({"limit": 4, "cursor": cursor})).await;
    assert_eq!((ids(&third), &third["pagination"]["next_cursor"]), (vec![], &json!(null)));
    // An update keeps an object's place.
    let path = format!("/v1/buckets/{}/objects/{}", scene.bucket, all[1]);
    scene.stack.client.patch(&path, &json!({"n": 100})).await.ok();
    assert_eq!(scene.walk(&json!({"limit": 1})).await, all[1..3]);
}
