//! Filters and searches, end to end.

use serde_json::{Value, json};

use super::{Scene, ids};

/// Three objects, and their ids under their names.
async fn furnished() -> (Scene, Vec<(&'static str, String)>) {
    let scene = Scene::with(json!({"film": {"type": "video"}, "script": {"type": "text"}})).await;
    let film = json!({"property": "film", "type": "video", "data": "https://example.org/a.mp4"});
    let script = json!({"property": "script", "type": "text", "data": "To be"});
    let hamlet = json!({
        "title": "Hamlet", "year": 1603, "tags": ["tragedy", "Play"], "blobs": [script], "key_prefix": "/folio/1",
        "meta": {"acts": {"count": 5}}, "printed": "1603-01-01T00:00:00+01:00",
    });
    let tempest =
        json!({"title": "The Tempest", "year": 1611, "tags": ["Play"], "blobs": [film], "lost": false});
    let cardenio = json!({"title": "CARDENIO", "year": 1613.5, "lost": true, "note": null});
    let mut named = Vec::new();
    for (name, body) in [("hamlet", &hamlet), ("tempest", &tempest), ("cardenio", &cardenio)] {
        named.push((name, scene.create(body).await));
    }
    (scene, named)
}

#[tokio::test]
async fn filters_of_every_shape_find_what_they_say() {
    let (scene, named) = furnished().await;
    let by_sdk = json!({"case_sensitive": false, "field": "year", "operator": "lt", "value": 1612});
    let is = |field: &str, operator: &str, value: Value| json!({"field": field, "operator": operator, "value": value});
    for (filters, expected) in [
        (json!({"title": "hamlet"}), vec!["hamlet"]),
        (json!({"title": "hamlet", "case_sensitive": true}), vec![]),
        (json!({"meta.acts.count": 5}), vec!["hamlet"]),
        (json!({"tags": "play"}), vec!["hamlet", "tempest"]),
        (json!({"status": "PENDING"}), vec!["hamlet", "tempest", "cardenio"]),
        (json!({"bucket_id": scene.bucket, "key_prefix": "/folio/1"}), vec!["hamlet"]),
        (json!({"key_prefix": null}), vec!["tempest", "cardenio"]),
        (json!({"object_id": named[1].1}), vec!["tempest"]),
        (is("year", "gt", json!(1611)), vec!["cardenio"]),
        (is("title", "contains", json!("EM")), vec!["tempest"]),
        (is("title", "in", json!(["hamlet", "cardenio"])), vec!["hamlet", "cardenio"]),
        (is("blobs.type", "eq", json!("video")), vec!["tempest"]),
        (is("blobs", "eq", json!([])), vec!["cardenio"]),
        (is("blobs.details.mime_type", "starts_with", json!("text/")), vec!["hamlet"]),
        (is("note", "exists", json!(true)), vec!["cardenio"]),
        (is("printed", "lt", json!("1603-01-01T00:00:00Z")), vec!["hamlet"]),
        (is("created_at", "gte", json!("2020-01-01T00:00:00Z")), vec!["hamlet", "tempest", "cardenio"]),
        (json!({"AND": [by_sdk, {"tags": "play"}], "case_sensitive": false}), vec!["hamlet", "tempest"]),
        (json!({"OR": [{"lost": true}, {"year": 1603.0}]}), vec!["hamlet", "cardenio"]),
        (json!({"NOT": [{"lost": true}, {"year": 1603}]}), vec!["tempest"]),
        (json!({"AND": [{"OR": [{"lost": true}, {"NOT": [{"tags": "play"}]}]}]}), vec!["cardenio"]),
        (json!({}), vec!["hamlet", "tempest", "cardenio"]),
    ] {
        let page = scene.page(&json!({"filters": filters})).await;
        let name = |id: &String| named.iter().find(|(_, known)| known == id).expect("one of them").0;
        let mut found: Vec<&str> = ids(&page).iter().map(name).collect();
        let mut expected = expected;
        // Two made in one millisecond are in the order of their ids.
        found.sort_unstable();
        expected.sort_unstable();
        assert_eq!(found, expected, "{filters}");
        assert_eq!(page["pagination"]["next_cursor"], json!(null));
    }
}

#[tokio::test]
async fn searches_look_at_keys_and_custom_fields() {
    let (scene, named) = furnished().await;
    let upper = named[2].1.to_uppercase();
    for (search, count) in
        [("hamlet", 1), ("FOLIO", 1), ("play", 2), ("161", 2), (upper.as_str(), 1), ("pending", 0), ("", 3)]
    {
        let page = scene.page(&json!({"search": search})).await;
        assert_eq!(ids(&page).len(), count, "{search}");
    }
    let path = format!("/v1/buckets/{}/objects?search=tempest", scene.bucket);
    assert_eq!(ids(&scene.stack.client.get(&path).await.ok()), [named[1].1.clone()]);
    let both = scene.page(&json!({"search": "play", "filters": {"year": 1611}})).await;
    assert_eq!(ids(&both), [named[1].1.clone()]);
}

#[tokio::test]
async fn a_filter_that_cannot_be_evaluated_is_refused_by_name() {
    let scene = Scene::new().await;
    for operator in
        ["regex", "text", "phrase", "words", "geo_radius", "geo_bounding_box", "geo_polygon", "like"]
    {
        let filters = json!({"AND": [{"field": "a", "operator": operator, "value": "x"}]});
        let error =
            scene.list("", &json!({"filters": filters})).await.invalid(&["body.filters.AND.0.operator"]);
        assert!(error["message"].as_str().is_some_and(|text| text.contains(operator)), "{error}");
    }
    let nested = (0..10).fold(json!({"a": 1}), |inner, _| json!({"NOT": [inner]}));
    let place = format!("body.filters{}", ".NOT.0".repeat(10));
    scene.list("", &json!({"filters": nested})).await.invalid(&[&place]);
    let wide: Vec<Value> = (0..101).map(|n| json!({"a": n})).collect();
    scene.list("", &json!({"filters": {"OR": wide}})).await.invalid(&["body.filters"]);
}

#[tokio::test]
async fn a_page_reads_so_many_objects_for_its_filter_and_leads_on() {
    let scene = Scene::new().await;
    let common = scene.create(&json!({"rare": false})).await;
    // All of them are older than what is created through the API.
    scene.stack.crowd(&scene.bucket, &common, 1400, |n| 1_000_000 + n).await;
    let rare = scene.create(&json!({"rare": true})).await;
    let body = json!({"filters": {"rare": true}, "include_total": true});
    let first = scene.page(&body).await;
    assert_eq!(ids(&first), Vec::<String>::new());
    let pagination = &first["pagination"];
    assert_eq!(pagination["total"], json!(null), "to count them would take reading them all");
    assert_eq!(pagination["next_page"], json!(null), "a number would lead past what wasn't looked at");
    let cursor = pagination["next_cursor"].clone();
    assert!(cursor.is_string());
    let second = scene.page(&json!({"filters": {"rare": true}, "cursor": cursor})).await;
    assert_eq!(ids(&second), [rare]);
    assert_eq!(second["pagination"]["next_cursor"], json!(null));
    // An offset counts matches, over as many pages as it takes to find them.
    let offset = scene.walk(&json!({"filters": {"rare": false}, "offset": 1398, "limit": 1000})).await;
    assert_eq!(offset.len(), 3);
    assert_eq!(scene.page(&json!({"limit": 1, "include_total": true})).await["pagination"]["total"], 1402);
}
