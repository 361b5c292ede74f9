//! `DELETE …/objects/{object_id}`.

use stowage_api::{Reply, Request, Tenant};
use stowage_domain::Result;
use stowage_store::ports::{DeleteObject, FindBucket};

use crate::{Objects, object_id};

impl<S: FindBucket + DeleteObject, B> Objects<S, B> {
    /// Deletes an object. Its unique and idempotency keys are free again.
    pub(crate) async fn delete(&self, tenant: &Tenant, request: &Request) -> Result<Reply> {
        let bucket = self.store.find_bucket(tenant.scope(), request.parameter("bucket_identifier")).await?;
        bucket.check_writable()?;
        self.store.delete_object(&bucket, &object_id(request)?, request.now()).await?;
        Ok(Reply::no_content())
    }
}
