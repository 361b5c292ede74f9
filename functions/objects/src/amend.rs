//! `PATCH` and `PUT …/objects/{object_id}`: the fields that are sent are set. In a PATCH the custom fields
//! stand at the body's root; the `metadata` of a PUT reaches into the object's own.

use serde::de::DeserializeOwned;
use stowage_api::{Reply, Request, Tenant};
use stowage_blobs::ports::BucketName;
use stowage_domain::Result;
use stowage_domain::bucket::Bucket;
use stowage_domain::object::{Amendment, ObjectResponse};
use stowage_domain::time::Timestamp;
use stowage_store::ports::{AmendObject, FindBucket};

use crate::{Objects, object_id};

impl<S, B> Objects<S, B>
where
    S: FindBucket + AmendObject,
    B: BucketName,
{
    /// Changes the fields that are sent, as a body of this type says it.
    pub(crate) async fn amend<T: DeserializeOwned>(
        &self,
        tenant: &Tenant,
        request: &Request,
        into_amendment: fn(T, &Bucket, Timestamp) -> Amendment,
    ) -> Result<Reply> {
        let bucket = self.store.find_bucket(tenant.scope(), request.parameter("bucket_identifier")).await?;
        bucket.check_writable()?;
        let amendment = into_amendment(request.json()?, &bucket, request.now());
        let object = self.store.amend_object(&bucket, &object_id(request)?, &amendment).await?;
        Reply::ok(&ObjectResponse::written(object, self.blobs.bucket_name()))
    }
}
