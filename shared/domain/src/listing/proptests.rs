//! Filters against logic, and paging against what there is.

use std::collections::BTreeMap;

use proptest::prelude::*;
use serde_json::{Value, json};

use super::cursor::Cursor;
use super::{Assembly, ListKind, ListRequest, Listed, Position, Stretch, Walked, page_in_memory};
use crate::violation::{Path, Violations};

/// Few names and values, so that conditions and records meet.
fn scalar() -> impl Strategy<Value = Value> {
    prop_oneof![
        (-2..3_i64).prop_map(Value::from),
        proptest::sample::select(vec![0.5, 1.0]).prop_map(Value::from),
        "[abAB]{0,2}".prop_map(Value::from),
        any::<bool>().prop_map(Value::from),
        Just(Value::Null),
        proptest::sample::select(vec!["2026-01-01T00:00:00Z", "2026-01-01T01:00:00+01:00", "2026-01-02"])
            .prop_map(Value::from),
    ]
}

fn name() -> impl Strategy<Value = String> {
    proptest::sample::select(vec!["a", "b", "c"]).prop_map(str::to_owned)
}

fn record() -> impl Strategy<Value = Value> {
    let nested = scalar().prop_recursive(2, 8, 3, |inner| {
        prop_oneof![
            proptest::collection::vec(inner.clone(), 0..3).prop_map(Value::from),
            proptest::collection::btree_map(name(), inner, 0..3).prop_map(|map| json!(map)),
        ]
    });
    proptest::collection::btree_map(name(), nested, 0..4).prop_map(|map| json!(map))
}

fn field() -> impl Strategy<Value = String> {
    proptest::sample::select(vec!["a", "b", "c", "a.b", "a.b.c", "b.a", "c.0"]).prop_map(str::to_owned)
}

fn condition() -> impl Strategy<Value = Value> {
    let compared =
        (field(), proptest::sample::select(vec!["eq", "ne", "gt", "gte", "lt", "lte", "contains"]), scalar());
    let compared = compared.prop_map(|(field, operator, value)| {
        // What has no order, or can't be in anything, is refused where one is asked for.
        let fits = matches!(operator, "eq" | "ne") || value.is_number() || value.is_string();
        let value = if fits { value } else { json!(0) };
        json!({"field": field, "operator": operator, "value": value})
    });
    let listed = (field(), any::<bool>(), proptest::collection::vec(scalar(), 0..3));
    let listed = listed.prop_map(|(field, is_in, values)| {
        json!({"field": field, "operator": if is_in { "in" } else { "nin" }, "value": values})
    });
    let there = (field(), proptest::sample::select(vec!["exists", "is_null"]), any::<bool>());
    let there = there
        .prop_map(|(field, operator, value)| json!({"field": field, "operator": operator, "value": value}));
    prop_oneof![compared, listed, there]
}

fn tree() -> impl Strategy<Value = Value> {
    condition().prop_recursive(3, 12, 3, |inner| {
        let logic = proptest::sample::select(vec!["AND", "OR", "NOT"]);
        (logic, proptest::collection::vec(inner, 1..4)).prop_map(|(logic, nodes)| json!({logic: nodes}))
    })
}

fn matches(filter: &Value, record: &Value) -> bool {
    let mut found = Violations::new();
    let read = super::Filter::read(filter, false, &Path::body(), &mut found);
    assert!(found.is_empty(), "{filter}: {found:?}");
    read.is_none_or(|filter| filter.matches(record))
}

fn request(body: &Value) -> ListRequest {
    ListRequest::read(body, &|_| None, ListKind::Objects).unwrap_or_else(|error| panic!("{body}: {error:?}"))
}

