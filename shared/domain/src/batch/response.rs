//! Batches, as the contract answers them (section 9). What only the original's engine could say is null,
//! or left out where its client does without.

use serde::Serialize;
use serde_json::{Map, Value};

use super::{Batch, BatchStatus, DedupStrategy};
use crate::id::{BatchId, BucketId, NamespaceId, ObjectId, TaskId};
use crate::time::Timestamp;

/// Where a batch is on its way, in the original's words.
#[derive(Clone, Copy, Debug, Serialize)]
#[cfg_attr(feature = "openapi", derive(schemars::JsonSchema))]
#[serde(rename_all = "lowercase")]
pub enum Lifecycle {
    /// It gathers objects.
    Accepted,
    /// It waits for its processor.
    Queued,
    /// It is being processed.
    Extracting,
    /// It is processed.
    Indexed,
    /// It could not be processed.
    Failed,
    /// It was called off.
    Canceled,
}

impl From<BatchStatus> for Lifecycle {
    fn from(status: BatchStatus) -> Self {
        match status {
            BatchStatus::Draft => Self::Accepted,
            BatchStatus::Pending => Self::Queued,
            BatchStatus::InProgress => Self::Extracting,
            BatchStatus::Completed | BatchStatus::CompletedWithErrors => Self::Indexed,
            BatchStatus::Failed => Self::Failed,
            BatchStatus::Canceled => Self::Canceled,
        }
    }
}

/// What kind of batch it is: always of a bucket.
#[derive(Clone, Copy, Debug, Serialize)]
#[cfg_attr(feature = "openapi", derive(schemars::JsonSchema))]
#[serde(rename_all = "UPPERCASE")]
pub enum BatchType {
    /// Of a bucket's objects.
    Bucket,
}

/// A batch as clients see it.
#[derive(Clone, Debug, Serialize)]
#[cfg_attr(feature = "openapi", derive(schemars::JsonSchema))]
pub struct BatchResponse {
    /// Its id.
    pub batch_id: BatchId,
    /// The bucket that its objects are in.
    pub bucket_id: BucketId,
    /// Where that is.
    pub namespace_id: NamespaceId,
    /// Its name.
    pub batch_name: Option<String>,
    /// What kind of batch it is.
    #[serde(rename = "type")]
    pub kind: BatchType,
    /// How far it is.
    pub status: BatchStatus,
    /// The same in the original's words.
    pub lifecycle: Lifecycle,
    /// Always null.
    pub lifecycle_reason: Option<String>,
    /// Its objects.
    pub object_ids: Vec<ObjectId>,
    /// What the processor is to fill.
    pub collection_ids: Option<Vec<String>>,
    /// What the processor is to do with what it knows.
    pub dedup_strategy: Option<DedupStrategy>,
    /// Free data.
    pub metadata: Map<String, Value>,
    /// The task of its processing, once it was submitted.
    pub task_id: Option<TaskId>,
    /// Why it failed.
    pub error: Option<String>,
    /// How many objects could not be processed.
    pub failed_object_count: u64,
    /// Always 0: nothing is submitted again by itself.
    pub max_node_death_resubmits: u32,
    /// Always 0, too.
    pub max_deploy_resubmits: u32,
    /// When it was made.
    pub created_at: Timestamp,
    /// When it last changed.
    pub updated_at: Timestamp,
}

impl From<Batch> for BatchResponse {
    fn from(batch: Batch) -> Self {
        Self {
            batch_id: batch.batch_id,
            bucket_id: batch.bucket_id,
            namespace_id: batch.namespace_id,
            batch_name: batch.batch_name,
            kind: BatchType::Bucket,
            status: batch.status,
            lifecycle: batch.status.into(),
            lifecycle_reason: None,
            object_ids: batch.object_ids,
            collection_ids: batch.collection_ids,
            dedup_strategy: batch.dedup_strategy,
            metadata: batch.metadata,
            task_id: batch.task_id,
            error: batch.error,
            failed_object_count: batch.failed_object_count,
            max_node_death_resubmits: 0,
            max_deploy_resubmits: 0,
            created_at: batch.created_at,
            updated_at: batch.updated_at,
        }
    }
}

/// That something was deleted or called off.
#[derive(Clone, Debug, Serialize)]
#[cfg_attr(feature = "openapi", derive(schemars::JsonSchema))]
pub struct DeletedResponse {
    /// Always true.
    pub success: bool,
    /// The same for people.
    pub message: String,
}

impl DeletedResponse {
    /// It was.
    pub fn new(message: impl Into<String>) -> Self {
        Self { success: true, message: message.into() }
    }
}
