//! Reading a schema from a request, with all that is wrong in it reported at once.

use std::collections::BTreeMap;

use serde_json::{Map, Value};

use super::{BucketSchema, Field, FieldType, check, is_reserved};
use crate::limits::{MAX_SCHEMA_BYTES, MAX_SCHEMA_DEPTH, MAX_SCHEMA_PROPERTIES};
use crate::numbers;
use crate::numbers::trail::Trail;
use crate::violation::{Path, Violations};

/// Longest name of a property in characters: what a blob's `property` may have.
pub(super) const MAX_NAME_CHARS: usize = 100;

const FIELD_KEYS: [&str; 8] =
    ["type", "required", "default", "enum", "items", "properties", "description", "examples"];

pub(super) fn parse(value: &Value, at: &Path) -> Result<BucketSchema, Violations> {
    let mut reader = Reader::default();
    match reader.schema(value, at) {
        Some(schema) if reader.found.is_empty() => Ok(schema),
        _ => Err(reader.found),
    }
}

#[derive(Default)]
struct Reader {
    found: Violations,
    /// Properties read so far, nested ones included.
    properties: usize,
}

impl Reader {
    fn schema(&mut self, value: &Value, at: &Path) -> Option<BucketSchema> {
        let schema = self.object(value, at)?;
        let bytes = serde_json::to_vec(value).map_or(0, |json| json.len());
        if bytes > MAX_SCHEMA_BYTES {
            // Nothing else is looked at: a large schema could fail in as many places.
            let message = format!("a schema has at most {MAX_SCHEMA_BYTES} bytes as JSON");
            self.found.add("value_error", at.clone(), message);
            return None;
        }
        self.found.extend(numbers::check_value(value, at));
        let at = at.key("properties");
        let Some(properties) = schema.get("properties") else {
            self.found.add("missing", at, "a schema needs its properties");
            return None;
        };
        let properties = self.fields(properties, &at, 1)?;
        let extra = without(schema, &["properties"]);
        Some(BucketSchema { properties, extra })
    }

    /// Reads a map of fields; those of the root have depth 1.
    fn fields(&mut self, value: &Value, at: &Path, depth: usize) -> Option<BTreeMap<String, Field>> {
        let mut fields = BTreeMap::new();
        for (name, value) in self.object(value, at)? {
            self.properties += 1;
            if self.properties > MAX_SCHEMA_PROPERTIES {
                if self.properties == MAX_SCHEMA_PROPERTIES + 1 {
                    let message = format!("a schema has at most {MAX_SCHEMA_PROPERTIES} properties");
                    self.found.add("value_error", at.clone(), message);
                }
                return None;
            }
            let at = at.key(name);
            self.name(name, &at, depth);
            if let Some(field) = self.field(value, &at, depth) {
                fields.insert(name.clone(), field);
            }
        }
        Some(fields)
    }

    /// An empty name is found with the numbers: no map that is stored may have one.
    fn name(&mut self, name: &str, at: &Path, depth: usize) {
        if name.chars().count() > MAX_NAME_CHARS {
            let message = format!("a property name has at most {MAX_NAME_CHARS} characters");
            self.found.add("string_too_long", at.clone(), message);
        }
        if name.chars().any(char::is_control) {
            let message = "a property name has no control character";
            self.found.add("value_error", at.clone(), message);
        }
        if depth == 1 && is_reserved(name) {
            let message = "the name is reserved for a system field or a key of the request";
            self.found.add("value_error", at.clone(), message);
        }
    }

    fn field(&mut self, value: &Value, at: &Path, depth: usize) -> Option<Field> {
        if depth > MAX_SCHEMA_DEPTH {
            let message = format!("a schema nests at most {MAX_SCHEMA_DEPTH} deep");
            self.found.add("value_error", at.clone(), message);
            return None;
        }
        let source = self.object(value, at)?;
        // Everything is read before the type may end it, so that all failures are found.
        let field_type = self.field_type(source.get("type"), &at.key("type"));
        let required = self.optional(source, "required", at, BOOLEAN, Value::as_bool);
        let description = self.optional(source, "description", at, STRING, Value::as_str);
        let examples = self.optional(source, "examples", at, LIST, Value::as_array);
        let enum_values = self.optional(source, "enum", at, LIST, Value::as_array);
        if enum_values.is_some_and(Vec::is_empty) {
            self.found.add("too_short", at.key("enum"), "names at least one value");
        }
        let items = present(source, "items").and_then(|items| self.field(items, &at.key("items"), depth + 1));
        let properties = present(source, "properties")
            .and_then(|fields| self.fields(fields, &at.key("properties"), depth + 1));
        let field = Field {
            field_type: field_type?,
            required: required.unwrap_or(false),
            default: present(source, "default").cloned(),
            enum_values: enum_values.cloned(),
            items: items.map(Box::new),
            properties,
            description: description.map(str::to_owned),
            examples: examples.cloned(),
            extra: without(source, &FIELD_KEYS),
        };
        self.default_value(&field, &at.key("default"));
        Some(field)
    }

    fn field_type(&mut self, value: Option<&Value>, at: &Path) -> Option<FieldType> {
        let (kind, message) = match value {
            None | Some(Value::Null) => ("missing", "a field needs its type"),
            Some(Value::String(name)) => match FieldType::parse(name) {
                Some(field_type) => return Some(field_type),
                None => ("enum", "not a type"),
            },
            Some(_) => ("string_type", "must be a string"),
        };
        let message = format!("{message}: one of {}", FieldType::NAMES.join(", "));
        self.found.add(kind, at.clone(), message);
        None
    }

    /// A default is what an object would have sent, so it must be what an object may send.
    fn default_value(&mut self, field: &Field, at: &Path) {
        let Some(default) = &field.default else {
            return;
        };
        if field.is_blob_only() {
            let message = "a field for files has no default";
            self.found.add("value_error", at.clone(), message);
        } else {
            check::value(field, default, &Trail::Root(at), &mut self.found);
        }
    }

    fn object<'v>(&mut self, value: &'v Value, at: &Path) -> Option<&'v Map<String, Value>> {
        let object = value.as_object();
        if object.is_none() {
            self.found.add("dict_type", at.clone(), "must be an object");
        }
        object
    }

    /// Reads a key that may be absent or null.
    fn optional<'v, T>(
        &mut self,
        source: &'v Map<String, Value>,
        key: &str,
        at: &Path,
        (kind, message): (&'static str, &str),
        read: impl Fn(&'v Value) -> Option<T>,
    ) -> Option<T> {
        let value = read(present(source, key)?);
        if value.is_none() {
            self.found.add(kind, at.key(key), message);
        }
        value
    }
}

const BOOLEAN: (&str, &str) = ("bool_type", "must be true or false");
const STRING: (&str, &str) = ("string_type", "must be a string");
const LIST: (&str, &str) = ("list_type", "must be a list");

fn present<'v>(source: &'v Map<String, Value>, key: &str) -> Option<&'v Value> {
    source.get(key).filter(|value| !value.is_null())
}

fn without(source: &Map<String, Value>, keys: &[&str]) -> Map<String, Value> {
    let others = source.iter().filter(|(key, _)| !keys.contains(&key.as_str()));
    others.map(|(key, value)| (key.clone(), value.clone())).collect()
}
