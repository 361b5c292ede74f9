//! Verifying the declared SHA-256 of an upload that was too large for its confirm.

use stowage_blobs::ports::HashEnd;
use stowage_domain::Error;
use stowage_domain::error::Resource;
use stowage_domain::id::UploadId;
use stowage_domain::object::Object;
use stowage_domain::task::{TaskStatus, Work};
use stowage_domain::upload::{Hashed, Hashing, Upload};

use tokio::time::Instant;

use crate::turn::{Run, Stop};
use crate::{Bytes, Records, RunTask};

/// Why such a task fails.
const CONTRADICTED: &str = "the bytes do not have the declared SHA-256";

impl<S: Records, B: Bytes> RunTask<S, B> {
    pub(crate) async fn verify_upload(
        &self,
        run: &mut Run<S>,
        upload_id: &UploadId,
        hashed: Option<&Hashed>,
    ) -> Result<(), Stop> {
        let organisation = run.task.organisation_id.clone();
        let Some(upload) = self.store.find_upload(&organisation, upload_id).await? else {
            run.task = run.task.failed("the upload is gone", run.now());
            return Ok(());
        };
        if !upload.is_to_be_verified() {
            run.task = run.task.finished(TaskStatus::Completed, run.now());
            return Ok(());
        }
        let size_bytes = upload.stored_size_bytes.unwrap_or_default();
        let mut hashing = Hashing::resume(hashed);
        let before = hashing.bytes();
        let until = Instant::now() + run.left();
        let goes_on = move || Instant::now() < until;
        let ended = self.blobs.hash_on(&upload.place, size_bytes, &mut hashing, &goes_on).await;
        // What was hashed before a failure is kept as well.
        run.task.work =
            Some(Work::VerifyUpload { upload_id: upload_id.clone(), hashed: Some(hashing.save()) });
        run.progress(hashing.bytes().saturating_sub(before)).await?;
        match ended? {
            HashEnd::Whole => self.judge(run, &upload, &hashing.finish()).await,
            HashEnd::OutOfTime => Err(Stop::OutOfTime),
            HashEnd::Gone => {
                run.task = run.task.failed("the upload's bytes are gone", run.now());
                Ok(())
            }
        }
    }

    /// Records what the bytes turned out to be.
    async fn judge(&self, run: &mut Run<S>, upload: &Upload, sha256: &str) -> Result<(), Stop> {
        let bucket = match self.store.find_bucket(&upload.scope, upload.bucket_id.as_str()).await {
            Ok(bucket) => bucket,
            Err(Error::NotFound { resource: Resource::Bucket, .. }) => {
                run.task = run.task.failed("the bucket was deleted", run.now());
                return Ok(());
            }
            Err(error) => return Err(error.into()),
        };
        if upload.file_hash.as_deref() == Some(sha256) {
            self.store.upload_verified(upload, bucket.unique_key.is_none()).await?;
            run.task = run.task.finished(TaskStatus::Completed, run.now());
            return Ok(());
        }
        self.store.upload_contradicted(upload).await?;
        if let Some(object_id) = &upload.object_id
            && let Some(object) = self.store.find_object(&bucket, object_id).await?
        {
            self.fail_object_of(run, upload, &object).await?;
        }
        run.task = run.task.failed(CONTRADICTED, run.now());
        Ok(())
    }

    /// The object that the upload made says so, too, unless it has other bytes by now.
    async fn fail_object_of(&self, run: &Run<S>, upload: &Upload, object: &Object) -> Result<(), Stop> {
        let Some(blob) = object.blobs.iter().find(|blob| blob.upload_id.as_ref() == Some(&upload.upload_id))
        else {
            return Ok(());
        };
        let reason = format!("blob '{}': {CONTRADICTED}", blob.property);
        self.store.fail_object(object, &upload.place, &reason, run.now()).await?;
        Ok(())
    }
}
