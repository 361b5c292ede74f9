//! Tasks: the records of asynchronous work that clients poll (contract section 9).
//!
//! A task whose [`Work`] is set is done by the function `run-task`. It is stored in the transaction that
//! makes the work necessary, so that there is never one without the other.

use serde::{Deserialize, Serialize};
use serde_json::Value;

use crate::error::Resource;
use crate::id::{BatchId, BucketId, NamespaceId, OrganisationId, TaskId, UploadId};
use crate::namespace::Scope;
use crate::policy::Policy;
use crate::time::Timestamp;
use crate::upload::Hashed;
use crate::{Error, Result};

/// What kind of work a task is, as the contract names it.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(schemars::JsonSchema))]
#[serde(rename_all = "snake_case")]
pub enum TaskType {
    /// A namespace's removal with everything in it.
    ApiNamespacesDelete,
    /// A bucket's removal with everything in it.
    ApiBucketsDelete,
    /// A batch, from its submission on.
    ApiBucketsBatchesProcess,
    /// One upload's confirmation with `?async=true`.
    ApiBucketsUploadsConfirm,
    /// Many uploads' confirmation.
    ApiBucketsUploadsBatchConfirm,
}

/// How far the work is.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(schemars::JsonSchema))]
#[serde(rename_all = "SCREAMING_SNAKE_CASE")]
pub enum TaskStatus {
    /// Not begun.
    Pending,
    /// Begun.
    InProgress,
    /// Done.
    Completed,
    /// Done as far as it could be; the outputs say what couldn't.
    CompletedWithErrors,
    /// Given up.
    Failed,
    /// Called off before it began.
    Canceled,
}

impl TaskStatus {
    /// Its name, as it is stored and shown.
    pub fn name(self) -> &'static str {
        match self {
            Self::Pending => "PENDING",
            Self::InProgress => "IN_PROGRESS",
            Self::Completed => "COMPLETED",
            Self::CompletedWithErrors => "COMPLETED_WITH_ERRORS",
            Self::Failed => "FAILED",
            Self::Canceled => "CANCELED",
        }
    }

    /// Whether nothing more will happen.
    pub fn is_final(self) -> bool {
        !matches!(self, Self::Pending | Self::InProgress)
    }
}

/// One upload of a batch confirmation, with what the client expects of its bytes.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Confirmation {
    /// The upload.
    pub upload_id: UploadId,
    /// The ETag that S3 should have, without quotes.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub etag: Option<String>,
    /// The size in bytes that S3 should have.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub file_size_bytes: Option<u64>,
    /// Whether to submit a batch with the new object.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub auto_submit_batch: Option<bool>,
}

/// What `run-task` has to do for a task.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(tag = "kind", rename_all = "snake_case")]
pub enum Work {
    /// Remove a bucket that is marked as being deleted.
    DeleteBucket {
        /// The bucket.
        bucket_id: BucketId,
    },
    /// Remove a namespace that is marked as being deleted.
    DeleteNamespace,
    /// Confirm uploads of one bucket.
    ConfirmUploads {
        /// The bucket.
        bucket_id: BucketId,
        /// The policy of the request's query.
        policy: Option<Policy>,
        /// The uploads, in the request's order.
        confirmations: Vec<Confirmation>,
    },
    /// Verify the declared SHA-256 of a confirmed upload.
    VerifyUpload {
        /// The upload.
        upload_id: UploadId,
        /// How far it is hashed.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        hashed: Option<Hashed>,
    },
}

/// How much of the work is done, in things: objects and uploads removed, confirmations answered, bytes
/// verified.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(schemars::JsonSchema))]
#[cfg_attr(feature = "openapi", schemars(rename = "TaskProgress"))]
pub struct Progress {
    /// Done so far.
    pub done: u64,
    /// How many there are, where that is known.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub total: Option<u64>,
}

/// The record of a piece of work.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Task {
    /// Its id; found by organisation alone, since clients poll without naming a namespace.
    pub task_id: TaskId,
    /// Whose it is.
    pub organisation_id: OrganisationId,
    /// Where the work happens.
    pub namespace_id: NamespaceId,
    /// What it is.
    pub task_type: TaskType,
    /// How far it is.
    pub status: TaskStatus,
    /// What it works on.
    pub inputs: Vec<Value>,
    /// What came of it.
    pub outputs: Vec<Value>,
    /// Why it failed.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub error: Option<String>,
    /// What `run-task` has to do; none for a task that was finished when it was stored.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub work: Option<Work>,
    /// How much of it is done.
    #[serde(default)]
    pub progress: Progress,
    /// Which turn of `run-task` is to work on it, from 0: what it can't do in one, the next one does.
    /// Only that turn's run may write to the task.
    #[serde(default)]
    pub turn: u32,
    /// When it was made.
    pub created_at: Timestamp,
    /// When it last changed.
    pub updated_at: Timestamp,
}

