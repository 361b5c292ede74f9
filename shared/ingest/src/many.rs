//! Confirming many uploads of one bucket, for a task.

use stowage_blobs::ports::InspectUpload;
use stowage_domain::bucket::Bucket;
use stowage_domain::error::Resource;
use stowage_domain::policy::Policy;
use stowage_domain::task::Confirmation;
use stowage_domain::time::Timestamp;
use stowage_domain::upload::{ConfirmUploadRequest, ConfirmationOutcome, Upload};
use stowage_domain::{Error, Result};
use stowage_store::ports::{CompleteUpload, CreateBatch, FindUploads, PutTask};
use tokio::time::Instant;

use crate::{Confirm, Manner};

/// How far a list of confirmations was worked off.
#[derive(Clone, Debug)]
pub struct Stretch {
    /// What came of its first ones, in its order. The next stretch begins after as many.
    pub outcomes: Vec<ConfirmationOutcome>,
    /// Why the one after them has no outcome: something inside failed, and it is to be tried again.
    /// `None` where time ran out or all were done.
    pub stopped_by: Option<Error>,
}

impl<S, B> Confirm<S, B>
where
    S: FindUploads + CompleteUpload + CreateBatch + PutTask,
    B: InspectUpload,
{
    /// Confirms the uploads of a list, one after the other in its order: two may make the same object,
    /// and the policy says what the later one does to it. None is begun after `begin_until`.
    ///
    /// It may be repeated, from any position: a confirmed upload is confirmed again with the same
    /// outcome. What a client can put right is an outcome; what went wrong inside stops the list.
    pub async fn confirm_many(
        &self,
        confirmations: &[Confirmation],
        bucket: &Bucket,
        policy: Option<Policy>,
        begin_until: Option<Instant>,
        now: Timestamp,
    ) -> Stretch {
        let mut outcomes = Vec::with_capacity(confirmations.len());
        for confirmation in confirmations {
            if begin_until.is_some_and(|end| Instant::now() >= end) {
                break;
            }
            let result = self.confirm_listed(confirmation, bucket, policy, now).await;
            match result {
                Err(error) if error.cause().is_some() => {
                    return Stretch { outcomes, stopped_by: Some(error) };
                }
                result => outcomes.push(ConfirmationOutcome::new(confirmation.upload_id.clone(), &result)),
            }
        }
        Stretch { outcomes, stopped_by: None }
    }

    async fn confirm_listed(
        &self,
        confirmation: &Confirmation,
        bucket: &Bucket,
        policy: Option<Policy>,
        now: Timestamp,
    ) -> Result<Upload> {
        bucket.check_writable()?;
        let id = &confirmation.upload_id;
        let upload = self.store().find_upload(&bucket.organisation_id, id).await?;
        let in_bucket =
            |upload: &Upload| upload.scope == bucket.scope() && upload.bucket_id == bucket.bucket_id;
        let upload = upload.filter(in_bucket);
        let upload = upload.ok_or_else(|| Error::not_found(Resource::Upload, id.as_str()))?;
        let manner = Manner { policy, with_task: false };
        let request = ConfirmUploadRequest::from(confirmation);
        let done = self.confirm_one(upload, bucket, &request, manner, now).await?;
        self.submit(&done, bucket, &request, now).await?;
        Ok(done)
    }
}
