use serde_json::{Value, json};

use super::*;

fn read(body: &Value, query: &str, kind: ListKind) -> Result<ListRequest> {
    let pairs: Vec<(&str, &str)> = query.split('&').filter_map(|pair| pair.split_once('=')).collect();
    let get =
        |name: &str| pairs.iter().find(|(known, _)| *known == name).map(|(_, value)| (*value).to_owned());
    ListRequest::read(body, &get, kind)
}

fn page(body: &Value, query: &str, kind: ListKind) -> (u32, Start) {
    let page =
        read(body, query, kind).unwrap_or_else(|error| panic!("{body} {query}: {}", error.message())).page;
    (page.limit, page.start)
}

fn refused(body: &Value, query: &str, kind: ListKind) -> Vec<String> {
    match read(body, query, kind) {
        Err(Error::Invalid { violations, .. }) => {
            violations.entries().iter().map(|v| v.location.to_string()).collect()
        }
        other => panic!("{body} {query}: {other:?}"),
    }
}

#[test]
fn a_page_has_its_lists_default_size() {
    let sizes = [
        (ListKind::Objects, 10),
        (ListKind::Uploads, 20),
        (ListKind::Buckets, 10),
        (ListKind::Namespaces, 10),
        (ListKind::Batches, 100),
        (ListKind::Tasks, 100),
    ];
    for (kind, size) in sizes {
        assert_eq!(page(&json!({}), "", kind), (size, Start::Beginning), "{kind:?}");
    }
}

#[test]
fn all_eight_names_are_read_and_the_body_wins() {
    let cursor = |text: &str| Start::Cursor(text.to_owned());
    for (body, query, expected) in [
        (json!({"limit": 5, "page_size": 7}), "", (5, Start::Beginning)),
        (json!({"page_size": 7}), "limit=5", (7, Start::Beginning)),
        (json!({}), "limit=5&page_size=7", (5, Start::Beginning)),
        (json!({"limit": null}), "page_size=1000", (1000, Start::Beginning)),
        (json!({"page": 3}), "", (10, Start::Offset(20))),
        (json!({"page": 3, "page_size": 4}), "", (4, Start::Offset(8))),
        (json!({"page": 3, "offset": 5}), "", (10, Start::Offset(5))),
        (json!({}), "page=3&offset=5", (10, Start::Offset(5))),
        (json!({"page": 1}), "", (10, Start::Beginning)),
        (json!({"offset": 0}), "offset=40", (10, Start::Offset(40))),
        (json!({"offset": 30}), "offset=40", (10, Start::Offset(30))),
        (json!({"offset": 10_000}), "", (10, Start::Offset(10_000))),
        (json!({"limit": 1000, "page": 11}), "", (1000, Start::Offset(10_000))),
        (json!({"cursor": "a", "next_cursor": "b", "after": "c"}), "cursor=d", (10, cursor("a"))),
        (json!({"next_cursor": "b", "after": "c"}), "", (10, cursor("b"))),
        (json!({"after": "c"}), "cursor=d", (10, cursor("c"))),
        (json!({"cursor": null, "offset": 0}), "after=d", (10, cursor("d"))),
        (json!({"cursor": "a", "offset": 50}), "page=7", (10, cursor("a"))),
        (json!({"cursor": ""}), "cursor=", (10, Start::Beginning)),
    ] {
        assert_eq!(page(&body, query, ListKind::Objects), expected, "{body} {query}");
    }
    for (body, query, expected) in [
        (json!({}), "", false),
        (json!({"include_total": true}), "include_total=false", true),
        (json!({}), "include_total=true", true),
    ] {
        let request = read(&body, query, ListKind::Buckets).expect("a valid request");
        assert_eq!(request.page.include_total, expected);
    }
}

