//! `POST /v1/batches/{batch_id}/report`: what a processor says of a batch's objects.

use stowage_api::{Caller, Reply, Request};
use stowage_domain::batch::{Batch, BatchProgress, BatchStatus, ReportRequest, ReportResponse};
use stowage_domain::time::Timestamp;
use stowage_domain::{Error, Result};
use stowage_ingest::{end_attempt, task_of};
use stowage_store::ports::{
    ChangeBatch, FindBatch, FindBucket, FindTask, ReadProgress, ReleaseObjects, ReportBatch,
};

use crate::Batches;

impl<S: ChangeBatch + FindBatch + FindBucket + FindTask + ReadProgress + ReleaseObjects + ReportBatch, B>
    Batches<S, B>
{
    /// Records a report, and ends the batch with the last one. A repeat gets the same answer, and does
    /// what its first attempt didn't come to.
    pub(crate) async fn report(&self, caller: &Caller, request: &Request) -> Result<Reply> {
        let (batch, _) = self.find(caller, request).await?;
        let report = request.json::<ReportRequest>()?.into_report(&batch)?;
        let now = request.now();
        let begins = batch.status == BatchStatus::Pending;
        let batch = if begins { self.begin(&batch, now).await? } else { batch };
        let refusals = if report.objects.is_empty() && !batch.status.is_active() {
            Vec::new()
        } else {
            let recorded = self.store.report_objects(&batch, &report.objects, now).await;
            recorded.map_err(|error| if begins { error.after_a_write() } else { error })?
        };
        let ended = async {
            let progress = self.progress(&batch).await?;
            let given_up = report.given_up.as_deref();
            // One that is given up may have been left half-way.
            let ends = progress.is_open && progress.left == 0;
            let batch = if ends || given_up.is_some() {
                end_attempt(&self.store, &batch, &progress, given_up, now).await?
            } else {
                batch
            };
            ReportResponse::new(&batch, &progress, &report, &refusals)
        };
        Reply::ok(&ended.await.map_err(Error::after_a_write)?)
    }

    /// Moves a batch to `IN_PROGRESS`, with its task.
    async fn begin(&self, batch: &Batch, now: Timestamp) -> Result<Batch> {
        let task = task_of(&self.store, batch).await?;
        let attempt = batch.attempt;
        let change = |batch: &Batch| {
            if batch.attempt != attempt {
                return Err(batch.stale(attempt));
            }
            let begun = batch.begun(now)?;
            let task = task.as_ref().map(|task| task.of_batch(&begun, None, now));
            Ok((begun, task))
        };
        Ok(self.store.change_batch(batch, change).await?.0)
    }

    async fn progress(&self, batch: &Batch) -> Result<BatchProgress> {
        let progress = self.store.batch_progress(batch).await?;
        progress.ok_or_else(|| Error::internal("a submitted batch has no progress"))
    }
}
