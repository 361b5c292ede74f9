//! The body of `POST …/uploads/confirm/batch`, its answer, and what becomes of each confirmation.

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};
use serde_json::{Value, json};

use super::{all_valid, check_count};
use crate::bucket::Bucket;
use crate::error::Resource;
use crate::id::{ObjectId, TaskId, UploadId};
use crate::policy::Policy;
use crate::task::{Confirmation, Progress, Task, TaskResponse, TaskStatus, TaskType, Work};
use crate::time::Timestamp;
use crate::upload::confirm::bare_etag;
use crate::upload::{ConfirmUploadRequest, Upload, UploadStatus};
use crate::violation::{Path, Violations};
use crate::{Error, Result};

/// What a client sends to have many uploads confirmed.
#[derive(Clone, Debug, Deserialize)]
#[cfg_attr(feature = "openapi", derive(schemars::JsonSchema))]
#[serde(deny_unknown_fields)]
pub struct BatchConfirmRequest {
    /// The uploads with what is expected of each, 1 to 100. They are read one by one, so that all that is wrong
    /// with them is told at once.
    #[cfg_attr(feature = "openapi", schemars(with = "Vec<ConfirmationRequest>", length(min = 1, max = crate::limits::MAX_BATCH_UPLOADS)))]
    pub confirmations: Vec<Value>,
}

/// One of them. Keys that it doesn't name are ignored: the contract leaves it open (section 2.6).
#[derive(Clone, Debug, Deserialize)]
#[cfg_attr(feature = "openapi", derive(schemars::JsonSchema))]
#[cfg_attr(feature = "openapi", schemars(transform = crate::openapi::Alias("file_size_bytes", "file_size")))]
pub struct ConfirmationRequest {
    /// The upload.
    #[cfg_attr(feature = "openapi", schemars(with = "UploadId"))]
    pub upload_id: String,
    /// The ETag that S3 answered to the PUT, with or without quotes.
    #[serde(default)]
    #[cfg_attr(feature = "openapi", schemars(length(max = crate::upload::confirm::MAX_ETAG_CHARS)))]
    pub etag: Option<String>,
    /// The size in bytes. `file_size` is an alias, as on a single confirm.
    #[serde(default, alias = "file_size")]
    #[cfg_attr(feature = "openapi", schemars(range(min = 1)))]
    pub file_size_bytes: Option<u64>,
    /// Whether to submit a batch with the new object.
    #[serde(default)]
    pub auto_submit_batch: Option<bool>,
}

impl BatchConfirmRequest {
    /// Checks what can be checked without the uploads. `read` makes a request of a row.
    pub fn into_confirmations(
        self,
        read: impl Fn(Value) -> Result<ConfirmationRequest>,
    ) -> Result<Vec<Confirmation>> {
        let at = Path::body().key("confirmations");
        check_count(&self.confirmations, &at).into_result()?;
        let rows = self.confirmations.into_iter().map(|row| read(row)?.into_confirmation());
        let confirmations = all_valid(rows, &at)?;
        let (mut first, mut violations) = (BTreeMap::new(), Violations::new());
        for (position, confirmation) in confirmations.iter().enumerate() {
            if let Some(earlier) = first.insert(&confirmation.upload_id, position) {
                let message = format!("is confirmed by entry {earlier} of the list already");
                violations.add("value_error", at.index(position).key("upload_id"), message);
            }
        }
        violations.into_result()?;
        Ok(confirmations)
    }
}

impl ConfirmationRequest {
    fn into_confirmation(self) -> Result<Confirmation> {
        let Self { upload_id, etag, file_size_bytes, auto_submit_batch } = self;
        ConfirmUploadRequest { etag: etag.clone(), file_size_bytes, auto_submit_batch }.check()?;
        let Some(upload_id) = UploadId::parse(&upload_id) else {
            let at = Path::body().key("upload_id");
            return Err(Error::field("string_pattern_mismatch", at, "must be the id of an upload, upl_…"));
        };
        Ok(Confirmation {
            upload_id,
            etag: etag.as_deref().map(bare_etag).map(str::to_owned),
            file_size_bytes,
            auto_submit_batch: auto_submit_batch.filter(|submits| *submits),
        })
    }
}