proptest! {
    #[test]
    fn filters_obey_de_morgan((one, other) in (tree(), tree()), record in record()) {
        let not = |nodes: &[&Value]| json!({"NOT": nodes});
        let all = |nodes: &[&Value]| json!({"AND": nodes});
        let any = |nodes: &[&Value]| json!({"OR": nodes});
        let (no, nor) = (not(&[&one]), not(&[&other]));
        prop_assert_eq!(matches(&no, &record), !matches(&one, &record));
        prop_assert_eq!(matches(&not(&[&no]), &record), matches(&one, &record));
        let not_both = matches(&not(&[&all(&[&one, &other])]), &record);
        prop_assert_eq!(not_both, matches(&any(&[&no, &nor]), &record));
        let neither = matches(&not(&[&one, &other]), &record);
        prop_assert_eq!(neither, matches(&not(&[&any(&[&one, &other])]), &record));
        prop_assert_eq!(neither, matches(&all(&[&no, &nor]), &record));
    }

    #[test]
    fn each_negative_operator_is_the_opposite_of_its_positive(
        field in field(), value in scalar(), values in proptest::collection::vec(scalar(), 0..3), record in record(),
    ) {
        let is = |operator: &str, value: &Value| {
            matches(&json!({"field": field, "operator": operator, "value": value}), &record)
        };
        prop_assert_eq!(is("eq", &value), !is("ne", &value));
        prop_assert_eq!(is("in", &json!(values)), !is("nin", &json!(values)));
        prop_assert_eq!(is("in", &json!(values)), values.iter().any(|value| is("eq", value)));
        prop_assert_eq!(is("exists", &json!(true)), !is("exists", &json!(false)));
        prop_assert_eq!(is("is_null", &json!(true)), is("eq", &json!(null)));
        if is("gt", &json!(0)) || is("lt", &json!(0)) {
            prop_assert!(is("exists", &json!(true)) && is("ne", &json!(null)));
        }
        prop_assert_eq!(is("gte", &json!(1)), is("gt", &json!(1)) || is("eq", &json!(1)));
    }

    #[test]
    fn a_cursor_comes_back_as_it_went(
        page in 1..u32::MAX, skip in any::<u32>(), position in record(), scope in "[a-z_]{1,8}", filter in tree(),
    ) {
        let binding = request(&json!({"filters": filter})).binding(&scope);
        let cursor = Cursor { page, skip, position };
        prop_assert_eq!(Cursor::open(&cursor.seal(&binding), &binding), Ok(cursor));
    }

    #[test]
    fn text_that_is_no_cursor_is_refused(text in "[A-Za-z0-9_-]{0,80}|\\PC{0,20}") {
        let binding = request(&json!({})).binding("bkt_1");
        prop_assert!(Cursor::open(&text, &binding).is_err());
    }

    #[test]
    fn pages_in_memory_show_everything_once_in_order(
        values in proptest::collection::vec(record(), 0..40), limit in 1..9_u32, sort in field(), descending in any::<bool>(),
        filter in proptest::option::of(tree()),
    ) {
        let records: Vec<Value> = values.into_iter().enumerate().map(|(id, mut record)| {
            record["object_id"] = json!(format!("obj_{id:03}"));
            record
        }).collect();
        let direction = if descending { "desc" } else { "asc" };
        let mut body = json!({"limit": limit, "sort": {"field": sort, "direction": direction}, "include_total": true});
        if let Some(filter) = &filter {
            body["filters"] = filter.clone();
        }
        let wanted: Vec<&Value> = records.iter().filter(|record| filter.as_ref().is_none_or(|f| matches(f, record))).collect();
        let (whole, _) = page_in_memory(records.clone(), &request(&json!({"limit": 1000, "sort": body["sort"]})), "s").unwrap();
        let whole: Vec<Value> = whole.into_iter().filter(|record| wanted.contains(&record)).collect();

        let (mut by_cursor, mut by_page) = (Vec::new(), Vec::new());
        loop {
            let (page, pagination) = page_in_memory(records.clone(), &request(&body), "s").unwrap();
            prop_assert_eq!(pagination.total, Some(wanted.len() as u64));
            prop_assert!(!page.is_empty() || wanted.is_empty());
            by_cursor.extend(page);
            match pagination.next_cursor {
                Some(cursor) => body["cursor"] = json!(cursor),
                None => break,
            }
        }
        prop_assert_eq!(&by_cursor, &whole);
        body["cursor"] = Value::Null;
        loop {
            let (page, pagination) = page_in_memory(records.clone(), &request(&body), "s").unwrap();
            by_page.extend(page);
            match pagination.next_page {
                Some(page) => body["page"] = json!(page.parse::<u32>().unwrap()),
                None => break,
            }
        }
        prop_assert_eq!(by_page, whole);
    }
}