#[test]
fn what_is_out_of_range_or_malformed_is_named() {
    for (body, query, places) in [
        (json!({"limit": 0}), "", vec!["limit"]),
        (json!({"limit": 1001, "page_size": -1}), "limit=x", vec!["limit", "page_size", "query.limit"]),
        (json!({"limit": "5"}), "", vec!["limit"]),
        (json!({"limit": 5.0}), "", vec!["limit"]),
        (json!({"limit": true, "offset": 10_001}), "", vec!["limit", "offset"]),
        (json!({"page": 0}), "page=-1", vec!["page", "query.page"]),
        (json!({"page": 1002}), "", vec!["page"]),
        (json!({"page": 4_294_967_296_u64}), "", vec!["page"]),
        (json!({}), "page=4294967295", vec!["query.page"]),
        (json!({"cursor": 1}), "", vec!["cursor"]),
        (json!({"cursor": "a".repeat(10_001)}), "", vec!["cursor"]),
        (json!({"include_total": "true"}), "include_total=1", vec!["include_total", "query.include_total"]),
        (json!({"search": 1}), "", vec!["search"]),
        (json!({"search": "a".repeat(1001)}), "", vec!["search"]),
        (json!({"select": "title"}), "", vec!["select"]),
        (json!({"select": ["title", "", 1]}), "", vec!["select[1]", "select[2]"]),
        (json!({"sort": "title"}), "", vec!["sort"]),
        (json!({"filters": []}), "", vec!["filters"]),
        (json!({"return_presigned_urls": "yes"}), "", vec!["return_presigned_urls"]),
        // What the mcp server sends when the model gave no body.
        (json!({"note": "no JSON body provided"}), "", vec!["note"]),
        (json!({"sorts": [], "case_sensitive": false}), "", vec!["case_sensitive", "sorts"]),
    ] {
        let mut found = refused(&body, query, ListKind::Objects);
        found.sort();
        assert_eq!(found, places, "{body} {query}");
    }
    let Err(error) = read(&json!({"note": 1}), "", ListKind::Objects) else { panic!("read") };
    assert_eq!(error.code(), Some("extra_forbidden"));
    assert!(
        error.message().contains("`cursor`") && error.message().contains("`select`"),
        "{}",
        error.message()
    );
}

#[test]
fn each_list_has_names_of_its_own() {
    // As Mixpeek's SDK sends it with every body.
    let body = json!({"limit": 20, "offset": 0, "return_presigned_urls": false});
    assert_eq!(page(&body, "", ListKind::Uploads), (20, Start::Beginning));
    assert_eq!(refused(&json!({"limit": 101}), "", ListKind::Uploads), ["limit"]);
    assert_eq!(page(&json!({}), "limit=101", ListKind::Uploads), (101, Start::Beginning));
    assert_eq!(refused(&json!({"select": ["a"]}), "", ListKind::Uploads), ["select"]);
    let body = json!({"sorts": [{"field": "bucket_name", "direction": "desc"}], "sort": {"field": "a"}});
    let sorted = read(&body, "", ListKind::Buckets).expect("a valid request");
    assert_eq!(sorted.sort, [Sort { field: "bucket_name".to_owned(), direction: Direction::Desc }]);
    assert_eq!(sorted.by_creation(), None);
    let open = json!({"status": "PENDING", "anything": 1});
    assert_eq!(page(&open, "", ListKind::Batches), (100, Start::Beginning));
    assert_eq!(page(&open, "", ListKind::Tasks), (100, Start::Beginning));
    let orders = [(ListKind::Objects, Direction::Asc), (ListKind::Uploads, Direction::Desc)];
    for (kind, direction) in orders {
        assert_eq!(read(&json!({}), "", kind).expect("a valid request").by_creation(), Some(direction));
    }
}

#[test]
fn search_and_urls_may_stand_in_the_query() {
    let request = read(&json!({}), "search=Film&return_presigned_urls=true", ListKind::Objects);
    let request = request.expect("a valid request");
    assert!(request.return_presigned_urls && request.narrows());
    assert!(request.matches(&json!({"title": "a FILM"})) && !request.matches(&json!({"title": "a play"})));
    let both = read(&json!({"search": "play"}), "search=film", ListKind::Objects).expect("a valid request");
    assert!(both.matches(&json!({"title": "a play"})));
    let sensitive = json!({"search": "Play", "case_sensitive": true});
    let sensitive = read(&sensitive, "", ListKind::Buckets).expect("a valid request");
    assert!(!sensitive.matches(&json!({"bucket_name": "play"})));
}
