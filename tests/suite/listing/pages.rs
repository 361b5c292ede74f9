//! Every way to say which page, and what a page says of itself.

use serde_json::{Value, json};

use super::{Scene, ids};

#[tokio::test]
async fn every_form_shows_every_object_once_in_the_order_of_creation() {
    let scene = Scene::new().await;
    let all = scene.numbered(23).await;
    assert_eq!(scene.walk(&json!({"limit": 5})).await, all);
    assert_eq!(scene.walk(&json!({"page_size": 23})).await, all);
    assert_eq!(scene.walk(&json!({"limit": 1})).await, all);
    let newest_first: Vec<String> = all.iter().rev().cloned().collect();
    let sort = json!({"field": "created_at", "direction": "desc"});
    assert_eq!(scene.walk(&json!({"limit": 5, "sort": sort})).await, newest_first);

    for name in ["cursor", "next_cursor", "after"] {
        let first = scene.page(&json!({"limit": 7})).await;
        let cursor = first["pagination"]["next_cursor"].as_str().expect("more to come");
        let in_body = scene.page(&json!({"limit": 7, name: cursor})).await;
        let in_query = scene.list(&format!("?limit=7&{name}={cursor}"), &json!({})).await.ok();
        assert_eq!(ids(&in_body), all[7..14]);
        assert_eq!(in_body, in_query);
    }
    for (body, query, expected) in [
        (json!({"offset": 20}), "", &all[20..]),
        (json!({"offset": 23}), "", &all[23..]),
        (json!({"page": 3}), "?page_size=4", &all[8..12]),
        (json!({}), "?page=2&limit=3", &all[3..6]),
        (json!({}), "?offset=1&page=9&limit=3", &all[1..4]),
        (json!({"limit": 2}), "?limit=9&offset=4", &all[4..6]),
        (json!({}), "", &all[..10]),
    ] {
        let page = scene.list(query, &body).await.ok();
        assert_eq!(ids(&page), expected, "{body} {query}");
    }
}

#[tokio::test]
async fn a_get_lists_by_its_query_and_a_post_needs_no_body() {
    let scene = Scene::new().await;
    let all = scene.numbered(4).await;
    let path = format!("/v1/buckets/{}/objects", scene.bucket);
    let client = &scene.stack.client;
    let first = client.get(&format!("{path}?limit=3&include_total=true")).await.ok();
    assert_eq!(ids(&first), all[..3]);
    assert_eq!(first["pagination"]["total"], 4);
    let cursor = first["pagination"]["next_cursor"].as_str().expect("more to come");
    assert_eq!(ids(&client.get(&format!("{path}?cursor={cursor}")).await.ok()), all[3..]);
    let without_body = client.post_text(&format!("{path}/list"), "").await.ok();
    assert_eq!(ids(&without_body), all);
    // Mixpeek's high-level client sends these in the body.
    let page = scene.page(&json!({"page_size": 100, "cursor": null})).await;
    assert_eq!(page, without_body_of_size(&without_body, 100));
    assert_eq!(ids(&client.get("/v1/buckets/b/objects").await.ok()), all, "a bucket has a name, too");
}

fn without_body_of_size(page: &Value, size: u32) -> Value {
    let mut page = page.clone();
    page["pagination"]["page_size"] = json!(size);
    page
}

#[tokio::test]
async fn a_page_says_where_it_is_and_what_follows() {
    let scene = Scene::new().await;
    let empty = scene.page(&json!({"include_total": true})).await;
    let nothing = json!({
        "total": 0, "page": 1, "page_size": 10, "total_pages": 0,
        "next_page": null, "previous_page": null, "next_cursor": null,
    });
    assert_eq!(empty["pagination"], nothing);
    assert_eq!(empty["results"], json!([]));
    let stats =
        json!({"total_objects": 0, "total_blobs": 0, "avg_blobs_per_object": 0.0, "objects_by_status": {}});
    assert_eq!(empty["stats"], stats);

    scene.numbered(7).await;
    let pagination = async |body: Value| scene.page(&body).await["pagination"].take();
    let mut first = pagination(json!({"limit": 3, "include_total": true})).await;
    let cursor = first["next_cursor"].take();
    assert!(cursor.is_string());
    let expected = json!({
        "total": 7, "page": 1, "page_size": 3, "total_pages": 3,
        "next_page": "2", "previous_page": null, "next_cursor": null,
    });
    assert_eq!(first, expected);
    let second = pagination(json!({"limit": 3, "cursor": cursor})).await;
    assert_eq!((&second["page"], &second["total"]), (&json!(2), &json!(null)));
    let last = pagination(json!({"limit": 3, "page": 3})).await;
    let expected = json!({
        "total": null, "page": 3, "page_size": 3, "total_pages": null,
        "next_page": null, "previous_page": "2", "next_cursor": null,
    });
    assert_eq!(last, expected);
    let full = pagination(json!({"limit": 7})).await;
    assert_eq!(full["next_cursor"], json!(null), "a full last page is known to be the last");
    // A filter's matches are counted, all of them and not the page's alone.
    let filters = json!({"field": "n", "operator": "gte", "value": 3});
    let counted = pagination(json!({"limit": 1, "filters": filters, "include_total": true})).await;
    assert_eq!((&counted["total"], &counted["total_pages"]), (&json!(4), &json!(4)));
    let none = pagination(json!({"filters": {"n": 99}, "include_total": true})).await;
    assert_eq!(none["total"], 0);
}

#[tokio::test]
async fn what_is_malformed_or_not_read_is_named_and_nothing_is_listed() {
    let scene = Scene::new().await;
    for (query, body, places) in [
        ("", json!({"limit": 1001}), vec!["body.limit"]),
        ("", json!({"limit": 0, "offset": 10_001}), vec!["body.limit", "body.offset"]),
        ("?limit=ten&page=0", json!({}), vec!["query.limit", "query.page"]),
        ("", json!({"page": 1002}), vec!["body.page"]),
        ("", json!({"cursor": 5}), vec!["body.cursor"]),
        ("", json!({"cursor": "garbage"}), vec!["body.cursor"]),
        ("?after=garbage", json!({}), vec!["query.after"]),
        ("", json!({"select": [1], "search": true}), vec!["body.search", "body.select.0"]),
    ] {
        scene.list(query, &body).await.invalid(&places);
    }
    // What the mcp server sends when the model gave no body.
    let note = scene.list("", &json!({"note": "no JSON body provided"})).await;
    note.refused(422, "extra_forbidden");
    scene.list("", &json!([])).await.refused(400, "malformed_body");
}
