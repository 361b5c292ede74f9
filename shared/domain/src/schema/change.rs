//! What of a schema's change stored objects may not fit (contract section 4.1).
//!
//! A field that is only added breaks nothing, whatever it is, unless it is required.

use std::collections::BTreeMap;

use super::{BucketSchema, Field};
use crate::violation::{Path, Violations};

impl BucketSchema {
    /// What stored objects may not fit, were this schema replaced by `new`; `at` is the new schema.
    pub fn breaks(&self, new: &Self, at: &Path) -> Violations {
        let mut found = Violations::new();
        fields(&self.properties, &new.properties, &at.key("properties"), &mut found);
        found
    }
}

fn fields(old: &BTreeMap<String, Field>, new: &BTreeMap<String, Field>, at: &Path, found: &mut Violations) {
    for (name, old) in old {
        match new.get(name) {
            Some(new) => field(old, new, &at.key(name), found),
            None => found.add("field_removed", at.key(name), "is no longer declared"),
        }
    }
    for (name, _) in new.iter().filter(|(name, field)| field.required && !old.contains_key(*name)) {
        found.add("required_added", at.key(name).key("required"), "objects without a value are stored");
    }
}

fn field(old: &Field, new: &Field, at: &Path, found: &mut Violations) {
    if old.field_type != new.field_type {
        let message = format!("was {}, would be {}", old.field_type.name(), new.field_type.name());
        // What stands below is of the old type.
        found.add("type_changed", at.key("type"), message);
        return;
    }
    if new.required && !old.required {
        found.add("required_added", at.key("required"), "objects without a value are stored");
    }
    if let Some(values) = &new.enum_values {
        let message = match &old.enum_values {
            None => Some("any value was allowed"),
            Some(old) if old.iter().all(|value| values.contains(value)) => None,
            Some(_) => Some("allows fewer values"),
        };
        if let Some(message) = message {
            found.add("enum_narrowed", at.key("enum"), message);
        }
    }
    match (&old.items, &new.items) {
        (Some(old), Some(new)) => field(old, new, &at.key("items"), found),
        (None, Some(_)) => found.add("type_changed", at.key("items"), "items of any type were allowed"),
        (_, None) => {}
    }
    let none = BTreeMap::new();
    let (old, new) = (old.properties.as_ref(), new.properties.as_ref());
    fields(old.unwrap_or(&none), new.unwrap_or(&none), &at.key("properties"), found);
}

#[cfg(test)]
mod tests {
    use serde_json::{Value, json};

    use super::*;

    fn breaks(old: &Value, new: &Value) -> Vec<String> {
        let parse = |field: &Value| {
            let schema = json!({"properties": {"a": field}});
            BucketSchema::parse(&schema, &Path::body()).unwrap()
        };
        told(&parse(old).breaks(&parse(new), &Path::body()))
    }

    fn told(found: &Violations) -> Vec<String> {
        found.entries().iter().map(|one| format!("{} {}", one.location, one.kind)).collect()
    }

    #[test]
    fn each_kind_of_break_is_told_with_its_place() {
        let text = json!({"type": "string"});
        for (old, new, place) in [
            (text.clone(), json!({"type": "integer"}), "type type_changed"),
            (text.clone(), json!({"type": "string", "required": true}), "required required_added"),
            (text.clone(), json!({"type": "string", "enum": ["x"]}), "enum enum_narrowed"),
            (
                json!({"type": "string", "enum": ["x", "y"]}),
                json!({"type": "string", "enum": ["y", "z"]}),
                "enum enum_narrowed",
            ),
            (
                json!({"type": "array"}),
                json!({"type": "array", "items": {"type": "string"}}),
                "items type_changed",
            ),
            (
                json!({"type": "array", "items": {"type": "string"}}),
                json!({"type": "array", "items": {"type": "date"}}),
                "items.type type_changed",
            ),
            (
                json!({"type": "object", "properties": {"b": {"type": "string"}}}),
                json!({"type": "object"}),
                "properties.b field_removed",
            ),
            (
                json!({"type": "object"}),
                json!({"type": "object", "properties": {"b": {"type": "string", "required": true}}}),
                "properties.b.required required_added",
            ),
        ] {
            assert_eq!(breaks(&old, &new), [format!("properties.a.{place}")], "{old} {new}");
        }
    }

    #[test]
    fn what_only_widens_or_describes_breaks_nothing() {
        for (old, new) in [
            (
                json!({"type": "string", "required": true, "enum": ["x"], "default": "x"}),
                json!({"type": "string", "enum": ["y", "x"], "description": "Words", "examples": ["y"]}),
            ),
            (json!({"type": "string", "enum": ["x"]}), json!({"type": "string"})),
            (json!({"type": "array", "items": {"type": "string"}}), json!({"type": "array"})),
            (
                json!({"type": "object", "properties": {"b": {"type": "string"}}}),
                json!({"type": "object", "properties": {"b": {"type": "string"}, "c": {"type": "date"}}}),
            ),
        ] {
            assert!(breaks(&old, &new).is_empty(), "{old} {new}");
        }
    }

    #[test]
    fn a_field_that_is_gone_and_one_that_is_required_from_now_on_are_told_together() {
        let schema = |properties: Value| {
            BucketSchema::parse(&json!({ "properties": properties }), &Path::body()).unwrap()
        };
        let old = schema(json!({"a": {"type": "string"}, "b": {"type": "string"}}));
        let new = schema(json!({"b": {"type": "string"}, "c": {"type": "string", "required": true}}));
        assert_eq!(
            told(&old.breaks(&new, &Path::body())),
            ["properties.a field_removed", "properties.c.required required_added"]
        );
    }
}
