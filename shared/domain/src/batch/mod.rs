//! Batches: objects of a bucket that are handed to a processor together (contract section 9).

mod automatic;
mod progress;
mod report;
mod request;
mod response;

use serde::{Deserialize, Serialize};
use serde_json::{Map, Value};

use crate::error::Resource;
use crate::id::{BatchId, BucketId, NamespaceId, ObjectId, OrganisationId, TaskId};
use crate::limits::{DRAFT_SECONDS, MAX_BATCH_MEMBERS};
use crate::namespace::Scope;
use crate::time::Timestamp;
use crate::violation::Path;
use crate::{Error, Result};

pub use automatic::WriteToken;
pub use progress::BatchProgress;
pub use report::{
    MemberOutcome, ObjectReport, Record, Refusal, Report, ReportRequest, ReportResponse, ReportedStatus,
    Verdict,
};
pub use request::{AddObjectsRequest, BatchDraft, CreateBatchRequest, Members, SubmitBatchRequest};
pub use response::{BatchResponse, DeletedResponse};

/// How far a batch is.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(schemars::JsonSchema))]
#[serde(rename_all = "SCREAMING_SNAKE_CASE")]
pub enum BatchStatus {
    /// It gathers objects.
    Draft,
    /// It waits for its processor.
    Pending,
    /// Its processor has begun.
    InProgress,
    /// Every object is processed.
    Completed,
    /// Some objects could not be processed.
    CompletedWithErrors,
    /// No object could be processed.
    Failed,
    /// It was called off.
    Canceled,
}

impl BatchStatus {
    /// Its name, as it is stored and shown.
    pub fn name(self) -> &'static str {
        match self {
            Self::Draft => "DRAFT",
            Self::Pending => "PENDING",
            Self::InProgress => "IN_PROGRESS",
            Self::Completed => "COMPLETED",
            Self::CompletedWithErrors => "COMPLETED_WITH_ERRORS",
            Self::Failed => "FAILED",
            Self::Canceled => "CANCELED",
        }
    }

    /// Whether a processor has it, or is to get it.
    pub fn is_active(self) -> bool {
        matches!(self, Self::Pending | Self::InProgress)
    }
}

/// What a processor does with an object that it has processed before (contract section 10).
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(schemars::JsonSchema))]
#[serde(rename_all = "lowercase")]
pub enum DedupStrategy {
    /// It leaves it out.
    Skip,
    /// It replaces what came of it.
    Replace,
    /// It processes it as if it were new.
    Force,
}

/// A batch.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Batch {
    /// Its id; found by organisation alone, since clients poll without naming a namespace.
    pub batch_id: BatchId,
    /// Whose it is.
    pub organisation_id: OrganisationId,
    /// Where its bucket is.
    pub namespace_id: NamespaceId,
    /// The bucket that its objects are in.
    pub bucket_id: BucketId,
    /// A name, for people.
    pub batch_name: Option<String>,
    /// Its objects, each once, in the order in which they were named.
    pub object_ids: Vec<ObjectId>,
    /// What the processor is to fill; Stowage passes it on.
    pub collection_ids: Option<Vec<String>>,
    /// What the processor is to do with what it knows.
    pub dedup_strategy: Option<DedupStrategy>,
    /// Free data.
    pub metadata: Map<String, Value>,
    /// How far it is.
    pub status: BatchStatus,
    /// How often it was submitted. Reports belong to one attempt.
    #[serde(default)]
    pub attempt: u32,
    /// What the present attempt is to process, if that isn't all of it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub left_ids: Option<Vec<ObjectId>>,
    /// Why objects could not be processed.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub error: Option<String>,
    /// How many could not be, at the end of the last attempt.
    #[serde(default)]
    pub failed_object_count: u64,
    /// The task of its processing, from its submission on.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub task_id: Option<TaskId>,
    /// Counts its changes, from 0: a change is made to the version that was read.
    pub version: u64,
    /// When it was made.
    pub created_at: Timestamp,
    /// When it last changed.
    pub updated_at: Timestamp,
}

impl Batch {
    /// Where its bucket is.
    pub fn scope(&self) -> Scope {
        let (organisation_id, namespace_id) = (self.organisation_id.clone(), self.namespace_id.clone());
        Scope { organisation_id, namespace_id }
    }

    /// When its record ends by itself, in seconds since the Unix epoch: only a draft's does.
    pub fn ends_at_seconds(&self) -> Option<i64> {
        let is_draft = self.status == BatchStatus::Draft;
        is_draft.then(|| self.created_at.plus_seconds(DRAFT_SECONDS).seconds())
    }

    /// The draft with more objects; those that it has stay where they are.
    pub fn with_more(&self, objects: &[ObjectId], now: Timestamp) -> Result<Self> {
        self.require(&[BatchStatus::Draft], "takes no more objects")?;
        let mut object_ids = self.object_ids.clone();
        for object in objects {
            if !object_ids.contains(object) {
                object_ids.push(object.clone());
            }
        }
        if object_ids.len() > MAX_BATCH_MEMBERS {
            let message =
                format!("a batch has at most {MAX_BATCH_MEMBERS} objects, not {}", object_ids.len());
            return Err(Error::field("too_long", Path::body().key("object_ids"), message));
        }
        Ok(Self { object_ids, ..self.changed(now) })
    }

    /// The batch called off; one that is called off already stays as it is.
    pub fn canceled(&self, now: Timestamp) -> Result<Self> {
        if self.status == BatchStatus::Canceled {
            return Ok(self.clone());
        }
        let able = [BatchStatus::Draft, BatchStatus::Pending, BatchStatus::InProgress];
        self.require(&able, "can't be canceled")?;
        Ok(Self { status: BatchStatus::Canceled, ..self.changed(now) })
    }

    /// Refuses to delete a batch that a processor may be working on.
    pub fn check_deletable(&self) -> Result<()> {
        if self.status.is_active() { Err(self.refusal("can't be deleted; cancel it first")) } else { Ok(()) }
    }

    fn changed(&self, now: Timestamp) -> Self {
        Self { version: self.version + 1, updated_at: now, ..self.clone() }
    }

    fn require(&self, statuses: &[BatchStatus], otherwise: &'static str) -> Result<()> {
        if statuses.contains(&self.status) { Ok(()) } else { Err(self.refusal(otherwise)) }
    }

    fn refusal(&self, why: &'static str) -> Error {
        let (id, status) = (self.batch_id.to_string(), self.status.name());
        Error::WrongState { resource: Resource::Batch, id, status, why }
    }
}

#[cfg(test)]
mod tests;
