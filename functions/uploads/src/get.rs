//! `GET …/uploads/{upload_id}`.

use stowage_api::{Reply, Request, Tenant};
use stowage_blobs::ports::SignGet;
use stowage_domain::Result;
use stowage_domain::upload::{UploadResponse, UploadStatus};
use stowage_store::ports::{FindBucket, FindUploads};

use crate::Uploads;

impl<S, B> Uploads<S, B>
where
    S: FindBucket + FindUploads,
    B: SignGet,
{
    /// Shows an upload as it is now. The URL to PUT to was given once; the one to read by is only of
    /// confirmed bytes, and only if it is asked for (contract section 7.2).
    pub(crate) async fn get(&self, tenant: &Tenant, request: &Request) -> Result<Reply> {
        let with_url = request.flag("return_presigned_urls")?;
        let (upload, _) = self.find(tenant, request).await?;
        let url = if with_url && upload.status == UploadStatus::Completed {
            Some(self.blobs.sign_get(&upload.place, Some(&upload.content_type)).await?)
        } else {
            None
        };
        Reply::ok(&UploadResponse { presigned_url: url, ..UploadResponse::new(upload, request.now()) })
    }
}
