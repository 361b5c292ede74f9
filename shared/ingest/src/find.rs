//! The upload that a request names.

use stowage_domain::bucket::Bucket;
use stowage_domain::error::Resource;
use stowage_domain::id::UploadId;
use stowage_domain::namespace::Scope;
use stowage_domain::upload::Upload;
use stowage_domain::{Error, Result};
use stowage_store::ports::{FindBucket, FindUploads};

/// An upload and its bucket, by the upload's id and the bucket's id or name. The aliases without a
/// bucket find both by the upload alone; either way an upload of another namespace or bucket isn't
/// there: a 404.
pub async fn find_upload<S: FindBucket + FindUploads>(
    store: &S,
    scope: &Scope,
    bucket_identifier: Option<&str>,
    upload_id: &str,
) -> Result<(Upload, Bucket)> {
    let missing = || Error::not_found(Resource::Upload, upload_id);
    let named = match bucket_identifier {
        Some(identifier) => Some(store.find_bucket(scope, identifier).await?),
        None => None,
    };
    let id = UploadId::parse(upload_id).ok_or_else(missing)?;
    let upload = store.find_upload(&scope.organisation_id, &id).await?.ok_or_else(missing)?;
    if upload.scope != *scope {
        return Err(missing());
    }
    let bucket = match named {
        Some(bucket) => bucket,
        None => store.find_bucket(scope, upload.bucket_id.as_str()).await?,
    };
    if upload.bucket_id != bucket.bucket_id {
        return Err(missing());
    }
    Ok((upload, bucket))
}
