//! The body of `POST /v1/buckets` (contract section 4.1).

use serde::Deserialize;
use serde_json::{Map, Value};

use super::{Bucket, BucketSecret, LISTING_SHARDS, StorageClass};
use crate::id::{BucketId, Incarnation};
use crate::limits::MAX_METADATA_BYTES;
use crate::name::check_name;
use crate::namespace::Scope;
use crate::schema::BucketSchema;
use crate::time::Timestamp;
use crate::unique_key::UniqueKeyConfig;
use crate::violation::{Path, Violations};
use crate::{Error, Result, json};

/// What a client sends to make a bucket.
#[derive(Clone, Debug, Deserialize)]
#[cfg_attr(feature = "openapi", derive(schemars::JsonSchema))]
#[serde(deny_unknown_fields)]
#[cfg_attr(feature = "openapi", schemars(transform = crate::openapi::Alias("bucket_schema", "schema")))]
pub struct CreateBucketRequest {
    /// 1 to 256 characters, unique in the namespace.
    #[cfg_attr(feature = "openapi", schemars(schema_with = "crate::name::schema::<1, 256>"))]
    pub bucket_name: String,
    /// `{"properties": {name: field}}`. `schema` is an alias, because the docs' quickstart sends it.
    #[serde(alias = "schema")]
    #[cfg_attr(feature = "openapi", schemars(with = "crate::schema::BucketSchemaRequest"))]
    pub bucket_schema: Value,
    /// `{"fields": […], "default_policy": …}`.
    #[serde(default)]
    #[cfg_attr(feature = "openapi", schemars(with = "Option<crate::unique_key::UniqueKeyRequest>"))]
    pub unique_key: Option<Value>,
    /// Free text, at most 4,096 characters.
    #[serde(default)]
    #[cfg_attr(feature = "openapi", schemars(length(max = 4096)))]
    pub description: Option<String>,
    /// Free data, at most 64 KiB.
    #[serde(default)]
    pub metadata: Option<Map<String, Value>>,
    /// `standard`, `nearline` or `coldline`.
    #[serde(default)]
    #[cfg_attr(feature = "openapi", schemars(with = "Option<StorageClass>"))]
    pub storage_class: Option<String>,
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

impl CreateBucketRequest {
    /// Checks the request, all of it at once, and makes the bucket.
    pub fn into_bucket(self, scope: &Scope, now: Timestamp) -> Result<Bucket> {
        refuse_engine_settings([
            ("destination", &self.destination),
            ("ingest_filter", &self.ingest_filter),
            ("source_adapter", &self.source_adapter),
        ])?;
        let body = Path::body();
        let mut violations = Violations::new();
        violations.extend(check_bucket_name(&self.bucket_name));
        if let Some(description) = &self.description {
            violations.extend(check_description(description));
        }
        let metadata = self.metadata.unwrap_or_default();
        violations.extend(check_metadata(&metadata));
        let storage_class = parse_storage_class(self.storage_class.as_deref(), &mut violations);
        let schema = match BucketSchema::parse(&self.bucket_schema, &body.key("bucket_schema")) {
            Ok(schema) => Some(schema),
            Err(found) => {
                violations.extend(found);
                None
            }
        };
        let unique_key = match (&self.unique_key, &schema) {
            (Some(value), Some(schema)) if !value.is_null() => {
                match UniqueKeyConfig::parse(value, schema, &body.key("unique_key")) {
                    Ok(config) => Some(config),
                    Err(found) => {
                        violations.extend(found);
                        None
                    }
                }
            }
            _ => None,
        };
        violations.into_result()?;
        let Some(bucket_schema) = schema else {
            return Err(Error::internal("a schema without violations is missing"));
        };
        Ok(Bucket {
            bucket_id: BucketId::random(),
            organisation_id: scope.organisation_id.clone(),
            namespace_id: scope.namespace_id.clone(),
            bucket_name: self.bucket_name,
            description: self.description,
            bucket_schema,
            unique_key,
            metadata,
            storage_class,
            secret: BucketSecret::random(),
            shards: LISTING_SHARDS,
            deletion: None,
            incarnation: Incarnation::random(),
            version: 0,
            created_at: now,
            updated_at: now,
        })
    }
}

pub(super) fn check_bucket_name(name: &str) -> Violations {
    check_name(name, &Path::body().key("bucket_name"), 1, 256)
}

pub(super) fn check_description(description: &str) -> Violations {
    json::check_chars(description, 0, 4096, &Path::body().key("description"))
}

pub(super) fn check_metadata(metadata: &Map<String, Value>) -> Violations {
    json::check_byte_len(metadata, MAX_METADATA_BYTES, &Path::body().key("metadata"))
}

/// Dropping these silently would be worse than refusing them (contract section 4.1).
pub(super) fn refuse_engine_settings<const N: usize>(
    settings: [(&'static str, &Option<Value>); N],
) -> Result<()> {
    for (field, value) in settings {
        if value.as_ref().is_some_and(|value| !value.is_null()) {
            let reason = "Stowage ingests and does not sync or extract";
            return Err(Error::NotEnabled { field, reason });
        }
    }
    Ok(())
}

pub(super) fn parse_storage_class(name: Option<&str>, violations: &mut Violations) -> Option<StorageClass> {
    match name? {
        "standard" => Some(StorageClass::Standard),
        "nearline" => Some(StorageClass::Nearline),
        "coldline" => Some(StorageClass::Coldline),
        "archive" => {
            let message =
                "archive can't be read at once and is refused on S3; use standard, nearline or coldline";
            violations.add("value_error", Path::body().key("storage_class"), message);
            None
        }
        _ => {
            let message = "must be one of standard, nearline, coldline";
            violations.add("enum", Path::body().key("storage_class"), message);
            None
        }
    }
}
