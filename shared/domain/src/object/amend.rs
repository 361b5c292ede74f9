//! Changing some fields of an object that is there: PATCH and PUT (contract section 8.3).
//!
//! Only what is sent changes. A custom field sent as null is null from then on, as on an update by
//! policy; of the declared keys a null is the same as nothing.

use std::collections::{BTreeMap, BTreeSet};

use serde::Deserialize;
use serde_json::{Map, Value};

use super::Object;
use super::fields::check;
use crate::Result;
use crate::bucket::Bucket;
use crate::id::WriteId;
use crate::json::check_chars;
use crate::limits::{MAX_KEY_PREFIX_CHARS, MAX_ROOT_FIELDS};
use crate::schema::BucketSchema;
use crate::time::Timestamp;
use crate::unique_key::UniqueKey;
use crate::violation::{Path, Violations};

/// The custom field whose entries a PUT reaches.
const OWN_METADATA: &str = "metadata";

/// The body of a PATCH. Every other root key is a custom field.
#[derive(Clone, Debug, Default, Deserialize)]
#[cfg_attr(feature = "openapi", derive(schemars::JsonSchema))]
#[cfg_attr(feature = "openapi", schemars(transform = crate::openapi::Names { refused: crate::schema::RESERVED_ROOT_NAMES, longest: Some(255) }))]
pub struct PatchObjectRequest {
    /// A logical path of the client's.
    #[serde(default)]
    #[cfg_attr(feature = "openapi", schemars(length(max = MAX_KEY_PREFIX_CHARS)))]
    pub key_prefix: Option<String>,
    /// Taken, and without effect: a change of fields brings no content.
    #[serde(default)]
    pub skip_duplicates: Option<bool>,
    /// The custom fields.
    #[serde(flatten)]
    pub fields: Map<String, Value>,
}

/// The body of a PUT. Every other root key is a custom field.
#[derive(Clone, Debug, Default, Deserialize)]
#[cfg_attr(feature = "openapi", derive(schemars::JsonSchema))]
#[cfg_attr(feature = "openapi", schemars(transform = crate::openapi::Names { refused: crate::schema::RESERVED_ROOT_NAMES, longest: Some(255) }))]
pub struct UpdateObjectRequest {
    /// A logical path of the client's.
    #[serde(default)]
    #[cfg_attr(feature = "openapi", schemars(length(max = MAX_KEY_PREFIX_CHARS)))]
    pub key_prefix: Option<String>,
    /// Taken, and without effect: a change of fields brings no content.
    #[serde(default)]
    pub skip_duplicates: Option<bool>,
    /// Fields for the object's own `metadata` where that has them, and for its root otherwise.
    #[serde(default)]
    pub metadata: Option<Map<String, Value>>,
    /// The custom fields.
    #[serde(flatten)]
    pub fields: Map<String, Value>,
}

/// A change of an object's fields, for whatever the object is by the time that it is made.
#[derive(Clone, Debug)]
pub struct Amendment {
    fields: Map<String, Value>,
    metadata: Map<String, Value>,
    key_prefix: Option<String>,
    schema: BucketSchema,
    key_fields: Vec<String>,
    /// This request's mark on what it writes, the same for all its attempts.
    pub write_id: WriteId,
    /// The time of the request.
    pub now: Timestamp,
}

/// What an amendment sets in one object.
#[derive(Clone, Debug, PartialEq)]
pub struct Amended {
    /// Root fields, each as a whole.
    pub fields: Map<String, Value>,
    /// A logical path of the client's.
    pub key_prefix: Option<String>,
}

impl Amended {
    /// Whether nothing is to be set.
    pub fn is_empty(&self) -> bool {
        self.fields.is_empty() && self.key_prefix.is_none()
    }
}

impl PatchObjectRequest {
    /// The change that this asks for of an object of this bucket.
    pub fn into_amendment(self, bucket: &Bucket, now: Timestamp) -> Amendment {
        Amendment::new(self.fields, Map::new(), self.key_prefix, bucket, now)
    }
}

impl UpdateObjectRequest {
    /// The change that this asks for of an object of this bucket.
    pub fn into_amendment(self, bucket: &Bucket, now: Timestamp) -> Amendment {
        Amendment::new(self.fields, self.metadata.unwrap_or_default(), self.key_prefix, bucket, now)
    }
}

impl Amendment {
    fn new(
        fields: Map<String, Value>,
        metadata: Map<String, Value>,
        key_prefix: Option<String>,
        bucket: &Bucket,
        now: Timestamp,
    ) -> Self {
        let key = bucket.unique_key.as_ref();
        Self {
            fields,
            metadata,
            key_prefix,
            schema: bucket.bucket_schema.clone(),
            key_fields: key.map(|key| key.fields.clone()).unwrap_or_default(),
            write_id: WriteId::random(),
            now,
        }
    }

