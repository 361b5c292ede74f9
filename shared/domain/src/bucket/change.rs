//! The bodies of `PATCH` and `PUT /v1/buckets/{bucket_identifier}` (contract section 4.1).
//!
//! Both change what is sent and keep what is left out; they differ in the keys that they take.

use serde::Deserialize;
use serde_json::{Map, Value};

use super::Bucket;
use super::request::{
    check_bucket_name, check_description, check_metadata, parse_storage_class, refuse_engine_settings,
};
use crate::json::Sent;
use crate::schema::BucketSchema;
use crate::time::Timestamp;
use crate::unique_key::UniqueKeyConfig;
use crate::violation::{Path, Violations};
use crate::{Error, Result};

/// What a client sends to PATCH a bucket. What must have a value takes a null for nothing sent.
#[derive(Clone, Debug, Deserialize)]
#[cfg_attr(feature = "openapi", derive(schemars::JsonSchema))]
#[serde(deny_unknown_fields)]
#[cfg_attr(feature = "openapi", schemars(transform = crate::openapi::Alias("bucket_schema", "schema")))]
pub struct PatchBucketRequest {
    /// Its new name.
    #[serde(default)]
    #[cfg_attr(feature = "openapi", schemars(schema_with = "crate::name::nullable_schema::<1, 256>"))]
    pub bucket_name: Option<String>,
    /// Null removes it.
    #[serde(default)]
    #[cfg_attr(feature = "openapi", schemars(length(max = 4096)))]
    pub description: Sent<String>,
    /// Replaces all of it; null empties it.
    #[serde(default)]
    pub metadata: Sent<Map<String, Value>>,
    /// Replaces all of it. `schema` is an alias, as for a create.
    #[serde(default, alias = "schema")]
    #[cfg_attr(feature = "openapi", schemars(with = "Option<crate::schema::BucketSchemaRequest>"))]
    pub bucket_schema: Option<Value>,
    /// Changes its `default_policy`; `fields` repeat what they are.
    #[serde(default)]
    #[cfg_attr(feature = "openapi", schemars(with = "Option<crate::unique_key::UniqueKeyRequest>"))]
    pub unique_key: Option<Value>,
    /// Of Mixpeek's engine; refused unless null.
    #[serde(default)]
    #[cfg_attr(feature = "openapi", schemars(with = "()"))]
    pub destination: Option<Value>,
    /// Of Mixpeek's syncs; refused unless null.
    #[serde(default)]
    #[cfg_attr(feature = "openapi", schemars(with = "()"))]
    pub ingest_filter: Option<Value>,
    /// Of Mixpeek's syncs; refused unless null.
    #[serde(default)]
    #[cfg_attr(feature = "openapi", schemars(with = "()"))]
    pub source_adapter: Option<Value>,
}

/// What a client sends to PUT a bucket: the same, but for two keys.
#[derive(Clone, Debug, Deserialize)]
#[cfg_attr(feature = "openapi", derive(schemars::JsonSchema))]
#[serde(deny_unknown_fields)]
#[cfg_attr(feature = "openapi", schemars(transform = crate::openapi::Alias("bucket_schema", "schema")))]
pub struct PutBucketRequest {
    /// Its new name.
    #[serde(default)]
    #[cfg_attr(feature = "openapi", schemars(schema_with = "crate::name::nullable_schema::<1, 256>"))]
    pub bucket_name: Option<String>,
    /// Null removes it.
    #[serde(default)]
    #[cfg_attr(feature = "openapi", schemars(length(max = 4096)))]
    pub description: Sent<String>,
    /// Replaces all of it; null empties it.
    #[serde(default)]
    pub metadata: Sent<Map<String, Value>>,
    /// Replaces all of it. `schema` is an alias, as for a create.
    #[serde(default, alias = "schema")]
    #[cfg_attr(feature = "openapi", schemars(with = "Option<crate::schema::BucketSchemaRequest>"))]
    pub bucket_schema: Option<Value>,
    /// Changes its `default_policy`; `fields` repeat what they are.
    #[serde(default)]
    #[cfg_attr(feature = "openapi", schemars(with = "Option<crate::unique_key::UniqueKeyRequest>"))]
    pub unique_key: Option<Value>,
    /// For the bytes to come; null is the provider's default.
    #[serde(default)]
    #[cfg_attr(feature = "openapi", schemars(with = "Option<super::StorageClass>"))]
    pub storage_class: Sent<String>,
    /// Of Mixpeek's engine; refused unless null.
    #[serde(default)]
    #[cfg_attr(feature = "openapi", schemars(with = "()"))]
    pub destination: Option<Value>,
    /// Of Mixpeek's syncs; refused unless null.
    #[serde(default)]
    #[cfg_attr(feature = "openapi", schemars(with = "()"))]
    pub ingest_filter: Option<Value>,
}

/// A change of a bucket, by either method.
#[derive(Clone, Debug)]
pub struct BucketChange {
    bucket_name: Option<String>,
    description: Sent<String>,
    metadata: Sent<Map<String, Value>>,
    bucket_schema: Option<Value>,
    unique_key: Option<Value>,
    storage_class: Sent<String>,
    force_schema_break: bool,
}

