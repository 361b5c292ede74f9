//! `POST …/uploads/{upload_id}/confirm`: check what S3 has, then complete the upload and make its
//! object, together or not at all; `POST …/uploads/confirm/batch`: have that done for many.

mod batch;
mod single;

use stowage_api::{Function, Operation, Reply, Request, Tenant};
use stowage_blobs::ports::InspectUpload;
use stowage_domain::error::Resource;
use stowage_domain::policy::Policy;
use stowage_domain::{Error, Result};
use stowage_ingest::Confirm;
use stowage_store::ports::{CompleteUpload, CreateBatch, FindBucket, FindUploads, PutTask, SubmitTask};

/// The function, over the ports that it needs.
#[derive(Clone, Debug)]
pub struct ConfirmUpload<S, B> {
    confirm: Confirm<S, B>,
}

impl<S, B> ConfirmUpload<S, B> {
    /// The function over a store and its blobs.
    pub fn new(store: S, blobs: B) -> Self {
        Self { confirm: Confirm::new(store, blobs) }
    }
}

impl<S, B> Function for ConfirmUpload<S, B>
where
    S: FindBucket + FindUploads + CompleteUpload + CreateBatch + PutTask + SubmitTask,
    B: InspectUpload,
{
    const NAME: &'static str = "confirm-upload";
    type Scope = Tenant;

    async fn call(&self, tenant: Tenant, request: &Request) -> Result<Reply> {
        let policy = Policy::parse_query(request.query("policy").as_deref())?;
        match request.operation() {
            Operation::ConfirmUpload | Operation::ConfirmUploadAlias => {
                self.confirm(&tenant, request, policy).await
            }
            Operation::ConfirmUploadsBatch => self.confirm_batch(&tenant, request, policy).await,
            _ => Err(Error::not_found(Resource::Route, request.route())),
        }
    }
}
