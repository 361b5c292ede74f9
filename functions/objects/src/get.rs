//! `GET …/objects/{object_id}`.

use stowage_api::{Reply, Request, Tenant};
use stowage_blobs::ports::{BucketName, SignGet};
use stowage_domain::Result;
use stowage_domain::object::ObjectResponse;
use stowage_store::ports::{FindBucket, FindObject};

use crate::{Objects, missing, object_id};

/// The header with the state of the content that is shown: a processor's report names it. A body's root
/// is the client's own.
const CONTENT_VERSION: &str = "x-content-version";

impl<S, B> Objects<S, B>
where
    S: FindBucket + FindObject,
    B: BucketName + SignGet,
{
    /// Shows an object as it is now.
    pub(crate) async fn get(&self, tenant: &Tenant, request: &Request) -> Result<Reply> {
        let with_urls = request.flag("return_presigned_urls")?;
        let with_count = request.flag_or("include_document_count", true)?;
        let bucket = self.store.find_bucket(tenant.scope(), request.parameter("bucket_identifier")).await?;
        let object = self.store.find_object(&bucket, &object_id(request)?).await?;
        let object = object.ok_or_else(|| missing(request))?;
        let urls = if with_urls { self.blobs.sign_blobs(&object.blobs).await? } else { Vec::new() };
        let content_version = object.content_version().to_string();
        let document_count = with_count.then_some(object.document_count);
        let mut response = ObjectResponse::read(object, self.blobs.bucket_name()).with_urls(urls);
        response.document_count = document_count;
        Ok(Reply::ok(&response)?.with_header(CONTENT_VERSION, content_version))
    }
}
