//! A bucket's schema: what it declares, and what that asks of an object (contract section 5).

mod change;
mod check;
mod date;
mod field_type;
#[cfg(feature = "openapi")]
mod openapi;
mod parse;

use std::collections::{BTreeMap, BTreeSet};

use serde::{Deserialize, Serialize};
use serde_json::{Map, Value};

use crate::media;
use crate::numbers::trail::Trail;
use crate::violation::{Path, Violation, Violations};

pub(crate) use date::parse_instant;
pub use field_type::FieldType;
#[cfg(feature = "openapi")]
pub(crate) use openapi::BucketSchemaRequest;

/// Names at an object's root that no schema declares and no client sets: the system's own fields,
/// and the keys that a create reads for itself (contract section 8.1).
pub const RESERVED_ROOT_NAMES: &[&str] = &[
    "object_id",
    "bucket_id",
    "namespace_id",
    "internal_id",
    "_internal",
    "status",
    "error",
    "created_at",
    "updated_at",
    "document_count",
    "source_details",
    "consistency",
    "blobs",
    "key_prefix",
    "skip_duplicates",
    "canonicalize_source",
    "force_remirror",
    "edges",
    "idempotency_key",
];

/// Whether a name at an object's root can't be a custom field.
pub fn is_reserved(name: &str) -> bool {
    RESERVED_ROOT_NAMES.contains(&name)
}

/// One declared field.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(schemars::JsonSchema))]
#[cfg_attr(feature = "openapi", schemars(rename = "BucketSchemaField"))]
pub struct Field {
    /// What its values are.
    #[serde(rename = "type")]
    pub field_type: FieldType,
    /// Whether every object has a value for it.
    #[serde(default)]
    pub required: bool,
    /// The value of an object that is created without one.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub default: Option<Value>,
    /// The only values that it takes.
    #[serde(default, rename = "enum", skip_serializing_if = "Option::is_none")]
    pub enum_values: Option<Vec<Value>>,
    /// What the items of an array are; without it they may be anything.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub items: Option<Box<Field>>,
    /// What the entries of an object are; others may stand beside them.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub properties: Option<BTreeMap<String, Field>>,
    /// For people.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub description: Option<String>,
    /// For people.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub examples: Option<Vec<Value>>,
    /// Whatever else the client noted.
    #[serde(flatten)]
    pub extra: Map<String, Value>,
}

impl Field {
    /// Whether files go here: it is of a file type, or a list of one.
    pub fn takes_files(&self) -> bool {
        self.file_field().field_type.is_file()
    }

    /// Whether a file of this content type (`type/subtype`) may go here.
    pub fn fits_mime(&self, essence: &str) -> bool {
        let field = self.file_field();
        match field.field_type {
            // A list of anything: any type of file will do.
            FieldType::Array => FieldType::ALL.iter().any(|t| media::fits(essence, *t)),
            field_type => media::fits(essence, field_type),
        }
    }

    /// Whether its value comes as a blob and never stands in the object's JSON.
    fn is_blob_only(&self) -> bool {
        let field_type = self.file_field().field_type;
        field_type.is_file() && field_type != FieldType::Text
    }

    /// The field that one blob fills: of a list, its items.
    fn file_field(&self) -> &Self {
        match (self.field_type, &self.items) {
            (FieldType::Array, Some(items)) => items,
            _ => self,
        }
    }
}

/// What a bucket declares about its objects. Fields that it doesn't name are stored unchecked.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(schemars::JsonSchema))]
pub struct BucketSchema {
    /// The declared fields by name.
    pub properties: BTreeMap<String, Field>,
    /// Whatever else the client noted.
    #[serde(flatten)]
    pub extra: Map<String, Value>,
}

impl BucketSchema {
    /// Reads a schema from a request, and tells everything that is wrong with it.
    pub fn parse(value: &Value, at: &Path) -> Result<Self, Violations> {
        parse::parse(value, at)
    }

