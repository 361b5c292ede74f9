//! What each kind of event says.

use serde::de::DeserializeOwned;
use serde::{Deserialize, Serialize};
use serde_json::{Map, Value};

use crate::id::{BatchId, BucketId, Incarnation, NamespaceId, ObjectId, OrganisationId, TaskId, UploadId};
use crate::time::Timestamp;

/// Reads what an event shows out of an item; `None` where the item isn't what it should be.
fn read<T: DeserializeOwned>(item: &Map<String, Value>) -> Option<T> {
    serde_json::from_value(Value::Object(item.clone())).ok()
}

/// What an event of this kind shows of an item.
pub(super) fn shown<T: DeserializeOwned + Serialize>(item: &Map<String, Value>) -> Option<Value> {
    serde_json::to_value(read::<T>(item)?).ok()
}

/// Of an object.
#[derive(Serialize, Deserialize)]
pub(super) struct ObjectDetail {
    organisation_id: OrganisationId,
    namespace_id: NamespaceId,
    bucket_id: BucketId,
    object_id: ObjectId,
    /// One life under this id: a deleted and re-created object has another.
    incarnation: Incarnation,
    /// Counts the writes of this life: consumers order by it.
    version: u64,
    status: String,
    created_at: Timestamp,
    updated_at: Timestamp,
    #[serde(default)]
    blobs: Vec<BlobDetail>,
    /// Whether any blob waits for its copy: what the rule of `mirror-source` looks for.
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    mirror: bool,
}

/// Of an object's blob.
#[derive(Serialize, Deserialize)]
struct BlobDetail {
    blob_id: String,
    property: String,
    #[serde(rename = "type")]
    blob_type: String,
    /// How far the copy of its source is: `WAITING` or `FAILED`.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    mirror: Option<String>,
}

/// Of an upload.
#[derive(Serialize, Deserialize)]
pub(super) struct UploadDetail {
    organisation_id: OrganisationId,
    namespace_id: NamespaceId,
    bucket_id: BucketId,
    upload_id: UploadId,
    incarnation: Incarnation,
    status: String,
    /// The object that it made or stands for.
    #[serde(default)]
    object_id: Option<ObjectId>,
    #[serde(default)]
    duplicate_of_upload_id: Option<UploadId>,
    content_type: String,
    /// Of the confirmed bytes.
    #[serde(default)]
    stored_size_bytes: Option<u64>,
    created_at: Timestamp,
    #[serde(default)]
    completed_at: Option<Timestamp>,
}

/// Of a batch.
#[derive(Serialize, Deserialize)]
pub(super) struct BatchDetail {
    organisation_id: OrganisationId,
    namespace_id: NamespaceId,
    bucket_id: BucketId,
    batch_id: BatchId,
    /// Counts the batch's changes.
    version: u64,
    status: String,
    /// How often it was submitted: reports name it.
    #[serde(default)]
    attempt: u32,
    #[serde(default)]
    task_id: Option<TaskId>,
    #[serde(default)]
    collection_ids: Option<Vec<String>>,
    /// Its objects, where they are to be processed.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    object_ids: Vec<ObjectId>,
    /// The part of them that this attempt is to process, if it isn't all.
    #[serde(default, skip_serializing)]
    left_ids: Option<Vec<ObjectId>>,
    /// How many could not be processed, once the batch is at its end.
    #[serde(default, skip_serializing_if = "is_zero")]
    failed_object_count: u64,
    created_at: Timestamp,
    updated_at: Timestamp,
}

#[expect(clippy::trivially_copy_pass_by_ref, reason = "it is what serde calls")]
fn is_zero(count: &u64) -> bool {
    *count == 0
}

impl BatchDetail {
    pub(super) fn of(item: &Map<String, Value>, with_objects: bool) -> Option<Value> {
        let mut detail = read::<Self>(item)?;
        if let Some(left) = detail.left_ids.take() {
            detail.object_ids = left;
        }
        if !with_objects {
            detail.object_ids.clear();
        }
        serde_json::to_value(detail).ok()
    }
}
