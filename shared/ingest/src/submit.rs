//! Handing the object of a confirmed upload over (contract section 7.4, `auto_submit_batch`).

use stowage_domain::Result;
use stowage_domain::batch::Batch;
use stowage_domain::bucket::Bucket;
use stowage_domain::time::Timestamp;
use stowage_domain::upload::{ConfirmUploadRequest, Upload};
use stowage_store::ports::CreateBatch;

use crate::Confirm;

impl<S: CreateBatch, B: Sync> Confirm<S, B> {
    /// Submits a batch of a confirmed upload's object, if the confirm asks for it and there is one of its
    /// own: a repeated confirm finds the same batch.
    pub async fn submit(
        &self,
        upload: &Upload,
        bucket: &Bucket,
        request: &ConfirmUploadRequest,
        now: Timestamp,
    ) -> Result<Option<Batch>> {
        let is_new = upload.duplicate_of_upload_id.is_none();
        let asked = request.auto_submit_batch == Some(true) && is_new;
        let Some(object) = upload.object_id.as_ref().filter(|_| asked) else { return Ok(None) };
        let (batch, task) = Batch::of_upload(bucket, &upload.upload_id, object, now)?;
        match self.store().create_batch(&batch, Some(&task)).await {
            Ok(batch) => Ok(Some(batch)),
            Err(error) => Err(batch.not_submitted(Some(&upload.upload_id), &error)),
        }
    }
}
