//! How far a batch's processor is, and how a batch ends.

use std::collections::BTreeSet;

use serde::{Deserialize, Serialize};
use serde_json::json;

use super::{Batch, BatchStatus, SubmitBatchRequest};
use crate::Result;
use crate::id::ObjectId;
use crate::task::{Progress, Task, TaskStatus, TaskType};
use crate::time::Timestamp;

/// What is counted of an attempt at a batch. It is a row of its own: reports change it together with
/// the objects, and the batch's record, which may be large, stays.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct BatchProgress {
    /// Which attempt.
    pub attempt: u32,
    /// Whether it takes reports.
    pub is_open: bool,
    /// Objects that nothing final was reported of.
    pub left: u64,
    /// Objects that were processed.
    pub completed: u64,
    /// Objects that could not be.
    pub failed: u64,
    /// Documents that were reported.
    pub document_count: u64,
    /// Why an object could not be processed: the first that was reported.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub first_error: Option<String>,
    /// When something was last reported; at first, when the batch was submitted.
    pub reported_at: Timestamp,
}

impl BatchProgress {
    /// Nothing has been reported of a batch that is submitted now.
    pub fn begin(batch: &Batch, now: Timestamp) -> Self {
        Self {
            attempt: batch.attempt,
            is_open: true,
            left: batch.to_process().len() as u64,
            completed: 0,
            failed: 0,
            document_count: 0,
            first_error: None,
            reported_at: now,
        }
    }
}

impl Batch {
    /// The objects that the present attempt is to process.
    pub fn to_process(&self) -> &[ObjectId] {
        self.left_ids.as_deref().unwrap_or(&self.object_ids)
    }

    /// The batch handed to its processor, and the task of that. Only a draft with objects can be.
    pub fn submitted(&self, request: &SubmitBatchRequest, now: Timestamp) -> Result<(Self, Task)> {
        self.require(&[BatchStatus::Draft], "can't be submitted")?;
        if self.object_ids.is_empty() {
            return Err(self.refusal("has no objects"));
        }
        Ok(self.handed_over(request, None, now))
    }

    /// A batch that came to no good end handed over once more, but for the objects that are completed.
    pub fn resubmitted(
        &self,
        request: &SubmitBatchRequest,
        completed: &BTreeSet<ObjectId>,
        now: Timestamp,
    ) -> Result<(Self, Task)> {
        self.check_resubmittable()?;
        let is_left = |id: &&ObjectId| !completed.contains(id);
        let left: Vec<ObjectId> = self.object_ids.iter().filter(is_left).cloned().collect();
        if left.is_empty() {
            return Err(self.refusal("has no objects left to process"));
        }
        Ok(self.handed_over(request, Some(left), now))
    }

    /// Refuses what no further attempt can be made at.
    pub fn check_resubmittable(&self) -> Result<()> {
        let able = [BatchStatus::Failed, BatchStatus::CompletedWithErrors, BatchStatus::Canceled];
        self.require(&able, "can't be submitted again")
    }

    fn handed_over(
        &self,
        request: &SubmitBatchRequest,
        left_ids: Option<Vec<ObjectId>>,
        now: Timestamp,
    ) -> (Self, Task) {
        let attempt = self.attempt + 1;
        let input = json!({"batch_id": self.batch_id, "bucket_id": self.bucket_id, "attempt": attempt});
        let mut task =
            Task::pending(&self.scope(), TaskType::ApiBucketsBatchesProcess, vec![input], None, now);
        let batch = Self {
            status: BatchStatus::Pending,
            attempt,
            left_ids,
            task_id: Some(task.task_id.clone()),
            collection_ids: request.collection_ids.clone().or_else(|| self.collection_ids.clone()),
            error: None,
            failed_object_count: 0,
            ..self.changed(now)
        };
        task.progress = Progress { done: 0, total: Some(batch.to_process().len() as u64) };
        (batch, task)
    }

    /// The batch whose processor has begun. One that had stays as it is, and so does one that has come to
    /// its end: its last report may be sent again.
    pub fn begun(&self, now: Timestamp) -> Result<Self> {
        match self.status {
            BatchStatus::Pending => Ok(Self { status: BatchStatus::InProgress, ..self.changed(now) }),
            BatchStatus::Draft | BatchStatus::Canceled => Err(self.refusal("takes no reports")),
            _ => Ok(self.clone()),
        }
    }

    /// The batch at the end of its present attempt. What nothing was reported of counts as failed:
    /// there is such only if the attempt was given up, for the reason that is named.
    pub fn finished(&self, progress: &BatchProgress, given_up: Option<&str>, now: Timestamp) -> Result<Self> {
        self.require(&[BatchStatus::Pending, BatchStatus::InProgress], "is not being processed")?;
        let (failed, total) = (progress.failed + progress.left, self.object_ids.len() as u64);
        let status = match failed {
            0 => BatchStatus::Completed,
            all if all == total => BatchStatus::Failed,
            _ => BatchStatus::CompletedWithErrors,
        };
        let some_failed = || {
            let first = progress.first_error.as_deref().unwrap_or("no reason was reported");
            format!("{failed} of {total} objects could not be processed; the first: {first}")
        };
        Ok(Self {
            status,
            error: given_up.map(str::to_owned).or_else(|| (failed > 0).then(some_failed)),
            failed_object_count: failed,
            ..self.changed(now)
        })
    }
}

impl Task {
    /// The task of a batch as it is by now.
    #[must_use]
    pub fn of_batch(&self, batch: &Batch, progress: Option<&BatchProgress>, now: Timestamp) -> Self {
        let status = match batch.status {
            BatchStatus::Draft | BatchStatus::Pending => TaskStatus::Pending,
            BatchStatus::InProgress => TaskStatus::InProgress,
            BatchStatus::Completed => TaskStatus::Completed,
            BatchStatus::CompletedWithErrors => TaskStatus::CompletedWithErrors,
            BatchStatus::Failed => TaskStatus::Failed,
            BatchStatus::Canceled => TaskStatus::Canceled,
        };
        let mut task = Self { error: batch.error.clone(), ..self.finished(status, now) };
        if let Some(progress) = progress {
            let total = batch.to_process().len() as u64;
            task.progress = Progress { done: total.saturating_sub(progress.left), total: Some(total) };
            if status.is_final() {
                task.outputs = vec![json!({
                    "completed_count": progress.completed,
                    "failed_count": progress.failed + progress.left,
                    "document_count": progress.document_count,
                })];
            }
        }
        task
    }
}
