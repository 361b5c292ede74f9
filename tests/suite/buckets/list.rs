//! Lists of buckets (contract sections 2.1, 2.7, 2.8 and 4).

use std::collections::BTreeSet;

use serde_json::{Value, json};
use stowage_api::clock;
use stowage_domain::bucket::CreateBucketRequest;
use stowage_domain::id::BucketId;
use stowage_domain::namespace::Scope;
use stowage_store::ports::{CreateBucket as _, FindNamespace as _, RemoveBucket as _};
use stowage_tests::{Client, TestStack};

use super::{counts, minimal};

async fn make(client: &Client, names: &[&str]) -> Vec<Value> {
    let mut made = Vec::new();
    for name in names {
        made.push(client.post("/v1/buckets", &minimal(name)).await.ok());
    }
    made
}

async fn list(client: &Client, body: &Value) -> Value {
    client.post("/v1/buckets/list", body).await.ok()
}

fn names(page: &Value) -> Vec<&str> {
    let results = page["results"].as_array().expect("results");
    results.iter().map(|bucket| bucket["bucket_name"].as_str().expect("a name")).collect()
}

async fn default_scope(stack: &TestStack) -> Scope {
    let organisation = stack.stack().organisation();
    let namespace = stack.stack().store().find_namespace(organisation, "default").await;
    namespace.expect("the store answers").expect("the default namespace").scope()
}

#[tokio::test]
async fn a_namespaces_buckets_are_listed_in_the_order_they_were_made() {
    let stack = TestStack::start().await;
    let client = &stack.client;
    let empty = list(client, &json!({})).await;
    let stats = json!({"total_objects": 0, "total_size_bytes": 0, "avg_objects_per_bucket": 0.0, "avg_size_per_bucket": 0.0});
    assert_eq!((&empty["results"], &empty["total_count"]), (&json!([]), &json!(0)));
    assert_eq!((&empty["stats"], &empty["warnings"]), (&stats, &json!([])));

    let made = make(client, &["zebra", "ant", "mule"]).await;
    client.post("/v1/namespaces", &json!({"namespace_name": "next door"})).await.ok();
    make(&client.with_namespace("next door"), &["other"]).await;
    let page = list(client, &json!({})).await;
    assert_eq!(page["results"], json!(made), "each is as it is shown alone");
    assert_eq!(page["total_count"], 3);
    let pagination = json!({"total": null, "page": 1, "page_size": 10, "total_pages": null,
        "next_page": null, "previous_page": null, "next_cursor": null});
    assert_eq!(page["pagination"], pagination);
    // However it is asked for.
    assert_eq!(client.get("/v1/buckets").await.ok(), page);
    assert_eq!(client.post_text("/v1/buckets/list", "").await.ok(), page);
    assert_eq!(
        list(&client.with_namespace("default"), &json!({"search": null, "filters": null})).await,
        page
    );
    let newest =
        list(client, &json!({"sort": {"field": "created_at", "direction": "desc"}, "limit": 2})).await;
    assert_eq!(names(&newest), ["mule", "ant"]);
}

#[tokio::test]
async fn pages_by_cursor_hold_each_bucket_once_whatever_happens_meanwhile() {
    let stack = TestStack::start().await;
    let (client, store) = (&stack.client, stack.stack().store());
    let scope = default_scope(&stack).await;
    let kept: Vec<String> = (0..7).map(|n| format!("kept {n}")).collect();
    for name in &kept {
        make(client, &[name, &format!("{name} not")]).await;
    }
    let mut seen = Vec::new();
    let mut cursor = Value::Null;
    loop {
        let page = list(client, &json!({"page_size": 3, "cursor": cursor})).await;
        assert!(names(&page).len() <= 3);
        for bucket in page["results"].as_array().expect("results") {
            let name = bucket["bucket_name"].as_str().expect("a name");
            seen.push(name.to_owned());
            if name.ends_with("not") {
                client.delete(&format!("/v1/buckets/{name}")).await.ok();
                let id = BucketId::parse(bucket["bucket_id"].as_str().unwrap_or_default()).expect("an id");
                store.remove_bucket(&scope, &id, clock::now()).await.expect("removed");
            }
        }
        cursor = page["pagination"]["next_cursor"].clone();
        if cursor.is_null() {
            break;
        }
        if seen.len() < 10 {
            make(client, &[&format!("late {}", seen.len())]).await;
        }
    }
    let once: BTreeSet<_> = seen.iter().collect();
    assert_eq!(once.len(), seen.len(), "{seen:?}");
    assert!(kept.iter().all(|name| once.contains(name)), "{seen:?}");
    let left = list(client, &json!({"limit": 1000})).await;
    assert_eq!(left["total_count"], names(&left).len(), "what was removed is neither listed nor counted");
}

