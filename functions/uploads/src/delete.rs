//! `DELETE …/uploads/{upload_id}`.

use stowage_api::{Reply, Request, Tenant};
use stowage_blobs::ports::DeleteBytes;
use stowage_domain::{Error, Result};
use stowage_store::ports::{CancelUpload, FindBucket, FindUploads};

use crate::Uploads;

impl<S, B> Uploads<S, B>
where
    S: FindBucket + FindUploads + CancelUpload,
    B: DeleteBytes,
{
    /// Cancels an upload that wasn't confirmed, and deletes what was sent for it, unless that is to
    /// stay. The record shows it as CANCELED until it ends; a second deletion is answered like the
    /// first. The presigned URL lives on: bytes that come later are found by their CANCELED record.
    pub(crate) async fn delete(&self, tenant: &Tenant, request: &Request) -> Result<Reply> {
        let delete_bytes = request.flag_or("delete_s3_object", true)?;
        let (upload, bucket) = self.find(tenant, request).await?;
        bucket.check_writable()?;
        upload.check_cancellable()?;
        self.store.cancel_upload(&upload, !delete_bytes).await?;
        // Only now: no confirm can refer to the bytes any more.
        if delete_bytes {
            self.blobs.delete_all_versions(&upload.place).await.map_err(Error::after_a_write)?;
        }
        Ok(Reply::no_content())
    }
}
