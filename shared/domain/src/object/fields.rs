//! The rules for custom root fields, wherever they come from: a create's body, an upload's
//! `object_metadata`.

use serde_json::{Map, Value};

use crate::json::byte_len;
use crate::limits::{MAX_FIELDS_BYTES, MAX_ROOT_FIELDS};
use crate::schema::{BucketSchema, is_reserved};
use crate::violation::{Path, Violations};

/// Checks names, number, size and types; requirements are another matter, because an update may
/// leave out what the stored object has.
pub(crate) fn check(fields: &Map<String, Value>, schema: &BucketSchema, at: &Path) -> Violations {
    let mut violations = Violations::new();
    for name in fields.keys() {
        if is_reserved(name) {
            violations.add("value_error", at.key(name), "is a reserved name, not a custom field");
        } else if name == "auto_process" && !schema.properties.contains_key(name) {
            let message = "is a query parameter, not a custom field: ?auto_process=true";
            violations.add("extra_forbidden", at.key(name), message);
        } else if name.is_empty() || name.chars().count() > 255 {
            violations.add("value_error", at.key(name), "a field's name must have 1 to 255 characters");
        }
    }
    if fields.len() > MAX_ROOT_FIELDS {
        let message = format!("at most {MAX_ROOT_FIELDS} custom fields are allowed, not {}", fields.len());
        violations.add("too_long", at.clone(), message);
    }
    if byte_len(fields) > MAX_FIELDS_BYTES {
        let largest = fields.iter().max_by_key(|(_, value)| value.to_string().len());
        let at = largest.map_or_else(|| at.clone(), |(name, _)| at.key(name));
        let message = format!(
            "custom fields must be at most {MAX_FIELDS_BYTES} bytes of JSON together; put large content into a blob"
        );
        violations.add("too_long", at, message);
    }
    violations.extend(schema.check_fields(fields, at));
    violations
}

/// Puts a blob's metadata at the object's root, where no root field and no earlier blob has the
/// name. Reserved names are never promoted.
pub(super) fn promote(metadata: &Map<String, Value>, fields: &mut Map<String, Value>) {
    for (name, value) in metadata {
        if !is_reserved(name) && !fields.contains_key(name) {
            fields.insert(name.clone(), value.clone());
        }
    }
}
