//! Checking a value against its declared field.

use std::collections::BTreeMap;

use serde_json::{Map, Value};

use super::{BucketSchema, Field, FieldType, date};
use crate::numbers;
use crate::numbers::trail::Trail;
use crate::violation::Violations;

/// Checks the value under a declared name of `parent`.
pub(super) fn entry(
    field: &Field,
    name: &str,
    found_value: &Value,
    parent: &Trail<'_>,
    found: &mut Violations,
) {
    let at = parent.key(name);
    if !found_value.is_null() {
        value(field, found_value, &at, found);
    } else if field.required && !field.is_blob_only() {
        found.extend(BucketSchema::missing_violation(name, &parent.path()).into());
    }
}

/// Checks a value. Recursion ends with the schema's depth, whatever the value's.
pub(super) fn value(field: &Field, value: &Value, at: &Trail<'_>, found: &mut Violations) {
    if let Some((kind, message)) = mismatch(field.field_type, value) {
        found.add(kind, at.path(), message);
        return;
    }
    if let Some(allowed) = &field.enum_values
        && !allowed.iter().any(|candidate| is_same(candidate, value))
    {
        let allowed = Value::from(allowed.clone());
        found.add("enum", at.path(), format!("must be one of {allowed}"));
    }
    match (value, &field.items, &field.properties) {
        (Value::Array(values), Some(items), _) => {
            for (position, value) in values.iter().enumerate() {
                item(items, value, &at.index(position), found);
            }
        }
        (Value::Object(values), _, Some(properties)) => entries(properties, values, at, found),
        _ => {}
    }
}

fn item(field: &Field, item: &Value, at: &Trail<'_>, found: &mut Violations) {
    if !item.is_null() {
        value(field, item, at, found);
    } else if field.required {
        found.add("missing", at.path(), "must not be null");
    }
}

fn entries(
    properties: &BTreeMap<String, Field>,
    values: &Map<String, Value>,
    at: &Trail<'_>,
    found: &mut Violations,
) {
    for (name, field) in properties {
        entry(field, name, values.get(name).unwrap_or(&Value::Null), at, found);
    }
}

/// Why a value isn't of a type, if it isn't.
fn mismatch(field_type: FieldType, value: &Value) -> Option<(&'static str, &'static str)> {
    let text = value.as_str();
    let (fits, kind, message) = match field_type {
        FieldType::String => (text.is_some(), "string_type", "must be a string"),
        FieldType::Text => (text.is_some(), "string_type", "must be a string, or be sent as a blob"),
        FieldType::Number | FieldType::Float => (value.is_number(), "float_type", "must be a number"),
        FieldType::Integer => (
            value.is_i64() || value.is_u64(),
            "int_type",
            "must be an integer, written without a decimal point",
        ),
        FieldType::Boolean => (value.is_boolean(), "bool_type", "must be true or false"),
        FieldType::Object => (value.is_object(), "dict_type", "must be an object"),
        FieldType::Array => (value.is_array(), "list_type", "must be a list"),
        FieldType::Date => {
            (text.and_then(date::parse_date).is_some(), "date_type", "must be a date: YYYY-MM-DD")
        }
        FieldType::Datetime => (
            text.and_then(date::parse_instant).is_some(),
            "datetime_type",
            "must be an ISO 8601 date and time, such as 2026-01-31T12:00:00Z",
        ),
        FieldType::Image | FieldType::Audio | FieldType::Video | FieldType::Pdf | FieldType::Excel => {
            (false, "value_error", "takes a file: send it as a blob of this property")
        }
    };
    (!fits).then_some((kind, message))
}

/// Equality as JSON, but 1 and 1.0 are one number.
fn is_same(one: &Value, other: &Value) -> bool {
    match (one, other) {
        (Value::Number(one), Value::Number(other)) => numbers::same(one, other),
        _ => one == other,
    }
}
