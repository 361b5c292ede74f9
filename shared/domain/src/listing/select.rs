//! Which fields of each object a list shows (contract section 2.8).

use std::collections::{BTreeMap, BTreeSet};

use serde_json::Value;

/// What clients need of a record to read it at all: its ids, and of each list's entries what the
/// contract's models require.
const ALWAYS: [&str; 2] = ["object_id", "bucket_id"];
const WITH: [(&str, &[&str]); 3] = [
    ("blobs", &["property", "type"]),
    ("source_details", &["source_id", "type"]),
    ("edges", &["target_object_id", "type"]),
];

/// A choice of fields.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Select {
    /// Whole names: a custom field's may have dots.
    names: BTreeSet<String>,
    fields: Fields,
}

/// The fields to keep, each with those to keep of it; none means all of it.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
struct Fields(BTreeMap<String, Fields>);

impl Select {
    /// A choice by dotted names; `None` without any, which chooses all.
    pub(super) fn new(names: BTreeSet<String>) -> Option<Self> {
        if names.is_empty() {
            return None;
        }
        let mut fields = Fields::default();
        for name in names.iter().map(String::as_str).chain(ALWAYS) {
            fields.keep(name);
        }
        for (name, needed) in WITH {
            if let Some(chosen) = fields.0.get_mut(name)
                && !chosen.0.is_empty()
            {
                for name in needed {
                    chosen.keep(name);
                }
            }
        }
        Some(Self { names, fields })
    }

    /// The record with the chosen fields alone.
    pub fn of(&self, record: Value) -> Value {
        match record {
            Value::Object(entries) => {
                let chosen = entries.into_iter().filter_map(|(name, value)| {
                    if self.names.contains(&name) {
                        return Some((name, value));
                    }
                    let fields = self.fields.0.get(&name)?;
                    let value = fields.of(value);
                    Some((name, value))
                });
                Value::Object(chosen.collect())
            }
            other => other,
        }
    }
}

impl Fields {
    fn keep(&mut self, path: &str) {
        let (first, rest) = match path.split_once('.') {
            Some((first, rest)) => (first, Some(rest)),
            None => (path, None),
        };
        match (self.0.get_mut(first), rest) {
            (Some(fields), None) => fields.0.clear(),
            (Some(fields), Some(rest)) if !fields.0.is_empty() => fields.keep(rest),
            (Some(_), Some(_)) => {} // all of it is kept already
            (None, rest) => {
                let mut fields = Self::default();
                if let Some(rest) = rest {
                    fields.keep(rest);
                }
                self.0.insert(first.to_owned(), fields);
            }
        }
    }

    fn of(&self, value: Value) -> Value {
        match value {
            whole if self.0.is_empty() => whole,
            Value::Object(entries) => {
                let chosen = entries.into_iter().filter_map(|(name, value)| {
                    let value = self.0.get(&name)?.of(value);
                    Some((name, value))
                });
                Value::Object(chosen.collect())
            }
            Value::Array(items) => items.into_iter().map(|item| self.of(item)).collect(),
            scalar => scalar,
        }
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    fn selected(names: &[&str]) -> Value {
        let record = json!({
            "object_id": "obj_1", "bucket_id": "bkt_1", "title": "T", "a.b": 1, "meta": {"x": {"y": 1, "z": 2}, "w": 3},
            "blobs": [{"property": "p", "type": "text", "details": {"filename": "f", "hash": null}, "blob_id": "blob_1"}],
        });
        let select = Select::new(names.iter().map(|name| (*name).to_owned()).collect());
        select.map_or(Value::Null, |select| select.of(record))
    }

    #[test]
    fn what_is_chosen_stays_and_the_ids_always_do() {
        let ids = |more: Value| {
            let mut all = json!({"object_id": "obj_1", "bucket_id": "bkt_1"});
            for (name, value) in more.as_object().into_iter().flatten() {
                all[name] = value.clone();
            }
            all
        };
        assert_eq!(selected(&["title"]), ids(json!({"title": "T"})));
        assert_eq!(selected(&["absent"]), ids(json!({})));
        assert_eq!(selected(&["a.b"]), ids(json!({"a.b": 1})));
        assert_eq!(selected(&["meta.x.y"]), ids(json!({"meta": {"x": {"y": 1}}})));
        assert_eq!(selected(&["meta.x.y", "meta.x"]), ids(json!({"meta": {"x": {"y": 1, "z": 2}}})));
        assert_eq!(selected(&["meta", "meta.x"]), ids(json!({"meta": {"x": {"y": 1, "z": 2}, "w": 3}})));
        assert_eq!(selected(&["title.x"]), ids(json!({"title": "T"})));
        let blob = json!({"property": "p", "type": "text", "details": {"filename": "f"}});
        assert_eq!(selected(&["blobs.details.filename"]), ids(json!({"blobs": [blob]})));
        assert_eq!(selected(&["bucket_id"]), ids(json!({})));
        assert_eq!(selected(&[]), Value::Null);
    }
}