    /// What it sets in this object, or everything that speaks against it: what was sent, and what the
    /// object would be.
    pub fn apply(&self, old: &Object) -> Result<Amended> {
        let mut violations = Violations::new();
        if let Some(prefix) = &self.key_prefix {
            let at = Path::body().key("key_prefix");
            violations.extend(check_chars(prefix, 0, MAX_KEY_PREFIX_CHARS, &at));
        }
        let fields = self.root_fields(old, &mut violations);
        violations.extend_new_places(self.check_key(&fields, old));
        violations.extend_new_places(self.check_merged(&fields, old));
        violations.into_result()?;
        Ok(Amended { fields, key_prefix: self.key_prefix.clone() })
    }

    /// The root fields that are set, those included that the sent `metadata` leads to.
    fn root_fields(&self, old: &Object, violations: &mut Violations) -> Map<String, Value> {
        let inside = Path::body().key(OWN_METADATA);
        let own = old.fields.get(OWN_METADATA).and_then(Value::as_object);
        let is_own = |name: &String| own.is_some_and(|own| own.contains_key(name));
        let (entries, outer): (Map<_, _>, Map<_, _>) =
            self.metadata.clone().into_iter().partition(|(name, _)| is_own(name));
        violations.extend(check(&self.fields, &self.schema, &Path::body()));
        violations.extend(check(&outer, &self.schema, &inside));

        let mut fields = self.fields.clone();
        for (name, value) in outer {
            if fields.contains_key(&name) {
                violations.add("value_error", inside.key(&name), "is sent at the root, too");
            }
            fields.insert(name, value);
        }
        if !entries.is_empty() {
            if fields.contains_key(OWN_METADATA) {
                let message = "replaces the object's own metadata, some of whose keys are sent beside it";
                violations.add("value_error", inside.key(OWN_METADATA), message);
            }
            let mut merged = own.cloned().unwrap_or_default();
            merged.extend(entries);
            let merged = Value::Object(merged);
            violations.extend(self.schema.check_field(OWN_METADATA, &merged, &Path::body()));
            fields.insert(OWN_METADATA.to_owned(), merged);
        }
        if fields.len() > MAX_ROOT_FIELDS {
            let message =
                format!("at most {MAX_ROOT_FIELDS} custom fields are allowed, not {}", fields.len());
            violations.extend_new_places(violation("too_long", Path::body(), message));
        }
        fields
    }

    /// The values of the unique key are the object's id, so they stay. Another spelling of the same
    /// value is the same value.
    fn check_key(&self, fields: &Map<String, Value>, old: &Object) -> Violations {
        let mut violations = Violations::new();
        for name in &self.key_fields {
            let Some(new) = fields.get(name) else { continue };
            let stored = old.unique_key.as_ref().and_then(|key| key.get(name));
            let of = |value: &Value| BTreeMap::from([(name.clone(), value.clone())]);
            let same = |stored| UniqueKey { values: of(new) }.same_as(&of(stored), &self.schema);
            if !stored.or_else(|| old.fields.get(name)).is_some_and(same) {
                let message = "is part of the unique key, which an object keeps for life";
                violations.add("value_error", self.sent_at(name), message);
            }
        }
        violations
    }

    /// The object as it would be must be as the schema says, also where it wasn't until now: a schema
    /// may have changed.
    fn check_merged(&self, fields: &Map<String, Value>, old: &Object) -> Violations {
        let mut merged = old.fields.clone();
        merged.retain(|name, _| !fields.contains_key(name));
        let mut violations = self.schema.check_fields(&merged, &Path::body());
        merged.extend(fields.clone());
        let blobs: BTreeSet<&str> = old.blobs.iter().map(|blob| blob.property.as_str()).collect();
        for name in self.schema.missing_required(&merged, &blobs) {
            let mut found = BucketSchema::missing_violation(name, &Path::body());
            found.location = self.sent_at(name);
            violations.extend_new_places(found.into());
        }
        violations
    }

    /// Where a root field stands in the request.
    fn sent_at(&self, name: &str) -> Path {
        let in_metadata = self.metadata.contains_key(name) && !self.fields.contains_key(name);
        let parent = if in_metadata { Path::body().key(OWN_METADATA) } else { Path::body() };
        parent.key(name)
    }
}

fn violation(kind: &'static str, location: Path, message: String) -> Violations {
    crate::Violation { kind, location, message }.into()
}