#[tokio::test]
async fn pages_by_number_and_offset_and_what_wins() {
    let stack = TestStack::start().await;
    let client = &stack.client;
    make(client, &["a", "b", "c", "d", "e"]).await;
    for (path, body, wanted) in [
        ("?limit=2&page=2", json!({}), vec!["c", "d"]),
        ("?page_size=2&offset=3", json!({}), vec!["d", "e"]),
        ("?limit=1", json!({"limit": 3}), vec!["a", "b", "c"]),
        ("?limit=2&page=2", json!({"page": 3}), vec!["e"]),
        ("", json!({"page_size": 2, "limit": 1, "offset": 1}), vec!["b"]),
        ("?offset=5", json!({}), vec![]),
    ] {
        let page = client.post(&format!("/v1/buckets/list{path}"), &body).await.ok();
        assert_eq!(names(&page), wanted, "{path} {body}");
        assert_eq!(page["total_count"], 5);
    }
    let counted = client.get("/v1/buckets?limit=2&include_total=true").await.ok();
    assert_eq!(
        (&counted["pagination"]["total"], &counted["pagination"]["total_pages"]),
        (&json!(5), &json!(3))
    );
    let wrong = json!({"limit": 0, "offset": -1, "page": "x", "colour": "red"});
    let answer = client.post("/v1/buckets/list?limit=1001", &wrong).await;
    answer.invalid(&["body.limit", "body.offset", "body.page", "body.colour", "query.limit"]);
    client.get("/v1/buckets?cursor=garbage").await.invalid(&["query.cursor"]);
}

#[tokio::test]
async fn what_is_searched_filtered_and_sorted_is_counted() {
    let stack = TestStack::start().await;
    let client = &stack.client;
    let made = make(client, &["Films", "songs", "film scores"]).await;
    client.patch("/v1/buckets/songs", &json!({"description": "For films", "metadata": {"n": 2}})).await.ok();
    client.patch("/v1/buckets/Films", &json!({"metadata": {"n": 1}})).await.ok();
    let id = made[1]["bucket_id"].as_str().unwrap_or_default();
    for (body, wanted) in [
        (json!({"search": "FILM"}), vec!["Films", "songs", "film scores"]),
        (json!({"search": "film", "case_sensitive": true}), vec!["songs", "film scores"]),
        (json!({"search": id}), vec!["songs"]),
        (json!({"search": "nothing"}), vec![]),
        (json!({"filters": {"bucket_name": "songs"}}), vec!["songs"]),
        (json!({"filters": {"field": "metadata.n", "operator": "gte", "value": 1}}), vec!["Films", "songs"]),
    ] {
        let page = list(client, &body).await;
        assert_eq!(names(&page), wanted, "{body}");
        assert_eq!(page["total_count"], wanted.len(), "{body}");
        assert_eq!(page["pagination"]["total"], json!(null));
        let one = json!({"limit": 1, "include_total": true});
        let mut first = body.clone();
        first.as_object_mut().expect("an object").extend(one.as_object().cloned().unwrap_or_default());
        let first = list(client, &first).await;
        assert_eq!(names(&first), wanted[..wanted.len().min(1)]);
        assert_eq!(
            (&first["total_count"], &first["pagination"]["total"]),
            (&json!(wanted.len()), &json!(wanted.len()))
        );
    }
    assert_eq!(names(&client.get("/v1/buckets?search=score").await.ok()), ["film scores"]);
    let by_name =
        json!({"sorts": [{"field": "bucket_name", "direction": "desc"}], "sort": {"field": "created_at"}});
    assert_eq!(names(&list(client, &by_name).await), ["songs", "film scores", "Films"]);
    client
        .post("/v1/buckets/list", &json!({"filters": {"field": "x", "operator": "regex", "value": "."}}))
        .await
        .refused(422, "");
}

#[tokio::test]
async fn a_list_shows_counters_names_and_deletions_at_once() {
    let stack = TestStack::start().await;
    let client = &stack.client;
    let made = make(client, &["one", "two"]).await;
    list(client, &json!({})).await;
    counts(&stack, &made[0], &json!({"object_count": {"N": "3"}, "total_size_bytes": {"N": "10"}})).await;
    client.patch("/v1/buckets/one", &json!({"bucket_name": "uno"})).await.ok();
    client.delete("/v1/buckets/two").await.ok();
    let page = list(client, &json!({})).await;
    assert_eq!(names(&page), ["uno", "two"]);
    assert_eq!(page["results"][0]["object_count"], 3);
    assert_eq!(page["results"][1]["status"], "IN_PROGRESS");
    assert_eq!(page["total_count"], 2);
    let stats = json!({"total_objects": 3, "total_size_bytes": 10, "avg_objects_per_bucket": 1.5, "avg_size_per_bucket": 5.0});
    assert_eq!(page["stats"], stats);
    let largest = json!({"sort": {"field": "total_size_bytes", "direction": "desc"}, "limit": 1});
    assert_eq!(names(&list(client, &largest).await), ["uno"]);
}

