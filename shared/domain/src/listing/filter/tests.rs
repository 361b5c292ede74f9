use serde_json::{Value, json};

use super::Filter;
use crate::violation::{Path, Violations};

fn read(sent: &Value) -> (Option<Filter>, Vec<(String, String)>) {
    let mut found = Violations::new();
    let filter = Filter::read(sent, false, &Path::body().key("filters"), &mut found);
    let found = found.entries().iter().map(|v| (v.location.to_string(), v.message.clone())).collect();
    (filter, found)
}

#[track_caller]
fn matches(sent: &Value, record: &Value) -> bool {
    let (filter, found) = read(sent);
    assert_eq!(found, [], "{sent}");
    filter.is_none_or(|filter| filter.matches(record))
}

fn is(field: &str, operator: &str, value: impl Into<Value>) -> Value {
    let value: Value = value.into();
    json!({"field": field, "operator": operator, "value": value})
}

fn record() -> Value {
    json!({
        "object_id": "obj_1", "status": "PENDING", "key_prefix": null, "created_at": "2026-11-23T13:00:00.000Z",
        "title": "As You Like It", "year": 1623, "price": 9.5, "tags": ["Comedy", "play"], "nothing": null,
        "meta": {"pages": {"count": 84}, "in print": true},
        "blobs": [{"property": "scan", "type": "pdf", "details": {"filename": "act1.PDF", "size_bytes": 10}},
                  {"property": "text", "type": "text", "details": {"filename": "act1.txt", "size_bytes": null}}],
    })
}

#[test]
fn each_operator_says_what_it_says() {
    let record = record();
    for (field, operator, value, expected) in [
        ("title", "eq", json!("as you like it"), true),
        ("title", "eq", json!("as you like"), false),
        ("year", "eq", json!(1623.0), true),
        ("year", "eq", json!("1623"), false),
        ("tags", "eq", json!("comedy"), true),
        ("tags", "eq", json!(["comedy", "play"]), true),
        ("tags", "eq", json!(["play", "comedy"]), false),
        ("meta.pages", "eq", json!({"count": 84}), true),
        ("meta.in print", "eq", json!(true), true),
        ("nothing", "eq", json!(null), true),
        ("absent", "eq", json!(null), true),
        ("title", "eq", json!(null), false),
        ("absent", "ne", json!("x"), true),
        ("title", "ne", json!("AS YOU LIKE IT"), false),
        ("year", "gt", json!(1622.5), true),
        ("year", "gt", json!(1623), false),
        ("year", "gte", json!(1623), true),
        ("year", "lt", json!(1623), false),
        ("year", "lte", json!(1623), true),
        ("year", "gt", json!("1"), false),
        ("absent", "lt", json!(1), false),
        ("absent", "gte", json!(1), false),
        ("title", "gte", json!("as"), true),
        ("created_at", "gte", json!("2026-11-23T14:00:00+01:00"), true),
        ("created_at", "lt", json!("2026-11-24"), true),
        ("created_at", "gt", json!("2026-11-23T13:00:00Z"), false),
        ("status", "in", json!(["completed", "pending"]), true),
        ("status", "in", json!([]), false),
        ("absent", "in", json!([null]), true),
        ("tags", "in", json!(["x", "play"]), true),
        ("status", "nin", json!(["pending"]), false),
        ("status", "nin", json!([]), true),
        ("absent", "nin", json!(["x"]), true),
        ("title", "contains", json!("LIKE"), true),
        ("title", "contains", json!(""), true),
        ("tags", "contains", json!("comedy"), true),
        ("tags", "contains", json!("com"), false),
        ("year", "contains", json!("1"), false),
        ("title", "starts_with", json!("as "), true),
        ("title", "starts_with", json!("you"), false),
        ("title", "ends_with", json!("IT"), true),
        ("tags", "starts_with", json!("pl"), true),
        ("title", "exists", json!(true), true),
        ("nothing", "exists", json!(true), true),
        ("absent", "exists", json!(true), false),
        ("absent", "exists", json!(false), true),
        ("absent", "exists", json!(null), false),
        ("nothing", "is_null", json!(true), true),
        ("absent", "is_null", json!(true), true),
        ("key_prefix", "is_null", json!(false), false),
        ("title", "is_null", json!(false), true),
        ("blobs.type", "eq", json!("pdf"), true),
        ("blobs.type", "eq", json!("video"), false),
        ("blobs.details.filename", "ends_with", json!(".pdf"), true),
        ("blobs.details.filename", "contains", json!("act1"), true),
        ("blobs.details.size_bytes", "gt", json!(5), true),
        ("blobs.details.size_bytes", "is_null", json!(true), false),
        ("blobs.1.type", "eq", json!("text"), true),
        ("blobs.1.type", "eq", json!("pdf"), false),
    ] {
        let condition = is(field, operator, value);
        assert_eq!(matches(&condition, &record), expected, "{condition}");
    }
}

