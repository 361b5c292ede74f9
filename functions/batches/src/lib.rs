//! Batches, and the tasks that clients poll: one file for each kind of operation.
//!
//! A batch is handed over by its submission: it is PENDING from then on, and its task is what clients
//! poll. Both are found by their ids alone, or within a bucket. What its processor reports moves its
//! objects, and the last report ends it.

mod change;
mod create;
mod list;
mod report;
mod tasks;

use stowage_api::{Caller, Function, Operation, Reply, Request, Tenant};
use stowage_blobs::ports::BucketName;
use stowage_domain::batch::{Batch, BatchResponse, BatchStatus};
use stowage_domain::bucket::Bucket;
use stowage_domain::error::Resource;
use stowage_domain::id::BatchId;
use stowage_domain::{Error, Result};
use stowage_store::ports;

/// The function, over the ports that it needs.
#[derive(Clone, Debug)]
pub struct Batches<S, B> {
    store: S,
    blobs: B,
}

impl<S, B> Batches<S, B> {
    /// The function over a store. Of the blobs it needs the S3 bucket's name, for filters on what
    /// objects show.
    pub fn new(store: S, blobs: B) -> Self {
        Self { store, blobs }
    }
}

impl<S, B> Function for Batches<S, B>
where
    B: BucketName,
    S: ports::AbsentObjects
        + ports::CancelTask
        + ports::ChangeBatch
        + ports::CreateBatch
        + ports::FindBatch
        + ports::FindBucket
        + ports::FindTask
        + ports::ListBatches
        + ports::ListObjects
        + ports::ListTasks
        + ports::ReadProgress
        + ports::ReleaseObjects
        + ports::ReportBatch,
{
    const NAME: &'static str = "batches";
    type Scope = Caller;

    async fn call(&self, caller: Caller, request: &Request) -> Result<Reply> {
        match (request.operation(), &caller) {
            (Operation::CreateBatch, Caller::Tenant(tenant)) => self.create(tenant, request).await,
            (Operation::ListBatches, Caller::Tenant(tenant)) => self.list_of_bucket(tenant, request).await,
            (Operation::GetBatch | Operation::GetBatchById, _) => self.get(&caller, request).await,
            (Operation::SubmitBatch, Caller::Tenant(_)) => self.submit(&caller, request).await,
            (Operation::AddObjectsToBatch, Caller::Tenant(_)) => self.add(&caller, request).await,
            (Operation::CancelBatch | Operation::CancelBatchById, _) => self.cancel(&caller, request).await,
            (Operation::ReportBatch, _) => self.report(&caller, request).await,
            (Operation::DeleteBatch, Caller::Tenant(_)) => self.delete(&caller, request).await,
            (Operation::ListAllBatches, Caller::Organisation(_)) => self.list_all(&caller, request).await,
            (Operation::GetTask, Caller::Organisation(_)) => self.get_task(&caller, request).await,
            (Operation::ListTasks, Caller::Organisation(_)) => self.list_tasks(&caller, request).await,
            (Operation::DeleteTask, Caller::Organisation(_)) => self.cancel_task(&caller, request).await,
            _ => Err(Error::not_found(Resource::Route, request.route())),
        }
    }
}

impl<S: ports::FindBatch + ports::FindBucket + ports::ReadProgress, B> Batches<S, B> {
    async fn get(&self, caller: &Caller, request: &Request) -> Result<Reply> {
        let (mut batch, _) = self.find(caller, request).await?;
        if batch.status == BatchStatus::InProgress
            && let Some(progress) = self.store.batch_progress(&batch).await?
        {
            batch.failed_object_count = progress.failed;
        }
        Reply::ok(&BatchResponse::from(batch))
    }
}

impl<S: ports::FindBatch + ports::FindBucket, B> Batches<S, B> {
    /// The batch that a request names, and its bucket where the path names that, too. A batch of
    /// another bucket, or out of the key's reach, isn't there.
    async fn find(&self, caller: &Caller, request: &Request) -> Result<(Batch, Option<Bucket>)> {
        let bucket = match caller {
            Caller::Tenant(tenant) => Some(self.bucket(tenant, request).await?),
            Caller::Organisation(_) => None,
        };
        let sent = request.parameter("batch_id");
        let missing = || Error::not_found(Resource::Batch, sent);
        let id = BatchId::parse(sent).ok_or_else(missing)?;
        let found = self.store.find_batch(caller.organisation_id(), &id).await?;
        let in_reach = |batch: &Batch| {
            caller.reaches_id(&batch.namespace_id)
                && bucket.as_ref().is_none_or(|bucket| bucket.bucket_id == batch.bucket_id)
        };
        let batch = found.filter(in_reach).ok_or_else(missing)?;
        Ok((batch, bucket))
    }
}

impl<S: ports::FindBucket, B> Batches<S, B> {
    async fn bucket(&self, tenant: &Tenant, request: &Request) -> Result<Bucket> {
        self.store.find_bucket(tenant.scope(), request.parameter("bucket_identifier")).await
    }
}
