//! Objects that are there: one file for each operation. `create-object` makes them.

mod amend;
mod delete;
mod get;
mod list;

use stowage_api::{Function, Operation, Reply, Request, Tenant};
use stowage_blobs::ports::{BucketName, SignGet};
use stowage_domain::error::Resource;
use stowage_domain::id::ObjectId;
use stowage_domain::object::{PatchObjectRequest, UpdateObjectRequest};
use stowage_domain::{Error, Result};
use stowage_store::ports::{AmendObject, DeleteObject, FindBucket, FindObject, ListObjects};

/// The function, over the ports that it needs.
#[derive(Clone, Debug)]
pub struct Objects<S, B> {
    store: S,
    blobs: B,
}

impl<S, B> Objects<S, B> {
    /// The function over a store and its blobs.
    pub fn new(store: S, blobs: B) -> Self {
        Self { store, blobs }
    }
}

impl<S, B> Function for Objects<S, B>
where
    S: FindBucket + FindObject + ListObjects + AmendObject + DeleteObject,
    B: BucketName + SignGet,
{
    const NAME: &'static str = "objects";
    type Scope = Tenant;

    async fn call(&self, tenant: Tenant, request: &Request) -> Result<Reply> {
        match request.operation() {
            Operation::GetObject => self.get(&tenant, request).await,
            Operation::ListObjects | Operation::ListObjectsByGet => self.list(&tenant, request).await,
            Operation::PatchObject => self.amend(&tenant, request, PatchObjectRequest::into_amendment).await,
            Operation::UpdateObject => {
                self.amend(&tenant, request, UpdateObjectRequest::into_amendment).await
            }
            Operation::DeleteObject => self.delete(&tenant, request).await,
            _ => Err(Error::not_found(Resource::Route, request.route())),
        }
    }
}

/// The 404 of the object that a request names.
fn missing(request: &Request) -> Error {
    Error::not_found(Resource::Object, request.parameter("object_id"))
}

/// The id of the object that a request names. What can't be one is of no object.
fn object_id(request: &Request) -> Result<ObjectId> {
    ObjectId::parse(request.parameter("object_id")).ok_or_else(|| missing(request))
}
