//! A bucket, as the contract answers it (section 4.2).

use serde::Serialize;
use serde_json::{Map, Value};

use super::{Bucket, BucketCounts, BucketStatus, StorageClass};
use crate::Result;
use crate::id::{BucketId, TaskId};
use crate::schema::BucketSchema;
use crate::task::TaskStatus;
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
    /// How many objects it holds, as far as they are counted: soon after the writes.
    pub object_count: u64,
    /// How many bytes its objects' blobs have: as above.
    pub total_size_bytes: u64,
    /// How many of its objects failed in processing: as above.
    pub failed_object_count: u64,
    /// Sizes of its objects; null until one is counted.
    pub storage_stats: Option<StorageStats>,
    /// Numbers of its batches; null until there are batches.
    pub batch_stats: Option<Value>,
    /// When an object was last added.
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

/// Sizes of a bucket's objects, in bytes.
#[derive(Clone, Debug, Serialize)]
#[cfg_attr(feature = "openapi", derive(schemars::JsonSchema))]
#[expect(clippy::struct_field_names, reason = "the contract's names")]
pub struct StorageStats {
    /// Of all together.
    pub total_size_bytes: u64,
    /// Of one, on average.
    pub avg_size_bytes: u64,
    /// Of the largest; null, since it can't be kept up to date by adding and subtracting.
    pub max_size_bytes: Option<u64>,
    /// Of the smallest; null for the same reason.
    pub min_size_bytes: Option<u64>,
}

impl StorageStats {
    fn of(counts: &BucketCounts) -> Self {
        let (objects, total_size_bytes) = (counts.objects(), counts.bytes());
        Self {
            total_size_bytes,
            avg_size_bytes: total_size_bytes.checked_div(objects).unwrap_or(0),
            max_size_bytes: None,
            min_size_bytes: None,
        }
    }
}

impl BucketResponse {
    /// A bucket with what is counted of it.
    pub fn new(bucket: Bucket, counts: &BucketCounts) -> Self {
        let status = bucket.status();
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
            object_count: counts.objects(),
            total_size_bytes: counts.bytes(),
            failed_object_count: counts.failed(),
            storage_stats: counts.stats_updated_at.map(|_| StorageStats::of(counts)),
            batch_stats: None,
            last_upload_at: counts.last_upload_at,
            stats_updated_at: counts.stats_updated_at,
            status,
            is_locked: false,
            created_at: bucket.created_at,
            updated_at: bucket.updated_at,
        }
    }
}

/// The answer to the deletion of a bucket, which a task does (contract section 4.3).
#[derive(Clone, Debug, Serialize)]
#[cfg_attr(feature = "openapi", derive(schemars::JsonSchema))]
pub struct DeleteBucketResponse {
    /// The task; the same for every repeat.
    pub task_id: TaskId,
    /// As the task began.
    pub status: TaskStatus,
    /// The bucket.
    pub bucket_id: BucketId,
    /// Its name.
    pub bucket_name: String,
    /// How many objects it held, as far as they were counted.
    pub object_count: u64,
}

impl DeleteBucketResponse {
    /// The answer for a bucket that is marked.
    pub fn new(bucket: Bucket, counts: &BucketCounts) -> Result<Self> {
        let deletion = bucket.deletion.ok_or_else(|| crate::Error::internal("an unmarked bucket"))?;
        Ok(Self {
            task_id: deletion.task_id,
            status: TaskStatus::Pending,
            bucket_id: bucket.bucket_id,
            bucket_name: bucket.bucket_name,
            object_count: counts.objects(),
        })
    }
}