impl PatchBucketRequest {
    /// The change. `force_schema_break`: even if stored objects may not fit the new schema.
    pub fn into_change(self, force_schema_break: bool) -> Result<BucketChange> {
        refuse_engine_settings([
            ("destination", &self.destination),
            ("ingest_filter", &self.ingest_filter),
            ("source_adapter", &self.source_adapter),
        ])?;
        Ok(BucketChange {
            bucket_name: self.bucket_name,
            description: self.description,
            metadata: self.metadata,
            bucket_schema: self.bucket_schema,
            unique_key: self.unique_key,
            storage_class: Sent::Absent,
            force_schema_break,
        })
    }
}

impl PutBucketRequest {
    /// The change. `force_schema_break`: even if stored objects may not fit the new schema.
    pub fn into_change(self, force_schema_break: bool) -> Result<BucketChange> {
        refuse_engine_settings([("destination", &self.destination), ("ingest_filter", &self.ingest_filter)])?;
        Ok(BucketChange {
            bucket_name: self.bucket_name,
            description: self.description,
            metadata: self.metadata,
            bucket_schema: self.bucket_schema,
            unique_key: self.unique_key,
            storage_class: self.storage_class,
            force_schema_break,
        })
    }
}

impl BucketChange {
    /// The bucket as it is to be; `None` if that is as it is. Everything invalid is told at once, then
    /// what stored objects may not fit.
    pub fn apply(&self, bucket: &Bucket, now: Timestamp) -> Result<Option<Bucket>> {
        bucket.check_writable()?;
        let mut new = bucket.clone();
        let mut violations = Violations::new();
        if let Some(name) = &self.bucket_name {
            violations.extend(check_bucket_name(name));
            new.bucket_name.clone_from(name);
        }
        violations.extend(self.description.set(&mut new.description, |text| check_description(text)));
        match &self.metadata {
            Sent::Absent => {}
            Sent::Null => new.metadata = Map::new(),
            Sent::Value(metadata) => {
                violations.extend(check_metadata(metadata));
                new.metadata.clone_from(metadata);
            }
        }
        match &self.storage_class {
            Sent::Absent => {}
            Sent::Null => new.storage_class = None,
            Sent::Value(name) => new.storage_class = parse_storage_class(Some(name), &mut violations),
        }
        if let Some(value) = &self.unique_key {
            match unique_key(value, bucket) {
                Ok(config) => new.unique_key = Some(config),
                Err(found) => violations.extend(found),
            }
        }
        if let Some(value) = &self.bucket_schema {
            match schema(value, bucket) {
                Ok(schema) => new.bucket_schema = schema,
                Err(found) => violations.extend(found),
            }
        }
        violations.into_result()?;
        let breaks = bucket.bucket_schema.breaks(&new.bucket_schema, &Path::body().key("bucket_schema"));
        if !breaks.is_empty() && !self.force_schema_break {
            return Err(Error::SchemaBreak(breaks));
        }
        if new == *bucket {
            return Ok(None);
        }
        Ok(Some(Bucket { version: bucket.version + 1, updated_at: now, ..new }))
    }
}

/// A part of the change, or what is wrong with it.
type Checked<T> = std::result::Result<T, Violations>;

/// The unique key with another default policy; one that was left out stays, a null removes it.
fn unique_key(value: &Value, bucket: &Bucket) -> Checked<UniqueKeyConfig> {
    let at = Path::body().key("unique_key");
    let mut found = Violations::new();
    let Some(stored) = &bucket.unique_key else {
        found.add("value_error", at, "the bucket has no unique key, which is fixed at its creation");
        return Err(found);
    };
    let sent = UniqueKeyConfig::parse(value, &bucket.bucket_schema, &at)?;
    let sorted = |config: &UniqueKeyConfig| {
        let mut fields = config.fields.clone();
        fields.sort();
        fields
    };
    if sorted(&sent) != sorted(stored) {
        let message = format!("must repeat the bucket's own: {}", stored.fields.join(", "));
        found.add("value_error", at.key("fields"), message);
        return Err(found);
    }
    let default_policy =
        if value.get("default_policy").is_some() { sent.default_policy } else { stored.default_policy };
    Ok(UniqueKeyConfig { fields: stored.fields.clone(), default_policy })
}

/// The new schema; the fields of the unique key stay in it and keep their types, since the ids of all
/// objects derive from them.
fn schema(value: &Value, bucket: &Bucket) -> Checked<BucketSchema> {
    let at = Path::body().key("bucket_schema");
    let schema = BucketSchema::parse(value, &at)?;
    let mut found = Violations::new();
    for name in bucket.unique_key.iter().flat_map(|config| &config.fields) {
        let old = bucket.bucket_schema.properties.get(name).map(|field| field.field_type);
        let new = schema.properties.get(name).map(|field| field.field_type);
        if old != new {
            let at = at.key("properties").key(name);
            found.add("value_error", at, "is part of the unique key: it stays, with its type");
        }
    }
    if found.is_empty() { Ok(schema) } else { Err(found) }
}
