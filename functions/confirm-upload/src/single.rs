//! One upload.

use stowage_api::{Reply, Request, Tenant};
use stowage_blobs::ports::InspectUpload;
use stowage_domain::Result;
use stowage_domain::policy::Policy;
use stowage_domain::upload::{ConfirmUploadRequest, ConfirmUploadResponse};
use stowage_ingest::{Manner, find_upload};
use stowage_store::ports::{CompleteUpload, CreateBatch, FindBucket, FindUploads, PutTask};

use crate::ConfirmUpload;

impl<S, B> ConfirmUpload<S, B>
where
    S: FindBucket + FindUploads + CompleteUpload + CreateBatch + PutTask,
    B: InspectUpload,
{
    /// Confirms an upload, whether or not the client asks for it to be done later.
    pub(crate) async fn confirm(
        &self,
        tenant: &Tenant,
        request: &Request,
        policy: Option<Policy>,
    ) -> Result<Reply> {
        let manner = Manner { policy, with_task: request.flag("async")? };
        let confirm: ConfirmUploadRequest = request.json()?;
        confirm.check()?;
        let bucket = request.optional_parameter("bucket_identifier");
        let upload_id = request.parameter("upload_id");
        let (upload, bucket) = find_upload(self.confirm.store(), tenant.scope(), bucket, upload_id).await?;
        bucket.check_writable()?;
        let now = request.now();
        let done = self.confirm.confirm_one(upload, &bucket, &confirm, manner, now).await?;
        let batch = self.confirm.submit(&done, &bucket, &confirm, now).await?;
        Reply::ok(&ConfirmUploadResponse::new(done, batch.map(|batch| batch.batch_id)))
    }
}