/// A list that a store could walk: entries by position, some of them gone though still listed.
#[derive(Clone, Debug, Default)]
struct Shelf(BTreeMap<String, Option<i64>>);

impl Shelf {
    fn walk(&self, stretch: &Stretch) -> Walked<Value> {
        let mut entries: Vec<_> = self.0.iter().collect();
        let after = stretch.after.as_ref().map(Position::as_str);
        match stretch.direction {
            super::Direction::Asc => {
                entries.retain(|(place, _)| after.is_none_or(|after| place.as_str() > after));
            }
            super::Direction::Desc => {
                entries.reverse();
                entries.retain(|(place, _)| after.is_none_or(|after| place.as_str() < after));
            }
        }
        let skipped = entries.len().min(stretch.skip as usize);
        let mut end =
            skipped.checked_sub(1).map_or(stretch.after.clone(), |last| Some(Position::new(entries[last].0)));
        let mut left = entries.into_iter().skip(skipped).peekable();
        let mut walked = Walked { found: Vec::new(), entries: 0, end: None, more: false };
        for (place, record) in left.by_ref().take(stretch.records as usize) {
            walked.entries += 1;
            end = Some(Position::new(place));
            if let Some(n) = record {
                let record = json!({"object_id": place, "n": n});
                walked.found.push(Listed { position: Position::new(place), bytes: 1, record });
            }
        }
        Walked { end, more: left.peek().is_some(), ..walked }
    }
}

fn assembled(shelf: &Shelf, body: &Value, measure: fn(&Value) -> usize) -> (Vec<Value>, super::Pagination) {
    let request = request(body);
    let mut page = Assembly::new(&request, "s").unwrap();
    while let Some(stretch) = page.next_stretch() {
        page.take(shelf.walk(&stretch), |record| request.matches(record), measure);
    }
    page.finish(None)
}

/// Each record as large as an answer's tenth.
fn large(_: &Value) -> usize {
    crate::limits::MAX_ANSWER_BYTES / 10
}

fn place(n: usize) -> String {
    format!("{n:05}")
}