#[tokio::test]
async fn an_unresolved_namespace_is_an_empty_page_that_says_so() {
    let stack = TestStack::start().await;
    make(&stack.client, &["a"]).await;
    for name in ["none", "ns_0123456789abcdef", "日本語"] {
        let client = stack.client.with_namespace(name);
        let answers = [
            client.post("/v1/buckets/list", &json!({})).await,
            client.get("/v1/buckets?include_total=true").await,
        ];
        for answer in answers {
            assert_eq!(answer.headers["x-namespace-unresolved"], "true");
            let page = answer.ok();
            assert_eq!((&page["results"], &page["total_count"]), (&json!([]), &json!(0)));
            let warning = &page["warnings"][0];
            let told = (&warning["resource"], &warning["id"], &warning["reason"], &warning["stage"]);
            assert_eq!(told, (&json!("namespace"), &json!(name), &json!("unresolved"), &json!(null)));
            assert!(warning["next_step"].is_string(), "{warning}");
        }
    }
    let resolved = stack.client.get("/v1/buckets").await;
    assert_eq!(resolved.headers.get("x-namespace-unresolved"), None);
    // Everything else that is wrong is as ever, and so are all other operations.
    let nowhere = stack.client.with_namespace("none");
    nowhere.post("/v1/buckets/list", &json!({"limit": 0})).await.invalid(&["body.limit"]);
    nowhere.with_key(Some("sk_wrong")).get("/v1/buckets").await.refused(401, "");
    nowhere.get("/v1/buckets/a").await.refused(404, "");
}

#[tokio::test]
async fn a_page_costs_what_it_shows() {
    let stack = TestStack::start().await;
    let scope = default_scope(&stack).await;
    for n in 0..120 {
        let request: CreateBucketRequest =
            serde_json::from_value(minimal(&format!("b{n:03}"))).expect("a bucket");
        let bucket = request.into_bucket(&scope, clock::now()).expect("a bucket");
        stack.stack().store().create_bucket(&bucket).await.expect("stored");
    }
    stack.client.get("/v1/buckets?limit=1").await.ok();
    stack.faults().take_calls();
    let page = stack.client.get("/v1/buckets?limit=5&offset=50").await.ok();
    assert_eq!((page["total_count"].clone(), names(&page).len()), (json!(120), 5));
    let mut calls = stack.faults().take_calls();
    calls.sort_by(|one, other| one.action.cmp(&other.action));
    let actions: Vec<_> = calls.iter().map(|call| call.action.as_str()).collect();
    assert_eq!(actions, ["BatchGetItem", "GetItem", "Query"]);
    assert_eq!(calls[0].body.matches("bkt#").count(), 5, "rows of the page alone");
}

/// Lambda's answers are limited to 6 MB, and a bucket may have 200 KB of schema.
#[tokio::test]
async fn a_page_of_large_buckets_ends_early_and_leads_on() {
    let stack = TestStack::start().await;
    let scope = default_scope(&stack).await;
    for n in 0..30 {
        let body = json!({
            "bucket_name": format!("b{n:02}"),
            "bucket_schema": {"properties": {"a": {"type": "string", "description": "x".repeat(190_000)}}},
        });
        let request: CreateBucketRequest = serde_json::from_value(body).expect("a bucket");
        let bucket = request.into_bucket(&scope, clock::now()).expect("a bucket");
        stack.stack().store().create_bucket(&bucket).await.expect("stored");
    }
    let mut seen = 0;
    let mut body = json!({"limit": 1000});
    loop {
        let page = list(&stack.client, &body).await;
        assert!(page.to_string().len() < 6_000_000);
        assert_eq!(page["total_count"], 30);
        seen += names(&page).len();
        body["cursor"] = page["pagination"]["next_cursor"].clone();
        if body["cursor"].is_null() {
            break;
        }
    }
    assert_eq!(seen, 30);
}

#[tokio::test]
async fn more_than_a_thousand_are_listed_but_not_searched() {
    let stack = TestStack::start().await;
    let scope = default_scope(&stack).await;
    for n in 0..1001 {
        let request: CreateBucketRequest =
            serde_json::from_value(minimal(&format!("b{n}"))).expect("a bucket");
        let bucket = request.into_bucket(&scope, clock::now()).expect("a bucket");
        stack.stack().store().create_bucket(&bucket).await.expect("stored");
    }
    let page = list(&stack.client, &json!({"limit": 1000})).await;
    assert_eq!((names(&page).len(), &page["total_count"]), (1000, &json!(1001)));
    for body in [
        json!({"search": "b"}),
        json!({"filters": {"bucket_name": "b1"}}),
        json!({"sort": {"field": "bucket_name"}}),
    ] {
        let error = stack.client.post("/v1/buckets/list", &body).await.refused(422, "");
        assert!(error["message"].as_str().is_some_and(|text| text.contains("1000")), "{error}");
    }
}
