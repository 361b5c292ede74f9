//! A bucket, as the contract answers it (section 4.2).

use serde::Serialize;
use serde_json::{Map, Value};

use super::{Bucket, BucketStatus, StorageClass};
use crate::id::BucketId;
use crate::schema::BucketSchema;
use crate::time::Timestamp;
use crate::unique_key::UniqueKeyConfig;

/// A bucket as clients see it: all but its secret and its inner bookkeeping.
#[derive(Clone, Debug, Serialize)]
#[cfg_attr(feature = "openapi", derive(schemars::JsonSchema))]
pub struct BucketResponse {
    /// Its id.
    pub bucket_id: BucketId,
    /// Its name.
    pub bucket_name: String,
    /// Free text.
    pub description: Option<String>,
    /// What its objects look like.
    pub bucket_schema: BucketSchema,
    /// The fields that identify an object.
    pub unique_key: Option<UniqueKeyConfig>,
    /// Free data.
    pub metadata: Map<String, Value>,
    /// How S3 stores inline bytes.
    pub storage_class: Option<StorageClass>,
    /// Of Mixpeek's engine; always null.
    #[cfg_attr(feature = "openapi", schemars(with = "()"))]
    pub destination: Option<Value>,
    /// Of Mixpeek's syncs; always null.
    #[cfg_attr(feature = "openapi", schemars(with = "()"))]
    pub ingest_filter: Option<Value>,
    /// Of Mixpeek's syncs; always null.
    #[cfg_attr(feature = "openapi", schemars(with = "()"))]
    pub source_adapter: Option<Value>,
    /// How many objects it holds: the contract wants a number; 0 until objects are counted.
    pub object_count: u64,
    /// How many bytes its objects hold: as above.
    pub total_size_bytes: u64,
    /// How many of its objects failed in processing: none, without processing.
    pub failed_object_count: u64,
    /// Sizes of its objects; null until they are counted.
    pub storage_stats: Option<Value>,
    /// Numbers of its batches; null until there are batches.
    pub batch_stats: Option<Value>,
    /// When an object was last added; null until that is counted.
    pub last_upload_at: Option<Timestamp>,
    /// When the counts were last brought up to date; null until there are counts.
    pub stats_updated_at: Option<Timestamp>,
    /// Whether it takes writes.
    pub status: BucketStatus,
    /// Whether it is read-only; Stowage has no lock, so never.
    pub is_locked: bool,
    /// When it was made.
    pub created_at: Timestamp,
    /// When it last changed.
    pub updated_at: Timestamp,
}

impl From<Bucket> for BucketResponse {
    fn from(bucket: Bucket) -> Self {
        Self {
            bucket_id: bucket.bucket_id,
            bucket_name: bucket.bucket_name,
            description: bucket.description,
            bucket_schema: bucket.bucket_schema,
            unique_key: bucket.unique_key,
            metadata: bucket.metadata,
            storage_class: bucket.storage_class,
            destination: None,
            ingest_filter: None,
            source_adapter: None,
            object_count: 0,
            total_size_bytes: 0,
            failed_object_count: 0,
            storage_stats: None,
            batch_stats: None,
            last_upload_at: None,
            stats_updated_at: None,
            status: bucket.status,
            is_locked: false,
            created_at: bucket.created_at,
            updated_at: bucket.updated_at,
        }
    }
}
