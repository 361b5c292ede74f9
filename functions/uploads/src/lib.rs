//! Uploads that are there: one file for each operation. `create-upload` makes them, `confirm-upload`
//! confirms them.

mod delete;
mod get;
mod list;

use stowage_api::{Function, Operation, Reply, Request, Tenant};
use stowage_blobs::ports::{DeleteBytes, SignGet};
use stowage_domain::bucket::Bucket;
use stowage_domain::error::Resource;
use stowage_domain::upload::Upload;
use stowage_domain::{Error, Result};
use stowage_ingest::find_upload;
use stowage_store::ports::{CancelUpload, FindBucket, FindUploads, ListUploads};

/// The function, over the ports that it needs.
#[derive(Clone, Debug)]
pub struct Uploads<S, B> {
    store: S,
    blobs: B,
}

impl<S, B> Uploads<S, B> {
    /// The function over a store and its blobs.
    pub fn new(store: S, blobs: B) -> Self {
        Self { store, blobs }
    }
}

impl<S, B> Function for Uploads<S, B>
where
    S: FindBucket + FindUploads + ListUploads + CancelUpload,
    B: SignGet + DeleteBytes,
{
    const NAME: &'static str = "uploads";
    type Scope = Tenant;

    async fn call(&self, tenant: Tenant, request: &Request) -> Result<Reply> {
        match request.operation() {
            Operation::GetUpload | Operation::GetUploadAlias => self.get(&tenant, request).await,
            Operation::ListUploads => self.list(&tenant, request).await,
            Operation::DeleteUpload | Operation::DeleteUploadAlias => self.delete(&tenant, request).await,
            _ => Err(Error::not_found(Resource::Route, request.route())),
        }
    }
}

impl<S: FindBucket + FindUploads, B> Uploads<S, B> {
    /// The upload that a request names, and its bucket.
    async fn find(&self, tenant: &Tenant, request: &Request) -> Result<(Upload, Bucket)> {
        let bucket = request.optional_parameter("bucket_identifier");
        find_upload(&self.store, tenant.scope(), bucket, request.parameter("upload_id")).await
    }
}
