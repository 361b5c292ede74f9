//! Lists of namespaces (contract section 3).

use serde_json::{Value, json};
use stowage_domain::id::NamespaceId;
use stowage_tests::{Client, TestStack};

use super::make;
use crate::tenancy::{client_with, stranger};

async fn list(client: &Client, body: &Value) -> Value {
    client.post("/v1/namespaces/list", body).await.ok()
}

fn names(page: &Value) -> Vec<&str> {
    let results = page["results"].as_array().expect("results");
    results.iter().map(|namespace| namespace["namespace_name"].as_str().expect("a name")).collect()
}

/// It is how clients find out whether a key is good.
#[tokio::test]
async fn a_key_alone_lists_its_organisations_namespaces() {
    let stack = TestStack::start().await;
    let client = &stack.client;
    make(client, "films").await;
    let songs = make(client, "songs").await;
    client.with_namespace("songs").bucket("b", json!({}), json!(null)).await;
    let page = list(client, &json!({})).await;
    assert_eq!(names(&page), ["default", "films", "songs"]);
    assert_eq!(page["total_count"], 3);
    assert_eq!(page["results"][2]["bucket_count"], 1);
    assert_eq!(page["results"][2]["namespace_id"], songs["namespace_id"]);
    let stats = json!({"total_buckets": 1, "total_objects": 0, "total_documents": 0,
        "avg_buckets_per_namespace": 1.0 / 3.0, "avg_objects_per_namespace": 0.0, "avg_documents_per_namespace": 0.0});
    assert_eq!(page["stats"], stats);
    for path in ["/v1/namespaces", "/v1/namespaces?include_system=true&view=summary"] {
        assert_eq!(client.get(path).await.ok(), page, "{path}");
    }
    assert_eq!(client.post_text("/v1/namespaces/list?view=full", "").await.ok(), page);
    client.get("/v1/namespaces?view=short").await.invalid(&["query.view"]);
    client.get("/v1/namespaces?include_system=1").await.invalid(&["query.include_system"]);
    client.post("/v1/namespaces/list", &json!({"colour": "red"})).await.refused(422, "extra_forbidden");
    // Another organisation's are its own.
    let strange = stranger(&stack).await;
    assert_eq!(list(&strange, &json!({})).await["total_count"], 0);
    make(&strange, "films").await;
    assert_eq!(names(&list(&strange, &json!({})).await), ["films"]);
    assert_eq!(list(client, &json!({})).await["total_count"], 3);
}

#[tokio::test]
async fn pages_searches_and_orders() {
    let stack = TestStack::start().await;
    let client = &stack.client;
    for name in ["zoo", "ant farm", "Zebra crossing"] {
        make(client, name).await;
    }
    let mut cursor = Value::Null;
    let mut seen = Vec::new();
    loop {
        let page = list(client, &json!({"limit": 1, "cursor": cursor})).await;
        assert_eq!(page["total_count"], 4);
        seen.extend(names(&page).into_iter().map(str::to_owned));
        cursor = page["pagination"]["next_cursor"].clone();
        if cursor.is_null() {
            break;
        }
    }
    assert_eq!(seen, ["default", "zoo", "ant farm", "Zebra crossing"]);
    for (body, wanted) in [
        (json!({"search": "z"}), vec!["zoo", "Zebra crossing"]),
        (json!({"filters": {"namespace_name": "zoo"}}), vec!["zoo"]),
        (json!({"sort": {"field": "namespace_name"}, "limit": 2}), vec!["Zebra crossing", "ant farm"]),
        (json!({"offset": 3}), vec!["Zebra crossing"]),
    ] {
        assert_eq!(names(&list(client, &body).await), wanted, "{body}");
    }
    assert_eq!(list(client, &json!({"search": "z", "limit": 1})).await["total_count"], 2);
}

#[tokio::test]
async fn a_bound_key_lists_its_own_alone() {
    let stack = TestStack::start().await;
    let own = make(&stack.client, "own").await;
    let also = make(&stack.client, "also own").await;
    make(&stack.client, "other").await;
    let id =
        |made: &Value| NamespaceId::parse(made["namespace_id"].as_str().unwrap_or_default()).expect("an id");
    let never = NamespaceId::parse("ns_never").expect("an id");
    let ids = [id(&own), id(&also), never];
    let client = client_with(&stack, |key| key.namespaces = Some(ids.into())).await;
    let page = list(&client, &json!({})).await;
    assert_eq!((names(&page), &page["total_count"]), (vec!["own", "also own"], &json!(2)));
    let first = list(&client, &json!({"limit": 1, "include_total": true})).await;
    assert_eq!((names(&first), &first["pagination"]["total"]), (vec!["own"], &json!(2)));
    let cursor = &first["pagination"]["next_cursor"];
    assert_eq!(names(&list(&client, &json!({"limit": 1, "cursor": cursor})).await), ["also own"]);
    assert_eq!(list(&client, &json!({"search": "other"})).await["total_count"], 0);
    // A namespace out of its reach is unresolved, like one that isn't there.
    let page = client.with_namespace("other").post("/v1/buckets/list", &json!({})).await.ok();
    assert_eq!(page["warnings"][0]["reason"], "unresolved");
}