proptest! {
    #[test]
    fn an_assembled_walk_shows_what_is_there_throughout_once(
        gone in proptest::collection::vec(proptest::option::weighted(0.8, 0..4_i64), 0..600),
        limit in 1..40_u32, offset in 0..50_u32, descending in any::<bool>(), filtered in any::<bool>(),
        heavy in any::<bool>(), changes in proptest::collection::vec((0..700_usize, any::<bool>()), 0..30),
    ) {
        let shelf = Shelf(gone.into_iter().enumerate().map(|(n, record)| (place(n * 2), record)).collect());
        let direction = if descending { "desc" } else { "asc" };
        let mut body = json!({"limit": limit, "offset": offset, "sort": {"field": "created_at", "direction": direction}});
        if filtered {
            body["filters"] = json!({"n": 1});
        }
        let measure: fn(&Value) -> usize = if heavy { large } else { |_| 1 };

        // Records come and go, anywhere, while a client goes from page to page.
        let mut now = shelf.clone();
        let mut changes = changes.into_iter();
        let mut seen = Vec::new();
        loop {
            let (page, pagination) = assembled(&now, &body, measure);
            prop_assert!(page.len() <= limit as usize);
            seen.extend(page.into_iter().map(|record| record["object_id"].as_str().unwrap().to_owned()));
            let Some(cursor) = pagination.next_cursor else { break };
            body["cursor"] = json!(cursor);
            if let Some((n, comes)) = changes.next() {
                if comes { now.0.entry(place(n * 2 + 1)).or_insert(Some(1)); } else { now.0.remove(&place(n * 2)); }
            }
        }
        let mut sorted = seen.clone();
        sorted.sort();
        if descending { sorted.reverse(); }
        prop_assert_eq!(&seen, &sorted, "in order");
        sorted.dedup();
        prop_assert_eq!(seen.len(), sorted.len(), "no repeats");

        // What there was from beginning to end, without the offset's.
        let mut throughout: Vec<(&String, &Option<i64>)> = shelf.0.iter().collect();
        if descending { throughout.reverse(); }
        if filtered { throughout.retain(|(_, record)| **record == Some(1)); }
        let wanted = throughout.into_iter().skip(offset as usize);
        for (place, _) in wanted.filter(|(place, record)| record.is_some() && now.0.contains_key(*place)) {
            prop_assert!(seen.contains(place), "{} is missing of {:?}", place, seen);
        }
    }
}

#[test]
fn a_filtered_page_stops_after_its_share_and_leads_on() {
    let shelf = Shelf((0..2500).map(|n| (place(n), Some(i64::from(n == 2400)))).collect());
    let mut body = json!({"filters": {"n": 1}, "limit": 5});
    let mut pages = Vec::new();
    loop {
        let (page, pagination) = assembled(&shelf, &body, |_| 1);
        pages.push(page.len());
        let Some(cursor) = pagination.next_cursor else { break };
        body["cursor"] = json!(cursor);
    }
    assert_eq!(pages, [0, 0, 1]);
}

#[test]
fn a_page_of_large_records_is_short_and_has_no_numbered_neighbour() {
    let shelf = Shelf((0..25).map(|n| (place(n), Some(1))).collect());
    let (page, pagination) = assembled(&shelf, &json!({"limit": 20}), large);
    assert_eq!(page.len(), 10);
    assert!(pagination.next_cursor.is_some());
    assert_eq!((pagination.page, pagination.next_page), (1, None));
    // One that is larger than an answer is shown all the same: it has to be, some time.
    let (page, _) = assembled(&shelf, &json!({"limit": 20}), |_| usize::MAX);
    assert_eq!(page.len(), 1);
}

#[test]
fn a_page_says_where_it_is() {
    let shelf = Shelf((0..25).map(|n| (place(n), Some(1))).collect());
    let said = |body: Value| {
        let (page, pagination) = assembled(&shelf, &body, |_| 1);
        let neighbours = (pagination.previous_page, pagination.next_page);
        (page.len(), pagination.page, neighbours, pagination.next_cursor)
    };
    let text = |number: &str| Some(number.to_owned());
    let (count, page, neighbours, cursor) = said(json!({"limit": 10}));
    assert_eq!((count, page, neighbours), (10, 1, (None, text("2"))));
    let (count, page, neighbours, _) = said(json!({"limit": 10, "page": 2}));
    assert_eq!((count, page, neighbours), (10, 2, (text("1"), text("3"))));
    assert_eq!(said(json!({"limit": 10, "page": 3})), (5, 3, (text("2"), None), None));
    assert_eq!(said(json!({"limit": 10, "page": 4})), (0, 4, (text("3"), None), None));
    let (count, page, neighbours, _) = said(json!({"limit": 10, "offset": 5}));
    assert_eq!((count, page, neighbours), (10, 1, (None, None)));
    let (count, page, neighbours, _) = said(json!({"limit": 10, "cursor": cursor}));
    assert_eq!((count, page, neighbours), (10, 2, (None, None)));
    assert_eq!(said(json!({"limit": 25})), (25, 1, (None, None), None));
}
