//! Many uploads, by a task: how long their checks take depends on their sizes.

use std::collections::BTreeSet;

use stowage_api::request::parse;
use stowage_api::{Reply, Request, Tenant};
use stowage_domain::Result;
use stowage_domain::id::UploadId;
use stowage_domain::policy::Policy;
use stowage_domain::task::Task;
use stowage_domain::upload::{BatchConfirmRequest, BatchConfirmResponse};
use stowage_store::ports::{FindBucket, FindUploads, SubmitTask};

use crate::ConfirmUpload;

impl<S, B> ConfirmUpload<S, B>
where
    S: FindBucket + FindUploads + SubmitTask,
{
    /// Stores the task that confirms uploads of one bucket. What can be told by now is refused now;
    /// what their files have to say is in the task's outputs.
    pub(crate) async fn confirm_batch(
        &self,
        tenant: &Tenant,
        request: &Request,
        policy: Option<Policy>,
    ) -> Result<Reply> {
        let (store, scope) = (self.confirm.store(), tenant.scope());
        let bucket = store.find_bucket(scope, request.parameter("bucket_identifier")).await?;
        bucket.check_writable()?;
        let batch: BatchConfirmRequest = request.json()?;
        let confirmations = batch.into_confirmations(parse)?;
        let count = confirmations.len();
        let ids: BTreeSet<UploadId> = confirmations.iter().map(|one| one.upload_id.clone()).collect();
        let uploads = store.find_uploads(&scope.organisation_id, &ids).await?;
        let task = Task::confirming(confirmations, &uploads, &bucket, policy, request.now())?;
        store.submit_task(&task).await?;
        Reply::ok(&BatchConfirmResponse::new(task, count))
    }
}