impl From<&Confirmation> for ConfirmUploadRequest {
    fn from(confirmation: &Confirmation) -> Self {
        let Confirmation { etag, file_size_bytes, auto_submit_batch, .. } = confirmation;
        let (file_size_bytes, auto_submit_batch) = (*file_size_bytes, *auto_submit_batch);
        Self { etag: etag.clone(), file_size_bytes, auto_submit_batch }
    }
}

impl Task {
    /// The task that confirms these uploads of a bucket: `uploads` has those of them that there are.
    /// A 404 that names each if one isn't there or not in this bucket, a 422 if an object is to be made
    /// and no policy says how.
    pub fn confirming(
        confirmations: Vec<Confirmation>,
        uploads: &BTreeMap<UploadId, Upload>,
        bucket: &Bucket,
        policy: Option<Policy>,
        now: Timestamp,
    ) -> Result<Self> {
        let scope = bucket.scope();
        let upload_of = |confirmation: &Confirmation| {
            let upload = uploads.get(&confirmation.upload_id);
            upload.filter(|upload| upload.scope == scope && upload.bucket_id == bucket.bucket_id)
        };
        let mut places = Violations::new();
        let mut first = None;
        for (position, confirmation) in confirmations.iter().enumerate() {
            if upload_of(confirmation).is_none() {
                let at = Path::body().key("confirmations").index(position).key("upload_id");
                places.add("not_found", at, "no such upload in this bucket");
                first.get_or_insert_with(|| confirmation.upload_id.to_string());
            }
        }
        if let Some(id) = first {
            return Err(Error::NoneOf { resource: Resource::Upload, id, places });
        }
        if confirmations.iter().filter_map(upload_of).any(|upload| upload.create_object_on_confirm) {
            bucket.policy(policy, true)?;
        }
        let input = |confirmation: &Confirmation| json!({"upload_id": confirmation.upload_id, "bucket_id": bucket.bucket_id});
        let inputs = confirmations.iter().map(input).collect();
        let progress = Progress { done: 0, total: u64::try_from(confirmations.len()).ok() };
        let work = Work::ConfirmUploads { bucket_id: bucket.bucket_id.clone(), policy, confirmations };
        let task_type = TaskType::ApiBucketsUploadsBatchConfirm;
        Ok(Self { progress, ..Self::pending(&scope, task_type, inputs, Some(work), now) })
    }
}

/// The answer: the work is a task's, which clients poll.
#[derive(Clone, Debug, Serialize)]
#[cfg_attr(feature = "openapi", derive(schemars::JsonSchema))]
pub struct BatchConfirmResponse {
    /// The task.
    pub task_id: TaskId,
    /// How far it is: PENDING.
    pub status: TaskStatus,
    /// How many uploads it is to confirm.
    pub confirmations_count: usize,
    /// The task as `GET /v1/tasks/{task_id}` shows it.
    pub task: TaskResponse,
    /// What people should know of it.
    pub message: String,
}

impl BatchConfirmResponse {
    /// The answer about a task that was just stored.
    pub fn new(task: Task, confirmations_count: usize) -> Self {
        let (task_id, status) = (task.task_id.clone(), task.status);
        let message = format!("The uploads are being confirmed; poll GET /v1/tasks/{task_id}.");
        Self { task_id, status, confirmations_count, task: task.into(), message }
    }
}

/// What came of one confirmation: an entry of the task's outputs, in the request's order.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct ConfirmationOutcome {
    /// The upload.
    pub upload_id: UploadId,
    /// COMPLETED, or FAILED: then the upload is as it was, and may be confirmed again.
    pub status: UploadStatus,
    /// The object that it made or stands for.
    pub object_id: Option<ObjectId>,
    /// Why it failed, for people.
    pub error: Option<String>,
    /// The type of the error that a single confirm would have been answered with.
    pub error_type: Option<&'static str>,
    /// Its code, if it has one.
    pub code: Option<&'static str>,
}

impl ConfirmationOutcome {
    /// The entry for a confirmation's result.
    pub fn new(upload_id: UploadId, result: &Result<Upload>) -> Self {
        let error = result.as_ref().err();
        Self {
            upload_id,
            status: if error.is_some() { UploadStatus::Failed } else { UploadStatus::Completed },
            object_id: result.as_ref().ok().and_then(|upload| upload.object_id.clone()),
            error: error.map(Error::sentence),
            error_type: error.map(Error::type_name),
            code: error.and_then(Error::code),
        }
    }
}
