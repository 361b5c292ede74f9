//! The order of a list.

use std::cmp::Ordering;

use serde::{Deserialize, Serialize};
use serde_json::Value;

use super::{path, value};
use crate::json::canonical;
use crate::limits::{MAX_SORT_CHARS, MAX_SORTS};
use crate::violation::{Path, Violations};

/// Which end comes first.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Direction {
    /// The smallest; of times, the oldest.
    #[default]
    Asc,
    /// The largest; of times, the newest.
    Desc,
}

impl Direction {
    /// An ascending order, in this direction.
    pub fn apply(self, ascending: Ordering) -> Ordering {
        match self {
            Self::Asc => ascending,
            Self::Desc => ascending.reverse(),
        }
    }
}

/// One field of an order.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Sort {
    /// The field; dots reach nested ones.
    pub field: String,
    /// Which end comes first.
    pub direction: Direction,
}

/// The field of the order that every list has without being asked.
pub(super) const CREATED_AT: &str = "created_at";

impl Sort {
    /// By creation.
    pub(super) fn by_creation(direction: Direction) -> Self {
        Self { field: CREATED_AT.to_owned(), direction }
    }
}

/// Reads `sort`: one field with its direction.
pub(super) fn read_one(sent: &Value, at: &Path, found: &mut Violations) -> Option<Sort> {
    let Some(sent) = sent.as_object() else {
        found.add("dict_type", at.clone(), "must be an object: {\"field\": …, \"direction\": \"asc\"}");
        return None;
    };
    for name in sent.keys().filter(|name| !matches!(name.as_str(), "field" | "direction")) {
        found.add("extra_forbidden", at.key(name), "is not accepted here; accepted: `field`, `direction`");
    }
    let direction = match sent.get("direction") {
        None | Some(Value::Null) => Some(Direction::Asc),
        Some(direction) => Direction::deserialize(direction).ok(),
    };
    if direction.is_none() {
        found.add("enum", at.key("direction"), "must be one of `asc`, `desc`");
    }
    let field = match sent.get("field") {
        None => {
            found.add("missing", at.key("field"), "is required");
            None
        }
        Some(field) => path::name(field, &at.key("field"), found),
    };
    Some(Sort { field: field?, direction: direction? })
}

/// Reads `sorts`: several, the most important first.
pub(super) fn read_many(sent: &Value, at: &Path, found: &mut Violations) -> Vec<Sort> {
    match sent.as_array() {
        Some(sorts) if sorts.len() > MAX_SORTS => {
            found.add("too_long", at.clone(), format!("must have at most {MAX_SORTS} entries"));
            Vec::new()
        }
        Some(sorts) => {
            let sorts = sorts.iter().enumerate();
            sorts.filter_map(|(position, sort)| read_one(sort, &at.index(position), found)).collect()
        }
        None => {
            found.add("list_type", at.clone(), "must be a list");
            Vec::new()
        }
    }
}

/// Where a record stands in an order: its values of the sorted fields, and its id. Small enough for a
/// cursor, which is why of a long text only the start counts.
pub(super) fn keys(record: &Value, sorts: &[Sort], id: &str) -> Vec<Value> {
    let fields = sorts.iter().map(|sort| sort.field.as_str()).chain([id]);
    fields.map(|field| path::values(record, field).first().map_or(Value::Null, |value| key(value))).collect()
}

fn key(value: &Value) -> Value {
    let start = |text: &str| text.chars().take(MAX_SORT_CHARS).collect::<String>();
    match value {
        Value::String(text) => Value::String(start(text)),
        Value::Array(_) | Value::Object(_) => Value::Array(vec![start(&canonical(value)).into()]),
        scalar => scalar.clone(),
    }
}

/// The order of two records by their [`keys`]. What a record lacks comes before what others have.
pub(super) fn compare(one: &[Value], other: &[Value], sorts: &[Sort]) -> Ordering {
    let first = sorts.first().map_or_else(Direction::default, |sort| sort.direction);
    let directions = sorts.iter().map(|sort| sort.direction).chain([first]);
    one.iter().zip(other).zip(directions).fold(Ordering::Equal, |so_far, ((one, other), direction)| {
        so_far.then_with(|| direction.apply(compare_keys(one, other)))
    })
}

fn compare_keys(one: &Value, other: &Value) -> Ordering {
    let rank = |value: &Value| match value {
        Value::Null => 0,
        Value::Bool(_) => 1,
        Value::Number(_) => 2,
        Value::String(_) => 3,
        Value::Array(_) | Value::Object(_) => 4,
    };
    match (one, other) {
        // By characters alone: an order must not depend on whether its neighbours are dates.
        (Value::String(one), Value::String(other)) => one.cmp(other),
        (Value::Array(one), Value::Array(other)) => {
            one.first().and_then(Value::as_str).cmp(&other.first().and_then(Value::as_str))
        }
        _ => value::order(one, other).unwrap_or_else(|| rank(one).cmp(&rank(other))),
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    fn sorted(records: &[Value], sorts: &[Sort]) -> Vec<i64> {
        let mut keyed: Vec<_> =
            records.iter().map(|record| (keys(record, sorts, "id"), record["id"].as_i64())).collect();
        keyed.sort_by(|one, other| compare(&one.0, &other.0, sorts));
        keyed.into_iter().filter_map(|(_, id)| id).collect()
    }

    #[test]
    fn records_are_sorted_by_kind_and_value_then_by_id() {
        let records = [
            json!({"id": 1, "n": "b"}),
            json!({"id": 2, "n": 10}),
            json!({"id": 3, "n": 9.5}),
            json!({"id": 4}),
            json!({"id": 5, "n": {"a": 1}}),
            json!({"id": 6, "n": null}),
            json!({"id": 7, "n": "a"}),
            json!({"id": 8, "n": false}),
        ];
        let by = |direction| [Sort { field: "n".to_owned(), direction }];
        assert_eq!(sorted(&records, &by(Direction::Asc)), [4, 6, 8, 3, 2, 7, 1, 5]);
        assert_eq!(sorted(&records, &by(Direction::Desc)), [5, 1, 7, 2, 3, 8, 6, 4]);
    }

    #[test]
    fn later_fields_decide_between_equals() {
        let records = [
            json!({"id": 1, "a": 1, "b": {"c": 1}}),
            json!({"id": 2, "a": 1, "b": {"c": 2}}),
            json!({"id": 3, "a": 0, "b": {"c": 3}}),
        ];
        let sort = |field: &str, direction| Sort { field: field.to_owned(), direction };
        let sorts = [sort("a", Direction::Desc), sort("b.c", Direction::Desc)];
        assert_eq!(sorted(&records, &sorts), [2, 1, 3]);
    }

    #[test]
    fn what_is_no_sort_is_refused_at_its_place() {
        let read = |sent: Value| {
            let mut found = Violations::new();
            let sort = read_one(&sent, &Path::body().key("sort"), &mut found);
            (sort, found.entries().iter().map(|v| v.location.to_string()).collect::<Vec<_>>())
        };
        let (sort, _) = read(json!({"field": "title"}));
        assert_eq!(sort, Some(Sort { field: "title".to_owned(), direction: Direction::Asc }));
        assert_eq!(read(json!({"field": "a", "direction": null})).1, Vec::<String>::new());
        assert_eq!(read(json!("title")).1, ["sort"]);
        assert_eq!(read(json!({"direction": "asc"})).1, ["sort.field"]);
        assert_eq!(read(json!({"field": "", "direction": "ASC"})).1, ["sort.direction", "sort.field"]);
        assert_eq!(read(json!({"field": "a", "order": "asc"})).1, ["sort.order"]);
    }
}