    /// Checks the type of every declared field that is present, without converting anything.
    ///
    /// A null is the absence of a value: wrong where one is required, unless it comes as a blob.
    pub fn check_fields(&self, fields: &Map<String, Value>, at: &Path) -> Violations {
        let mut found = Violations::new();
        for (name, value) in fields {
            found.extend(self.check_field(name, value, at));
        }
        found
    }

    /// Checks the value of one root field; `at` is the object.
    pub fn check_field(&self, name: &str, value: &Value, at: &Path) -> Violations {
        let mut found = Violations::new();
        if let Some(field) = self.properties.get(name) {
            check::entry(field, name, value, &Trail::Root(at), &mut found);
        }
        found
    }

    /// Checks one value against a field; `at` is the value.
    pub fn check_value(field: &Field, value: &Value, at: &Path) -> Violations {
        let mut found = Violations::new();
        check::value(field, value, &Trail::Root(at), &mut found);
        found
    }

    /// The required fields for which there is neither a value nor a default nor a blob. An explicit
    /// null is no value, and keeps the default away.
    pub fn missing_required(
        &self,
        fields: &Map<String, Value>,
        blob_properties: &BTreeSet<&str>,
    ) -> Vec<&str> {
        let has_value = |name: &str, field: &Field| match fields.get(name) {
            Some(value) => !value.is_null(),
            None => field.default.is_some(),
        };
        let required = self.properties.iter().filter(|(_, field)| field.required);
        required
            .filter(|(name, field)| !has_value(name, field))
            .map(|(name, _)| name.as_str())
            .filter(|name| !blob_properties.contains(name))
            .collect()
    }

    /// The violation of a required field that an object lacks; `at` is the object.
    pub fn missing_violation(name: &str, at: &Path) -> Violation {
        Violation {
            kind: "missing",
            location: at.key(name),
            message: format!("Missing required field '{name}'"),
        }
    }

    /// The defaults of the root fields that aren't there at all; an explicit null stays null.
    pub fn defaults_for(&self, fields: &Map<String, Value>) -> Map<String, Value> {
        let absent = self.properties.iter().filter(|(name, _)| !fields.contains_key(*name));
        absent.filter_map(|(name, field)| Some((name.clone(), field.default.clone()?))).collect()
    }

    /// Finds the declared field for a blob; `at` is the blob.
    pub fn check_blob(&self, property: &str, blob_type: FieldType, at: &Path) -> Result<&Field, Violation> {
        let refusal =
            |key: &str, message: String| Violation { kind: "value_error", location: at.key(key), message };
        let Some(field) = self.properties.get(property) else {
            let message = format!("'{property}' is not in the bucket's schema");
            return Err(refusal("property", message));
        };
        let of_items = |field: &Field| {
            let items = field.items.as_ref();
            field.field_type == FieldType::Array && items.is_none_or(|i| i.field_type == blob_type)
        };
        if field.field_type == blob_type || of_items(field) {
            return Ok(field);
        }
        let declared = field.file_field().field_type.name();
        let message = format!("'{property}' is declared as {declared}, not {}", blob_type.name());
        Err(refusal("type", message))
    }

    /// Whether several blobs may share a property.
    pub fn allows_many(&self, property: &str) -> bool {
        let field = self.properties.get(property);
        field.is_some_and(|field| field.field_type == FieldType::Array)
    }

    /// The schema's only property for files, if there is exactly one.
    pub fn only_file_property(&self) -> Option<&str> {
        self.only_property(Field::takes_files)
    }

    /// The only property for files that a content type (`type/subtype`) fits, if there is exactly
    /// one: the golden upload of a video finds `clip` beside a text field (contract section 16).
    pub fn only_file_property_for(&self, essence: &str) -> Option<&str> {
        self.only_property(|field| field.takes_files() && field.fits_mime(essence))
    }

    fn only_property(&self, is_wanted: impl Fn(&Field) -> bool) -> Option<&str> {
        let mut wanted = self.properties.iter().filter(|(_, field)| is_wanted(field));
        match (wanted.next(), wanted.next()) {
            (Some((name, _)), None) => Some(name),
            _ => None,
        }
    }
}

#[cfg(test)]
mod tests;
