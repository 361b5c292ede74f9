//! The schema of what [`super::parse`] reads.

use std::collections::BTreeMap;

use schemars::{JsonSchema, Schema};
use serde_json::{Value, json};

use super::parse::MAX_NAME_CHARS;
use super::{FieldType, RESERVED_ROOT_NAMES};
use crate::limits::MAX_SCHEMA_PROPERTIES;

/// What a bucket declares about its objects. Keys that aren't named here are kept as they come.
#[derive(JsonSchema)]
#[expect(dead_code, reason = "it is only described")]
pub(crate) struct BucketSchemaRequest {
    /// The declared fields by name. At most 256, nested ones included, and 8 levels of them.
    #[schemars(extend("maxProperties" = MAX_SCHEMA_PROPERTIES), transform = root_names)]
    properties: BTreeMap<String, FieldRequest>,
}

/// One declared field. Keys that aren't named here are kept as they come.
#[derive(JsonSchema)]
#[schemars(rename = "BucketSchemaFieldRequest")]
#[expect(dead_code, reason = "it is only described")]
struct FieldRequest {
    /// What its values are.
    #[schemars(rename = "type")]
    field_type: FieldType,
    /// Whether every object has a value for it. Default false.
    required: Option<bool>,
    /// The value of an object that is created without one; it must be one that an object may have.
    default: Option<Value>,
    /// The only values that it takes.
    #[schemars(rename = "enum", length(min = 1))]
    enum_values: Option<Vec<Value>>,
    /// What the items of an array are; without it they may be anything.
    items: Option<Box<FieldRequest>>,
    /// What the entries of an object are; others may stand beside them.
    #[schemars(transform = names)]
    properties: Option<BTreeMap<String, FieldRequest>>,
    /// For people.
    description: Option<String>,
    /// For people.
    examples: Option<Vec<Value>>,
}

fn names(schema: &mut Schema) {
    let names = json!({"minLength": 1, "maxLength": MAX_NAME_CHARS, "pattern": r"^[^\x00-\x1f\x7f-\x9f]*$"});
    schema.insert("propertyNames".to_owned(), names);
}

fn root_names(schema: &mut Schema) {
    names(schema);
    schema.pointer_mut("/propertyNames").expect("just set")["not"] = json!({"enum": RESERVED_ROOT_NAMES});
}
