//! One upload.

use stowage_api::{Reply, Request, Tenant};
use stowage_blobs::ports::SignUpload;
use stowage_domain::Result;
use stowage_domain::upload::CreateUploadRequest;
use stowage_store::ports::{FindBucket, FindContent, FindObject, PutUpload};

use crate::CreateUpload;

impl<S, B> CreateUpload<S, B>
where
    S: FindBucket + FindContent + FindObject + PutUpload,
    B: SignUpload,
{
    /// Makes an upload, or says why none is needed.
    pub(crate) async fn create(&self, tenant: &Tenant, request: &Request) -> Result<Reply> {
        let now = request.now();
        let bucket = self.store.find_bucket(tenant.scope(), request.parameter("bucket_identifier")).await?;
        bucket.check_writable()?;
        let create: CreateUploadRequest = request.json()?;
        let draft = create.into_draft(tenant.scope(), &bucket, self.max_url_seconds, now)?;
        let planned = self.plan(draft, &bucket, now).await?;
        if let Some(upload) = planned.upload() {
            self.store.put_upload(upload).await?;
        }
        Reply::ok(&planned.into_response(now))
    }
}
