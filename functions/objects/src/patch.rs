//! `PATCH …/objects/{object_id}`: the custom fields stand at the body's root.

use stowage_api::{Reply, Request, Tenant};
use stowage_blobs::ports::BucketName;
use stowage_domain::Result;
use stowage_domain::object::{ObjectResponse, PatchObjectRequest};
use stowage_store::ports::{AmendObject, FindBucket};

use crate::{Objects, object_id};

impl<S, B> Objects<S, B>
where
    S: FindBucket + AmendObject,
    B: BucketName,
{
    /// Changes the fields that are sent.
    pub(crate) async fn patch(&self, tenant: &Tenant, request: &Request) -> Result<Reply> {
        let bucket = self.store.find_bucket(tenant.scope(), request.parameter("bucket_identifier")).await?;
        let patch: PatchObjectRequest = request.json()?;
        let amendment = patch.into_amendment(&bucket, request.now());
        let object = self.store.amend_object(&bucket, &object_id(request)?, &amendment).await?;
        Reply::ok(&ObjectResponse::written(object, self.blobs.bucket_name()))
    }
}
