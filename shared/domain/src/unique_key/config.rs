//! A bucket's choice of a unique key.

use serde::{Deserialize, Serialize};
use serde_json::Value;

use super::type_of;
use crate::policy::Policy;
use crate::schema::BucketSchema;
use crate::violation::{Path, Violations};

/// Most fields of a unique key. A key is made of a few identifiers; this only bounds the work.
pub const MAX_KEY_FIELDS: usize = 16;

const KEYS: [&str; 2] = ["fields", "default_policy"];

/// Which fields make the key, and what a create does when it names no policy.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(schemars::JsonSchema))]
pub struct UniqueKeyConfig {
    /// The fields, in the order that the client gave; it means nothing.
    pub fields: Vec<String>,
    /// The policy of a request that names none.
    pub default_policy: Option<Policy>,
}

impl UniqueKeyConfig {
    /// Reads the configuration from a request, and tells everything that is wrong with it.
    pub fn parse(value: &Value, schema: &BucketSchema, at: &Path) -> Result<Self, Violations> {
        let mut found = Violations::new();
        let Some(source) = value.as_object() else {
            found.add("dict_type", at.clone(), "must be an object");
            return Err(found);
        };
        for key in source.keys().filter(|key| !KEYS.contains(&key.as_str())) {
            let message = format!("not a key of unique_key; it has {}", KEYS.join(", "));
            found.add("extra_forbidden", at.key(key), message);
        }
        let fields = read_fields(source.get("fields"), schema, &at.key("fields"), &mut found);
        let policy = source.get("default_policy");
        let default_policy = read_policy(policy, &at.key("default_policy"), &mut found);
        if found.is_empty() { Ok(Self { fields, default_policy }) } else { Err(found) }
    }
}

/// The fields that identify an object, and what a create does that names no policy.
// What `UniqueKeyConfig::parse` reads.
#[cfg(feature = "openapi")]
#[derive(schemars::JsonSchema)]
#[schemars(deny_unknown_fields)]
#[expect(dead_code, reason = "it is only described")]
pub(crate) struct UniqueKeyRequest {
    /// The fields that identify an object: scalar ones of the schema. Their order means nothing.
    #[schemars(length(min = 1, max = MAX_KEY_FIELDS), extend("uniqueItems" = true))]
    fields: Vec<String>,
    /// What a create does that names no policy.
    default_policy: Option<Policy>,
}

fn read_fields(
    value: Option<&Value>,
    schema: &BucketSchema,
    at: &Path,
    found: &mut Violations,
) -> Vec<String> {
    let mut fields = Vec::new();
    let (kind, message) = match value {
        None => ("missing", "a unique key needs its fields".to_owned()),
        Some(Value::Array(names)) if names.is_empty() => ("too_short", "names at least one field".to_owned()),
        Some(Value::Array(names)) if names.len() > MAX_KEY_FIELDS => {
            ("too_long", format!("names at most {MAX_KEY_FIELDS} fields"))
        }
        Some(Value::Array(names)) => {
            for (position, name) in names.iter().enumerate() {
                match read_name(name, &fields, schema) {
                    Ok(name) => fields.push(name.to_owned()),
                    Err((kind, message)) => found.add(kind, at.index(position), message),
                }
            }
            return fields;
        }
        Some(_) => ("list_type", "must be a list of field names".to_owned()),
    };
    found.add(kind, at.clone(), message);
    fields
}

fn read_name<'v>(
    name: &'v Value,
    earlier: &[String],
    schema: &BucketSchema,
) -> Result<&'v str, (&'static str, String)> {
    let name = name.as_str().ok_or(("string_type", "must be a field name".to_owned()))?;
    if earlier.iter().any(|other| other == name) {
        return Err(("value_error", format!("'{name}' is named twice")));
    }
    match type_of(name, schema) {
        None => Err(("value_error", format!("'{name}' is not in the bucket's schema"))),
        Some(field_type) if !field_type.is_scalar() => Err((
            "value_error",
            format!("'{name}' is of type {}, which can't be part of a unique key", field_type.name()),
        )),
        Some(_) => Ok(name),
    }
}

fn read_policy(value: Option<&Value>, at: &Path, found: &mut Violations) -> Option<Policy> {
    let value = value.filter(|value| !value.is_null())?;
    // Of text alone: serde would take a map with the name as its key for the name itself.
    let policy = value.as_str().and(Policy::deserialize(value).ok());
    if policy.is_none() {
        let message = format!("must be null or one of {}", Policy::NAMES.join(", "));
        found.add("enum", at.clone(), message);
    }
    policy
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    fn parse(value: &Value) -> Result<UniqueKeyConfig, Vec<String>> {
        let properties = json!({"sku": {"type": "string"}, "day": {"type": "date"},
            "tags": {"type": "array"}, "notes": {"type": "text"}});
        let schema = BucketSchema::parse(&json!({ "properties": properties }), &Path::body()).unwrap();
        UniqueKeyConfig::parse(value, &schema, &Path::body().key("unique_key")).map_err(|found| {
            let entries = found.entries().iter();
            entries.map(|v| format!("{} {}", v.location, v.kind)).collect()
        })
    }

    #[test]
    fn a_configuration_is_read_and_written_alike() {
        let value = json!({"fields": ["sku", "day"], "default_policy": "upsert"});
        let config = parse(&value).unwrap();
        assert_eq!(config.default_policy, Some(Policy::Upsert));
        assert_eq!(serde_json::to_value(&config).unwrap(), value);
        let bare = parse(&json!({"fields": ["sku"], "default_policy": null})).unwrap();
        assert_eq!(bare, parse(&json!({"fields": ["sku"]})).unwrap());
    }

    #[test]
    fn all_that_is_wrong_is_told_at_once() {
        let value = json!({"fields": ["sku", "sku", "none", "tags", "notes", 1],
            "default_policy": "merge", "policy": "insert"});
        assert_eq!(
            parse(&value).unwrap_err(),
            [
                "unique_key.policy extra_forbidden",
                "unique_key.fields[1] value_error",
                "unique_key.fields[2] value_error",
                "unique_key.fields[3] value_error",
                "unique_key.fields[4] value_error",
                "unique_key.fields[5] string_type",
                "unique_key.default_policy enum",
            ]
        );
        for (value, refusal) in [
            (json!([]), "unique_key dict_type"),
            (json!({}), "unique_key.fields missing"),
            (json!({"fields": []}), "unique_key.fields too_short"),
            (json!({"fields": "sku"}), "unique_key.fields list_type"),
            (json!({"fields": vec!["sku"; 17]}), "unique_key.fields too_long"),
            (
                json!({"fields": ["sku"], "default_policy": {"insert": null}}),
                "unique_key.default_policy enum",
            ),
        ] {
            assert_eq!(parse(&value).unwrap_err(), [refusal]);
        }
    }
}
