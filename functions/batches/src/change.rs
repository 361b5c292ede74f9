//! What becomes of a batch: more objects, its submission, its cancellation, its end.

use stowage_api::{Caller, Reply, Request};
use stowage_domain::batch::{AddObjectsRequest, Batch, BatchResponse, DeletedResponse, SubmitBatchRequest};
use stowage_domain::error::Resource;
use stowage_domain::task::{Task, TaskResponse};
use stowage_domain::{Error, Result};
use stowage_store::ports::{AbsentObjects, CancelTask, ChangeBatch, FindBatch, FindBucket, FindTask};

use crate::Batches;

impl<S: ChangeBatch + FindBatch + FindBucket, B> Batches<S, B> {
    /// Hands a draft to its processor, and answers the task of that.
    pub(crate) async fn submit(&self, caller: &Caller, request: &Request) -> Result<Reply> {
        // The original documents no meaning; what it could force, happens anyway.
        request.flag("force")?;
        let sent: SubmitBatchRequest = request.json()?;
        sent.check()?;
        let (batch, bucket) = self.find(caller, request).await?;
        bucket.map_or(Ok(()), |bucket| bucket.check_writable())?;
        let now = request.now();
        let change = |batch: &Batch| {
            let (submitted, task) = batch.submitted(sent.clone(), now)?;
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

impl<S: CancelTask + ChangeBatch + FindBatch + FindBucket + FindTask, B> Batches<S, B> {
    /// Calls a batch off, with its task. Answers the task; of a draft, which has none, the batch.
    pub(crate) async fn cancel(&self, caller: &Caller, request: &Request) -> Result<Reply> {
        let (batch, _) = self.find(caller, request).await?;
        let batch = self.call_off(&batch, request).await?;
        let Some(task_id) = &batch.task_id else { return Reply::ok(&BatchResponse::from(batch)) };
        let task = self.store.find_task(&batch.organisation_id, task_id).await?;
        match task {
            Some(task) => Reply::ok(&TaskResponse::from(self.end_task(task, request).await?)),
            None => Err(Error::not_found(Resource::Task, task_id.as_str())),
        }
    }

    pub(crate) async fn call_off(&self, batch: &Batch, request: &Request) -> Result<Batch> {
        let now = request.now();
        let change = |batch: &Batch| Ok((batch.canceled(now)?, None));
        Ok(self.store.change_batch(batch, change).await?.0)
    }

    /// The task as it is to be when its batch was called off. A processor may have ended it meanwhile.
    async fn end_task(&self, task: Task, request: &Request) -> Result<Task> {
        if task.status.is_final() {
            return Ok(task);
        }
        self.store.cancel_task(&task, request.now()).await.map_err(Error::after_a_write)
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
