//! Unique keys: which fields make a bucket's objects one of a kind, and the object's id that
//! follows from their values (contract section 6).

mod config;
mod encoding;
#[cfg(test)]
mod proptests;

use std::collections::BTreeMap;

use serde_json::{Map, Value};

use crate::limits::MAX_KEY_CHARS;
use crate::schema::{BucketSchema, FieldType};
use crate::violation::{Path, Violations};

#[cfg(feature = "openapi")]
pub(crate) use config::UniqueKeyRequest;
pub use config::{MAX_KEY_FIELDS, UniqueKeyConfig};
pub use encoding::{claim_id, derive_idempotent_id, derive_object_id};

/// The unique key of one object.
#[derive(Clone, Debug, PartialEq)]
pub struct UniqueKey {
    /// The key's fields and values, as the client wrote them.
    pub values: BTreeMap<String, Value>,
}

impl UniqueKey {
    /// Reads the key from an object's root fields; `at` is the object.
    pub fn read(
        config: &UniqueKeyConfig,
        schema: &BucketSchema,
        fields: &Map<String, Value>,
        at: &Path,
    ) -> Result<Self, Violations> {
        let mut found = Violations::new();
        let mut values = BTreeMap::new();
        for name in &config.fields {
            let Some(value) = fields.get(name).filter(|value| !value.is_null()) else {
                found.extend(BucketSchema::missing_violation(name, at).into());
                continue;
            };
            if type_of(name, schema).is_none() {
                let message = "a field of the unique key is not in the bucket's schema";
                found.add("value_error", at.key(name), message);
            }
            found.extend(schema.check_field(name, value, at));
            found.extend(check_length(value, &at.key(name)));
            values.insert(name.clone(), value.clone());
        }
        if found.is_empty() { Ok(Self { values }) } else { Err(found) }
    }

    /// The one byte string of this key: two keys of a bucket have the same if, and only if, their
    /// values are the same by the declared types.
    pub fn canonical(&self, schema: &BucketSchema) -> Vec<u8> {
        encoding::canonical(&self.values, schema)
    }

    /// Whether the key's stored values, of an object under this key's id, are this key's.
    pub fn same_as(&self, other: &BTreeMap<String, Value>, schema: &BucketSchema) -> bool {
        self.canonical(schema) == encoding::canonical(other, schema)
    }
}

fn check_length(value: &Value, at: &Path) -> Violations {
    let mut found = Violations::new();
    let Some(text) = value.as_str() else {
        return found;
    };
    if text.is_empty() {
        found.add("string_too_short", at.clone(), "a unique key's value isn't empty");
    } else if text.chars().count() > MAX_KEY_CHARS {
        let message = format!("a unique key's value has at most {MAX_KEY_CHARS} characters");
        found.add("string_too_long", at.clone(), message);
    }
    found
}

/// The declared type of a key's field.
fn type_of(name: &str, schema: &BucketSchema) -> Option<FieldType> {
    schema.properties.get(name).map(|field| field.field_type)
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    fn schema() -> BucketSchema {
        let properties = json!({"sku": {"type": "string"}, "size": {"type": "float"},
            "at": {"type": "datetime"}, "lot": {"type": "integer"}});
        BucketSchema::parse(&json!({ "properties": properties }), &Path::body()).unwrap()
    }

    fn read(names: &[&str], fields: &Value) -> Result<UniqueKey, Vec<String>> {
        let fields_of = names.iter().map(|&name| name.to_owned()).collect();
        let config = UniqueKeyConfig { fields: fields_of, default_policy: None };
        let fields = fields.as_object().unwrap();
        UniqueKey::read(&config, &schema(), fields, &Path::body()).map_err(|found| {
            let entries = found.entries().iter();
            entries.map(|v| format!("{} {}", v.location, v.kind)).collect()
        })
    }

    #[test]
    fn every_value_must_be_there_and_of_its_type() {
        let fields = json!({"sku": "", "size": null, "lot": 1.5});
        assert_eq!(
            read(&["sku", "size", "at", "lot"], &fields).unwrap_err(),
            ["sku string_too_short", "size missing", "at missing", "lot int_type"]
        );
        assert_eq!(read(&["sku"], &json!({"sku": "é".repeat(256)})).unwrap_err(), ["sku string_too_long"]);
        read(&["sku"], &json!({"sku": "é".repeat(255)})).unwrap();
        assert_eq!(read(&["gone"], &json!({"gone": 1})).unwrap_err(), ["gone value_error"]);
    }

    #[test]
    fn the_order_of_the_configured_fields_is_irrelevant() {
        let fields = json!({"sku": "a", "lot": 1, "other": true});
        let key = read(&["sku", "lot"], &fields).unwrap();
        assert_eq!(key, read(&["lot", "sku"], &fields).unwrap());
        assert_eq!(json!(key.values), json!({"lot": 1, "sku": "a"}));
    }

    #[test]
    fn stored_values_are_compared_by_meaning() {
        let key = read(&["size", "at"], &json!({"size": 1, "at": "2024-01-01T02:00:00+02:00"})).unwrap();
        let stored =
            |size: Value, at: &str| BTreeMap::from([("size".into(), size), ("at".into(), json!(at))]);
        assert!(key.same_as(&stored(json!(1.0), "2024-01-01T00:00Z"), &schema()));
        assert!(!key.same_as(&stored(json!(1.0), "2024-01-01T00:00:00.000000001Z"), &schema()));
        assert!(!key.same_as(&BTreeMap::from([("size".into(), json!(1))]), &schema()));
    }
}
