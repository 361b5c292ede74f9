//! Batches that a request makes by the way, of what it has just stored: `auto_process` and
//! `auto_submit_batch`.

use serde_json::{Map, Value, json};

use super::{Batch, BatchStatus, SubmitBatchRequest};
use crate::bucket::Bucket;
use crate::id::{BatchId, ObjectId, UploadId};
use crate::object::{ObjectWrite, Replay, ReplayedBy, Written};
use crate::task::Task;
use crate::time::Timestamp;
use crate::{Error, Result};

/// What identifies a write for as long as it is repeated: a repeat that finds the object of its first
/// attempt names the same batch.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct WriteToken(String);

impl WriteToken {
    /// Of a write: its idempotency key's, or the request's own.
    pub fn of(write: &ObjectWrite) -> Self {
        Self(match &write.replay {
            Replay::Never => write.write_id.to_string(),
            Replay::ById { fingerprint } => fingerprint.clone(),
            Replay::ByClaim { claim_id, .. } => claim_id.clone(),
        })
    }
}

impl Batch {
    /// A new draft without anything that only clients name.
    pub fn draft(bucket: &Bucket, batch_id: BatchId, object_ids: Vec<ObjectId>, now: Timestamp) -> Self {
        Self {
            batch_id,
            organisation_id: bucket.organisation_id.clone(),
            namespace_id: bucket.namespace_id.clone(),
            bucket_id: bucket.bucket_id.clone(),
            batch_name: None,
            object_ids,
            collection_ids: None,
            dedup_strategy: None,
            metadata: Map::new(),
            status: BatchStatus::Draft,
            attempt: 0,
            left_ids: None,
            error: None,
            failed_object_count: 0,
            task_id: None,
            version: 0,
            created_at: now,
            updated_at: now,
        }
    }

    /// The submitted batch of what was written, with its task; `None` if there is nothing to process:
    /// an object of the same content is no new one.
    pub fn of_written<'a>(
        bucket: &Bucket,
        written: impl IntoIterator<Item = (&'a Written, &'a WriteToken)>,
        now: Timestamp,
    ) -> Result<Option<(Self, Task)>> {
        let (mut parts, mut object_ids) = (vec!["auto_process"], Vec::new());
        let is_new = |written: &Written| written.replayed_by != Some(ReplayedBy::SkipDuplicates);
        for (written, token) in written.into_iter().filter(|(written, _)| is_new(written)) {
            let object = &written.object;
            if !object_ids.contains(&object.object_id) {
                object_ids.push(object.object_id.clone());
            }
            parts.extend([object.object_id.as_str(), object.incarnation.as_str(), token.0.as_str()]);
        }
        if object_ids.is_empty() {
            return Ok(None);
        }
        Self::submitted_now(bucket, BatchId::derived(parts), object_ids, now).map(Some)
    }

    /// The submitted batch of the object that an upload made, with its task.
    pub fn of_upload(
        bucket: &Bucket,
        upload: &UploadId,
        object: &ObjectId,
        now: Timestamp,
    ) -> Result<(Self, Task)> {
        let id = BatchId::derived(["auto_submit_batch", upload.as_str()]);
        Self::submitted_now(bucket, id, vec![object.clone()], now)
    }

    fn submitted_now(
        bucket: &Bucket,
        id: BatchId,
        object_ids: Vec<ObjectId>,
        now: Timestamp,
    ) -> Result<(Self, Task)> {
        Self::draft(bucket, id, object_ids, now).submitted(&SubmitBatchRequest::default(), now)
    }

    /// Where to learn what comes of the batch: for `consistency.poll` of an answer to a write.
    pub fn to_poll(&self) -> Value {
        let (batch, task) = (&self.batch_id, &self.task_id);
        let path = task.as_ref().map(|task| format!("/v1/tasks/{task}"));
        json!({"method": "GET", "path": path, "batch_id": batch, "task_id": task})
    }

    /// This failure as that of a request which has stored its objects, and could not submit this batch of
    /// them.
    pub fn not_submitted(&self, upload: Option<&UploadId>, error: &Error) -> Error {
        let cause = error.cause().map_or_else(|| error.message(), |cause| cause.for_log().to_owned());
        Error::NotSubmitted {
            batch_id: self.batch_id.clone(),
            object_ids: self.object_ids.clone(),
            upload_id: upload.cloned(),
            cause: crate::error::Cause::new(cause),
        }
    }
}
