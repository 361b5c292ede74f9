//! One object.

use stowage_api::{Reply, Request, Tenant};
use stowage_blobs::ports::{BucketName, PutInline};
use stowage_domain::Result;
use stowage_domain::batch::WriteToken;
use stowage_domain::object::ObjectResponse;
use stowage_domain::policy::Policy;
use stowage_store::ports::{CreateBatch, FindBucket, FindUploads, WriteObject};

use crate::{CreateObject, read};

impl<S, B> CreateObject<S, B>
where
    S: CreateBatch + FindBucket + FindUploads + WriteObject,
    B: BucketName + PutInline,
{
    /// Makes, updates or finds an object.
    pub(crate) async fn create(
        &self,
        tenant: &Tenant,
        request: &Request,
        query: Option<Policy>,
    ) -> Result<Reply> {
        let auto_process = request.flag("auto_process")?;
        let bucket = self.store.find_bucket(tenant.scope(), request.parameter("bucket_identifier")).await?;
        bucket.check_writable()?;
        let draft = read(request.json_value()?, &bucket, query, self.blobs.bucket_name())?;
        let organisation = &tenant.scope().organisation_id;
        // No call, if there are none.
        let uploads = self.store.find_uploads(organisation, &draft.upload_ids()).await?;
        let prepared = draft.prepare(tenant.scope(), &bucket, &uploads, request.now())?;
        let token = WriteToken::of(&prepared.write);
        let written = self.write(prepared, &bucket).await?;
        let batch = if auto_process {
            self.submit(&bucket, [(&written, &token)], request.now()).await?
        } else {
            None
        };
        let mut response = ObjectResponse::written(written.object, self.blobs.bucket_name());
        if let Some(batch) = &batch {
            response.hand_over(batch);
        }
        Reply::ok(&response)
    }
}
