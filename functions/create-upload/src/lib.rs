//! `POST /v1/buckets/{bucket_identifier}/uploads`: check everything, then sign a URL to PUT to.

use stowage_api::{Function, Reply, Request, Tenant};
use stowage_blobs::ports::SignUpload;
use stowage_domain::Result;
use stowage_domain::upload::{CreateUploadRequest, UploadResponse};
use stowage_store::ports::{FindBucket, FindContent, FindObject, PutUpload};

/// The function, over the ports that it needs.
#[derive(Clone, Debug)]
pub struct CreateUpload<S, B> {
    store: S,
    blobs: B,
    max_url_seconds: u32,
}

impl<S, B> CreateUpload<S, B> {
    /// The function over a store and its blobs; URLs live at most `max_url_seconds`.
    pub fn new(store: S, blobs: B, max_url_seconds: u32) -> Self {
        Self { store, blobs, max_url_seconds }
    }
}

impl<S, B> Function for CreateUpload<S, B>
where
    S: FindBucket + FindContent + FindObject + PutUpload,
    B: SignUpload,
{
    const NAME: &'static str = "create-upload";
    type Scope = Tenant;

    async fn call(&self, tenant: Tenant, request: &Request) -> Result<Reply> {
        let now = request.now();
        let bucket = self.store.find_bucket(tenant.scope(), request.parameter("bucket_identifier")).await?;
        let create: CreateUploadRequest = request.json()?;
        let draft = create.into_draft(tenant.scope(), &bucket, self.max_url_seconds, now)?;
        if let Some(identity) = &draft.duplicate_of
            && let Some(original) = self.store.find_content(&bucket, identity).await?
        {
            return Reply::ok(&UploadResponse::duplicate(original, now));
        }
        if let Some(object_id) = &draft.pointless_if
            && let Some(object) = self.store.find_object(&bucket, object_id).await?
        {
            return Reply::ok(&UploadResponse::skipped(draft.upload, object.object_id, now));
        }
        // Sign first: a URL whose record could not be stored is never handed out.
        let url = self.blobs.sign_upload(&draft.upload).await?;
        self.store.put_upload(&draft.upload).await?;
        Reply::ok(&UploadResponse::signed(draft.upload, url, now))
    }
}