#[test]
fn trees_shorthand_and_bare_conditions_are_read_alike() {
    let record = record();
    for (sent, expected) in [
        (json!({"year": 1623}), true),
        (json!({"year": 1623, "status": "completed"}), false),
        (json!({"meta.pages.count": 84}), true),
        (json!({"field": "year", "value": 1623}), true),
        (json!({"AND": [{"year": 1623}, is("price", "lt", json!(10))]}), true),
        (json!({"OR": [{"year": 1}, is("price", "lt", json!(10))]}), true),
        (json!({"OR": [{"year": 1}, {"price": 1}]}), false),
        (json!({"NOT": [{"year": 1}, {"price": 1}]}), true),
        (json!({"NOT": [{"year": 1623}, {"price": 1}]}), false),
        (json!({"OR": [{"year": 1623}], "NOT": [{"year": 1623}]}), false),
        (json!({"OR": [{"year": 1623}], "title": "as you like it", "case_sensitive": false}), true),
        (json!({"AND": [{"OR": [{"NOT": [{"AND": [{"year": 1}]}]}]}]}), true),
        // As Mixpeek's SDK writes a condition inside AND.
        (json!({"AND": [{"case_sensitive": false, "field": "year", "operator": "eq", "value": 1623}]}), true),
        (json!({"AND": null, "OR": null, "NOT": null, "year": 1623}), true),
    ] {
        assert_eq!(matches(&sent, &record), expected, "{sent}");
    }
}

#[test]
fn what_has_no_condition_says_nothing() {
    let nothing = [
        json!({}),
        json!({"case_sensitive": true}),
        json!({"AND": []}),
        json!({"OR": []}),
        json!({"NOT": []}),
        json!({"NOT": [{}], "OR": [{"AND": []}]}),
    ];
    for sent in nothing {
        assert_eq!(read(&sent), (None, vec![]), "{sent}");
    }
}

#[test]
fn case_matters_where_it_or_what_is_around_it_says_so() {
    let record = record();
    let lower = || json!({"title": "as you like it"});
    let sensitive = |tree: Value| {
        let mut tree = tree;
        tree["case_sensitive"] = json!(true);
        tree
    };
    assert!(matches(&lower(), &record));
    assert!(!matches(&sensitive(lower()), &record));
    assert!(matches(&sensitive(json!({"title": "As You Like It"})), &record));
    assert!(!matches(&sensitive(json!({"AND": [lower()]})), &record));
    // The SDK sends false with every inner tree.
    let inner = json!({"OR": [lower()], "case_sensitive": false});
    assert!(!matches(&sensitive(json!({"AND": [inner]})), &record));
    assert!(!matches(&sensitive(json!({"AND": [is("title", "contains", json!("like"))]})), &record));
    // A condition's own says nothing (contract section 2.8).
    assert!(matches(&sensitive(is("title", "contains", json!("like"))), &record));
}

#[test]
fn all_that_is_wrong_is_told_with_its_place() {
    let sent = json!({
        "AND": [is("a", "regex", json!("x")), is("a", "like", json!("x")), is("", "eq", json!(1)), "text"],
        "OR": {"a": 1},
        "NOT": [
            {"field": "a"}, is("a", "in", json!("x")), is("a", "exists", json!("yes")), is("a", "gt", json!([1])),
            is("a", "starts_with", json!(1)), {"field": "a", "value": 1, "boost": 2}, {"field": 1, "value": 1},
            is("a", "contains", json!(null)), {"field": "a", "operator": 1, "value": 1},
            is("a", "eq", json!({"type": "dynamic", "field": "b"})),
        ],
        "case_sensitive": "no",
    });
    let (_, found) = read(&sent);
    let places: Vec<&str> = found.iter().map(|(place, _)| place.as_str()).collect();
    let mut expected = [
        "filters.case_sensitive",
        "filters.AND[0].operator",
        "filters.AND[1].operator",
        "filters.AND[2].field",
        "filters.AND[3]",
        "filters.OR",
        "filters.NOT[0].value",
        "filters.NOT[1].value",
        "filters.NOT[2].value",
        "filters.NOT[3].value",
        "filters.NOT[4].value",
        "filters.NOT[5].boost",
        "filters.NOT[6].field",
        "filters.NOT[7].value",
        "filters.NOT[8].operator",
        "filters.NOT[9].value",
    ];
    expected.sort_unstable();
    let mut places = places;
    places.sort_unstable();
    assert_eq!(places, expected);
    let regex = found.iter().find(|(place, _)| place == "filters.AND[0].operator");
    assert!(regex.is_some_and(|(_, message)| message.contains("'regex' is not offered")), "{regex:?}");
    assert_eq!(read(&json!([1])).1[0].0, "filters");
}

#[test]
fn depth_conditions_and_values_have_bounds() {
    let nested = |depth| (1..depth).fold(json!({"a": 1}), |inner, _| json!({"AND": [inner]}));
    assert_eq!(read(&nested(10)).1, []);
    assert_eq!(read(&nested(11)).1.len(), 1);
    assert_eq!(read(&nested(100)).1.len(), 1);
    let wide = |count| json!({"OR": (0..count).map(|n| json!({"a": n})).collect::<Vec<_>>()});
    assert_eq!(read(&wide(100)).1, []);
    assert_eq!(read(&wide(101)).1[0].0, "filters");
    let listed = |count| is("a", "in", (0..count).collect::<Vec<i32>>());
    assert_eq!(read(&listed(1000)).1, []);
    assert_eq!(read(&listed(1001)).1[0].0, "filters");
    assert_eq!(read(&is(&"é".repeat(257), "eq", json!(1))).1[0].0, "filters.field");
}
