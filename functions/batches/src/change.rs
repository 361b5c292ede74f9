//! What becomes of a batch: more objects, its submission, its cancellation, its end.

use std::collections::BTreeSet;

use stowage_api::{Caller, Reply, Request};
use stowage_domain::batch::{
    AddObjectsRequest, Batch, BatchResponse, BatchStatus, DeletedResponse, SubmitBatchRequest,
};
use stowage_domain::error::Resource;
use stowage_domain::task::{Task, TaskResponse};
use stowage_domain::{Error, Result};
use stowage_ingest::task_of;
use stowage_store::ports::{
    AbsentObjects, ChangeBatch, FindBatch, FindBucket, FindTask, ReadProgress, ReleaseObjects,
};

use crate::Batches;

impl<S: ChangeBatch + FindBatch + FindBucket + ReadProgress, B> Batches<S, B> {
    /// Hands a draft to its processor, and answers the task of that; with `force` also a batch that came
    /// to no good end, but for what is completed.
    pub(crate) async fn submit(&self, caller: &Caller, request: &Request) -> Result<Reply> {
        let force = request.flag("force")?;
        let sent: SubmitBatchRequest = request.json()?;
        sent.check()?;
        let (batch, bucket) = self.find(caller, request).await?;
        bucket.map_or(Ok(()), |bucket| bucket.check_writable())?;
        let now = request.now();
        let completed = if force && batch.status != BatchStatus::Draft {
            batch.check_resubmittable()?;
            self.store.completed_objects(&batch).await?
        } else {
            BTreeSet::new()
        };
        let attempt = batch.attempt;
        let change = |batch: &Batch| {
            let (submitted, task) = if force && batch.status != BatchStatus::Draft {
                // What was completed is known of the attempt that was read.
                if batch.attempt != attempt {
                    batch.check_resubmittable()?;
                    return Err(batch.stale(attempt));
                }
                batch.resubmitted(&sent, &completed, now)?
            } else {
                batch.submitted(&sent, now)?
            };
            Ok((submitted, Some(task)))
        };
        match self.store.change_batch(&batch, change).await? {
            (_, Some(task)) => Reply::ok(&TaskResponse::from(task)),
            (_, None) => Err(Error::internal("a submission without a task")),
        }
    }
}

impl<S: AbsentObjects + ChangeBatch + FindBatch + FindBucket, B> Batches<S, B> {
    /// Adds objects to a draft.
    pub(crate) async fn add(&self, caller: &Caller, request: &Request) -> Result<Reply> {
        let skip_validation = request.flag("skip_validation")?;
        let (batch, bucket) = self.find(caller, request).await?;
        let ids = request.json::<AddObjectsRequest>()?.into_ids()?;
        if let Some(bucket) = &bucket {
            bucket.check_writable()?;
            if !skip_validation {
                self.check_present(bucket, &ids).await?;
            }
        }
        let now = request.now();
        let change = |batch: &Batch| Ok((batch.with_more(&ids, now)?, None));
        let (batch, _) = self.store.change_batch(&batch, change).await?;
        Reply::ok(&BatchResponse::from(batch))
    }
}

impl<S: ChangeBatch + FindBatch + FindBucket + FindTask + ReleaseObjects, B> Batches<S, B> {
    /// Calls a batch off, with its task. Answers the task; of a draft, which has none, the batch.
    pub(crate) async fn cancel(&self, caller: &Caller, request: &Request) -> Result<Reply> {
        let (batch, _) = self.find(caller, request).await?;
        let (batch, task) = self.call_off(&batch, request).await?;
        let Some(task_id) = &batch.task_id else { return Reply::ok(&BatchResponse::from(batch)) };
        match task {
            Some(task) => Reply::ok(&TaskResponse::from(task)),
            None => Err(Error::not_found(Resource::Task, task_id.as_str())),
        }
    }

    /// Calls a batch off; gives it with its task, if that is there. What its processor has begun with is
    /// PENDING again; one that is called off already gets what was left undone of that.
    pub(crate) async fn call_off(&self, batch: &Batch, request: &Request) -> Result<(Batch, Option<Task>)> {
        let now = request.now();
        let mut batch = batch.clone();
        loop {
            let task = task_of(&self.store, &batch).await?;
            let change = |stored: &Batch| {
                // It was submitted meanwhile: the task that was read isn't the one to call off.
                if stored.task_id != batch.task_id {
                    return Ok((stored.clone(), None));
                }
                let canceled = stored.canceled(now)?;
                let task = task.as_ref().filter(|task| !task.status.is_final());
                Ok((canceled, task.map(|task| task.canceled(now)).transpose()?))
            };
            let (changed, canceled) = self.store.change_batch(&batch, change).await?;
            batch = changed;
            if batch.status == BatchStatus::Canceled {
                if batch.attempt > 0 {
                    self.store.release_objects(&batch, None, now).await.map_err(Error::after_a_write)?;
                }
                return Ok((batch, canceled.or(task)));
            }
        }
    }
}

impl<S: ChangeBatch + FindBatch + FindBucket, B> Batches<S, B> {
    /// Deletes a batch that no processor may be working on.
    pub(crate) async fn delete(&self, caller: &Caller, request: &Request) -> Result<Reply> {
        let (batch, _) = self.find(caller, request).await?;
        self.store.delete_batch(&batch).await?;
        Reply::ok(&DeletedResponse::new(format!("The batch {} was deleted.", batch.batch_id)))
    }
}
