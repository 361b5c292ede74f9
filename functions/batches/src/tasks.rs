//! Tasks: what clients poll.

use stowage_api::listing::Source;
use stowage_api::{Caller, Reply, Request};
use stowage_domain::batch::{Batch, DeletedResponse};
use stowage_domain::error::Resource;
use stowage_domain::id::TaskId;
use stowage_domain::listing::{ListKind, Stretch, Walked};
use stowage_domain::task::{Task, TaskResponse, TaskStatus};
use stowage_domain::{Error, Result};
use stowage_store::ports::{
    CancelTask, ChangeBatch, FindBatch, FindBucket, FindTask, ListTasks, ReadProgress, ReleaseObjects,
};

use crate::Batches;
use crate::list::{answer, read};

impl<S: FindBatch + FindTask + ReadProgress, B> Batches<S, B> {
    /// Shows a task; a batch's with what was reported by now.
    pub(crate) async fn get_task(&self, caller: &Caller, request: &Request) -> Result<Reply> {
        let mut task = self.task(caller, request).await?;
        if task.status == TaskStatus::InProgress
            && let Some(batch) = self.batch_of(&task).await?
            && let Some(progress) = self.store.batch_progress(&batch).await?
        {
            task = task.of_batch(&batch, Some(&progress), progress.reported_at);
        }
        Reply::ok(&TaskResponse::from(task))
    }
}

impl<S: FindTask, B> Batches<S, B> {
    /// The task that a request names; one out of the key's reach isn't there.
    async fn task(&self, caller: &Caller, request: &Request) -> Result<Task> {
        let sent = request.parameter("task_id");
        let missing = || Error::not_found(Resource::Task, sent);
        let id = TaskId::parse(sent).ok_or_else(missing)?;
        let found = self.store.find_task(caller.organisation_id(), &id).await?;
        found.filter(|task| caller.reaches_id(&task.namespace_id)).ok_or_else(missing)
    }
}

impl<S: CancelTask + ChangeBatch + FindBatch + FindBucket + FindTask + ReleaseObjects, B> Batches<S, B> {
    /// Calls a task off that has not begun; with a batch's task, the batch.
    pub(crate) async fn cancel_task(&self, caller: &Caller, request: &Request) -> Result<Reply> {
        let task = self.task(caller, request).await?;
        task.canceled(request.now())?;
        // A batch's task changes with its batch.
        if task.batch_id().is_none() {
            self.store.cancel_task(&task, request.now()).await?;
        } else if let Some(batch) = self.batch_of(&task).await? {
            self.call_off(&batch, request).await?;
        }
        Reply::ok(&DeletedResponse::new(format!("The task {} was canceled.", task.task_id)))
    }
}

impl<S: FindBatch, B> Batches<S, B> {
    /// The batch that a task is of now: a task of an earlier attempt is at its end, and so is one whose
    /// batch was deleted.
    async fn batch_of(&self, task: &Task) -> Result<Option<Batch>> {
        let Some(batch_id) = task.batch_id() else { return Ok(None) };
        let batch = self.store.find_batch(&task.organisation_id, &batch_id).await?;
        Ok(batch.filter(|batch| batch.task_id.as_ref() == Some(&task.task_id)))
    }
}

impl<S: ListTasks, B> Batches<S, B> {
    /// Shows a page of the organisation's tasks, the newest first.
    pub(crate) async fn list_tasks(&self, caller: &Caller, request: &Request) -> Result<Reply> {
        let asked = read(request, ListKind::Tasks)?;
        answer(&OfOrganisation { store: &self.store, caller }, &asked).await
    }
}

/// An organisation's tasks, as far as the key reaches.
struct OfOrganisation<'a, S> {
    store: &'a S,
    caller: &'a Caller,
}

impl<S: ListTasks> Source for OfOrganisation<'_, S> {
    type Shown = TaskResponse;

    fn scope(&self) -> &str {
        self.caller.organisation_id().as_str()
    }

    async fn walk(&self, stretch: &Stretch) -> Result<Walked<TaskResponse>> {
        let mut walked = self.store.list_tasks(self.caller.organisation_id(), stretch).await?;
        walked.found.retain(|listed| self.caller.reaches_id(&listed.record.namespace_id));
        Ok(walked.map(TaskResponse::from))
    }

    async fn count(&self, at_most: u64) -> Result<Option<u64>> {
        if !self.caller.is_unrestricted() {
            return Ok(None);
        }
        self.store.count_tasks(self.caller.organisation_id(), at_most).await
    }
}
