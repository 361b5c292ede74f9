//! Many uploads at once: all of them, or none if anything is wrong with one.

use futures::stream::{self, StreamExt as _, TryStreamExt as _};
use stowage_api::request::parse;
use stowage_api::{Reply, Request, Tenant};
use stowage_blobs::ports::SignUpload;
use stowage_domain::Result;
use stowage_domain::upload::{BatchUploadRequest, BatchUploadResponse, Upload};
use stowage_store::ports::{FindBucket, FindContent, FindObject, PutUpload};

use crate::{CreateUpload, Planned};

/// Uploads that are being looked up at a time.
const AT_ONCE: usize = 16;

impl<S, B> CreateUpload<S, B>
where
    S: FindBucket + FindContent + FindObject + PutUpload,
    B: SignUpload,
{
    /// Makes an upload for each row, or says why none is needed, in the rows' order. If the records
    /// can't all be stored, the request fails; those that were end by themselves, like others that
    /// are never confirmed.
    pub(crate) async fn create_batch(&self, tenant: &Tenant, request: &Request) -> Result<Reply> {
        let now = request.now();
        let bucket = self.store.find_bucket(tenant.scope(), request.parameter("bucket_identifier")).await?;
        bucket.check_writable()?;
        let batch: BatchUploadRequest = request.json()?;
        let drafts = batch.into_drafts(parse, tenant.scope(), &bucket, self.max_url_seconds, now)?;
        let plans: Vec<_> = drafts.into_iter().map(|draft| self.plan(draft, &bucket, now)).collect();
        let planned: Vec<Planned> = stream::iter(plans).buffered(AT_ONCE).try_collect().await?;
        let new: Vec<&Upload> = planned.iter().filter_map(Planned::upload).collect();
        self.store.put_uploads(&new).await?;
        let uploads = planned.into_iter().map(|one| one.into_response(now)).collect();
        Reply::ok(&BatchUploadResponse::new(uploads))
    }
}
