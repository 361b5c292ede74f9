//! A search: a text somewhere in a record's key or metadata (contract section 2.8).

use serde::Serialize;
use serde_json::Value;

use super::kind::{OBJECT_FIELDS, Searched};

/// A text to find.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Search {
    text: String,
    case_sensitive: bool,
}

impl Search {
    /// A search; `None` for an empty text, which is in everything.
    pub(super) fn new(text: &str, case_sensitive: bool) -> Option<Self> {
        let text = if case_sensitive { text.to_owned() } else { text.to_lowercase() };
        (!text.is_empty()).then_some(Self { text, case_sensitive })
    }

    /// Whether a record has the text in one of the fields.
    pub(super) fn matches(&self, record: &Value, searched: Searched) -> bool {
        let Some(fields) = record.as_object() else { return false };
        fields.iter().any(|(name, value)| {
            let name = name.as_str();
            let counts = match searched {
                Searched::Only(names) => names.contains(&name),
                Searched::AndCustom(names) => names.contains(&name) || !OBJECT_FIELDS.contains(&name),
            };
            counts && self.is_in(value)
        })
    }

    fn is_in(&self, value: &Value) -> bool {
        match value {
            Value::String(text) if self.case_sensitive => text.contains(&self.text),
            Value::String(text) => text.to_lowercase().contains(&self.text),
            Value::Number(number) => number.to_string().contains(&self.text),
            Value::Array(items) => items.iter().any(|item| self.is_in(item)),
            Value::Object(entries) => entries.values().any(|item| self.is_in(item)),
            Value::Null | Value::Bool(_) => false,
        }
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;
    use crate::listing::ListKind;

    fn finds(kind: ListKind, text: &str, record: &Value) -> bool {
        Search::new(text, false).is_none_or(|search| search.matches(record, kind.spec().searched))
    }

    #[test]
    fn objects_are_searched_by_key_and_custom_fields() {
        let object = json!({
            "object_id": "obj_abc", "key_prefix": "/Launch/2026", "status": "PENDING", "bucket_id": "bkt_x",
            "blobs": [{"properties": {"url": "s3://place"}}],
            "title": "Ünder", "meta": {"tags": ["deep"], "n": 1623}, "ok": true,
        });
        for text in ["", "OBJ_ABC", "launch", "ÜNDER", "Deep", "162"] {
            assert!(finds(ListKind::Objects, text, &object), "{text}");
        }
        for text in ["pending", "bkt_x", "s3://", "true", "title", "nothing"] {
            assert!(!finds(ListKind::Objects, text, &object), "{text}");
        }
    }

    #[test]
    fn uploads_are_searched_by_filename_and_metadata_values() {
        let upload =
            json!({"filename": "A.mp4", "metadata": {"who": "me"}, "object_metadata": {"sku": "S1"}});
        for (text, found) in [("a.MP", true), ("ME", true), ("who", false), ("s1", false)] {
            assert_eq!(finds(ListKind::Uploads, text, &upload), found, "{text}");
        }
    }
}
