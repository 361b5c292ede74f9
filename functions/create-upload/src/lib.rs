//! `POST /v1/buckets/{bucket_identifier}/uploads`: check everything, then sign a URL to PUT to;
//! `…/uploads/batch`: many of them.

mod batch;
mod single;

use stowage_api::{Function, Operation, Reply, Request, Tenant};
use stowage_blobs::ports::SignUpload;
use stowage_domain::bucket::Bucket;
use stowage_domain::error::Resource;
use stowage_domain::time::Timestamp;
use stowage_domain::upload::{Upload, UploadDraft, UploadResponse};
use stowage_domain::{Error, Result};
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
        match request.operation() {
            Operation::CreateUpload => self.create(&tenant, request).await,
            Operation::CreateUploadsBatch => self.create_batch(&tenant, request).await,
            _ => Err(Error::not_found(Resource::Route, request.route())),
        }
    }
}

/// What a valid request comes to.
enum Planned {
    /// Nothing needs to be sent: this is the answer.
    Needless(UploadResponse),
    /// The upload to store, and the URL to hand out once it is.
    Signed(Upload, String),
}

impl Planned {
    /// The upload that is to be stored.
    fn upload(&self) -> Option<&Upload> {
        match self {
            Self::Needless(_) => None,
            Self::Signed(upload, _) => Some(upload),
        }
    }

    /// The answer, once that is stored.
    fn into_response(self, now: Timestamp) -> UploadResponse {
        match self {
            Self::Needless(response) => response,
            Self::Signed(upload, url) => UploadResponse::signed(upload, url, now),
        }
    }
}

impl<S, B> CreateUpload<S, B>
where
    S: FindContent + FindObject,
    B: SignUpload,
{
    /// Looks whether the file is needed, and signs a URL if it is. Sign first, store then: a URL whose
    /// record could not be stored is never handed out.
    async fn plan(&self, draft: UploadDraft, bucket: &Bucket, now: Timestamp) -> Result<Planned> {
        if let Some(identity) = &draft.duplicate_of
            && let Some(original) = self.store.find_content(bucket, identity).await?
        {
            return Ok(Planned::Needless(UploadResponse::duplicate(original, now)));
        }
        if let Some(object_id) = &draft.pointless_if
            && let Some(object) = self.store.find_object(bucket, object_id).await?
        {
            return Ok(Planned::Needless(UploadResponse::skipped(draft.upload, object.object_id, now)));
        }
        let url = self.blobs.sign_upload(&draft.upload).await?;
        Ok(Planned::Signed(draft.upload, url))
    }
}
