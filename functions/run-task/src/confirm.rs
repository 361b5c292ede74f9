//! Confirming many uploads: outcome by outcome, in the request's order.

use serde_json::{Value, json};
use stowage_domain::Error;
use stowage_domain::error::Resource;
use stowage_domain::id::BucketId;
use stowage_domain::policy::Policy;
use stowage_domain::task::{Confirmation, TaskStatus};
use stowage_domain::upload::UploadStatus;
use stowage_ingest::Confirm;
use tokio::time::Instant;

use crate::turn::{Run, Stop};
use crate::{Bytes, Records, RunTask};

impl<S: Records, B: Bytes> RunTask<S, B> {
    pub(crate) async fn confirm_uploads(
        &self,
        run: &mut Run<S>,
        bucket_id: &BucketId,
        policy: Option<Policy>,
        confirmations: &[Confirmation],
    ) -> Result<(), Stop> {
        let scope = run.task.scope();
        let bucket = match self.store.find_bucket(&scope, bucket_id.as_str()).await {
            Ok(bucket) => bucket,
            Err(Error::NotFound { resource: Resource::Bucket, .. }) => {
                run.task = run.task.failed("the bucket was deleted", run.now());
                return Ok(());
            }
            Err(error) => return Err(error.into()),
        };
        let done = run.task.outputs.len().min(confirmations.len());
        let until = Instant::now().checked_add(run.left());
        let confirm = Confirm::new(self.store.clone(), self.blobs.clone());
        let stretch = confirm.confirm_many(&confirmations[done..], &bucket, policy, until, run.now()).await;
        for outcome in &stretch.outcomes {
            run.task.outputs.push(json!(outcome));
        }
        run.progress(stretch.outcomes.len() as u64).await?;
        if let Some(error) = stretch.stopped_by {
            return Err(error.into());
        }
        if run.task.outputs.len() < confirmations.len() {
            return Err(Stop::OutOfTime);
        }
        run.task = run.task.finished(status_of(&run.task.outputs), run.now());
        Ok(())
    }
}

/// What the outcomes come to in all.
fn status_of(outputs: &[Value]) -> TaskStatus {
    let is_confirmed = |output: &&Value| output["status"] == UploadStatus::Completed.name();
    match outputs.iter().filter(is_confirmed).count() {
        all if all == outputs.len() => TaskStatus::Completed,
        0 => TaskStatus::Failed,
        _ => TaskStatus::CompletedWithErrors,
    }
}