impl Task {
    /// A task to be done.
    pub fn pending(
        scope: &Scope,
        task_type: TaskType,
        inputs: Vec<Value>,
        work: Option<Work>,
        now: Timestamp,
    ) -> Self {
        Self {
            task_id: TaskId::random(),
            organisation_id: scope.organisation_id.clone(),
            namespace_id: scope.namespace_id.clone(),
            task_type,
            status: TaskStatus::Pending,
            inputs,
            outputs: Vec::new(),
            error: None,
            work,
            progress: Progress::default(),
            turn: 0,
            created_at: now,
            updated_at: now,
        }
    }
}

/// What a run of `run-task` leaves of a task.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Next {
    /// The run goes on with it.
    Same,
    /// Another run goes on with it.
    Turn,
    /// It is finished.
    Nothing,
}

impl Task {
    /// Where the work happens.
    pub fn scope(&self) -> Scope {
        let (organisation_id, namespace_id) = (self.organisation_id.clone(), self.namespace_id.clone());
        Scope { organisation_id, namespace_id }
    }

    /// The task, called off; one that is called off already stays as it is. Only what a client alone
    /// waits for can be, and only before it has begun, but for batches: a deletion's mark is never taken
    /// off again.
    pub fn canceled(&self, now: Timestamp) -> Result<Self> {
        let refusal = |why| {
            let (id, status) = (self.task_id.to_string(), self.status.name());
            Error::WrongState { resource: Resource::Task, id, status, why }
        };
        match (self.status, &self.work) {
            (TaskStatus::Canceled, _) => Ok(self.clone()),
            (TaskStatus::Pending, Some(Work::DeleteBucket { .. } | Work::DeleteNamespace)) => {
                Err(refusal("can't be canceled: a deletion is final"))
            }
            (TaskStatus::Pending, _) => Ok(self.finished(TaskStatus::Canceled, now)),
            // What its processor reports from then on is refused.
            (TaskStatus::InProgress, _) if self.batch_id().is_some() => {
                Ok(self.finished(TaskStatus::Canceled, now))
            }
            _ => Err(refusal("can't be canceled any more")),
        }
    }

    /// The batch that it processes, if it does.
    pub fn batch_id(&self) -> Option<BatchId> {
        let is_batch = self.task_type == TaskType::ApiBucketsBatchesProcess;
        let id = self.inputs.first().and_then(|input| input["batch_id"].as_str());
        id.filter(|_| is_batch).and_then(BatchId::parse)
    }

    /// The task, begun.
    #[must_use]
    pub fn begun(&self, now: Timestamp) -> Self {
        Self { status: TaskStatus::InProgress, updated_at: now, ..self.clone() }
    }

    /// The task, finished.
    #[must_use]
    pub fn finished(&self, status: TaskStatus, now: Timestamp) -> Self {
        Self { status, updated_at: now, ..self.clone() }
    }

    /// The task, given up, and why.
    #[must_use]
    pub fn failed(&self, error: impl Into<String>, now: Timestamp) -> Self {
        Self { error: Some(error.into()), ..self.finished(TaskStatus::Failed, now) }
    }
}

/// A task as clients see it.
#[derive(Clone, Debug, Serialize)]
#[cfg_attr(feature = "openapi", derive(schemars::JsonSchema))]
pub struct TaskResponse {
    /// Its id.
    pub task_id: TaskId,
    /// What it is.
    pub task_type: TaskType,
    /// How far it is.
    pub status: TaskStatus,
    /// What it works on.
    pub inputs: Vec<Value>,
    /// What came of it.
    pub outputs: Vec<Value>,
    /// Why it failed.
    pub error: Option<String>,
    /// Always null: tasks wait for nobody but their queue.
    pub queue_position: Option<u32>,
    /// Always null, too.
    pub estimated_wait_minutes: Option<u32>,
    /// Always null: a cancellation has happened when it is answered.
    pub cancellation: Option<String>,
    /// Its progress and times; the original's clients pass them on as they are.
    pub additional_data: AdditionalData,
}

/// What Stowage says of a task beyond the contract's own fields.
#[derive(Clone, Debug, Serialize)]
#[cfg_attr(feature = "openapi", derive(schemars::JsonSchema))]
#[cfg_attr(feature = "openapi", schemars(rename = "TaskAdditionalData"))]
pub struct AdditionalData {
    /// Where the work happens.
    pub namespace_id: NamespaceId,
    /// How much of it is done.
    pub progress: Progress,
    /// When it was made.
    pub created_at: Timestamp,
    /// When it last changed.
    pub updated_at: Timestamp,
}

impl From<Task> for TaskResponse {
    fn from(task: Task) -> Self {
        Self {
            task_id: task.task_id,
            task_type: task.task_type,
            status: task.status,
            inputs: task.inputs,
            outputs: task.outputs,
            error: task.error,
            queue_position: None,
            estimated_wait_minutes: None,
            cancellation: None,
            additional_data: AdditionalData {
                namespace_id: task.namespace_id,
                progress: task.progress,
                created_at: task.created_at,
                updated_at: task.updated_at,
            },
        }
    }
}
