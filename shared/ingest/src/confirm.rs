//! Confirming one upload: check what S3 has, then complete the upload and make its object, together or
//! not at all (contract section 7.4).

use serde_json::{Value, json};
use stowage_blobs::ports::InspectUpload;
use stowage_domain::bucket::Bucket;
use stowage_domain::id::TaskId;
use stowage_domain::object::Draft;
use stowage_domain::policy::Policy;
use stowage_domain::task::{Progress, Task, TaskStatus, TaskType, Work};
use stowage_domain::time::Timestamp;
use stowage_domain::upload::{ConfirmUploadRequest, Confirmable, Upload};
use stowage_domain::{Error, Result};
use stowage_store::ports::{CompleteUpload, Completion, FindUploads, PutTask};

/// Confirms uploads, over the ports that it needs.
#[derive(Clone, Debug)]
pub struct Confirm<S, B> {
    store: S,
    blobs: B,
}

/// How a confirm is to be done.
#[derive(Clone, Copy, Debug, Default)]
pub struct Manner {
    /// The policy that the request names.
    pub policy: Option<Policy>,
    /// Whether to store a finished task, for clients that poll one.
    pub with_task: bool,
}

impl<S, B> Confirm<S, B> {
    /// Confirms over a store and its blobs.
    pub fn new(store: S, blobs: B) -> Self {
        Self { store, blobs }
    }

    /// The store.
    pub fn store(&self) -> &S {
        &self.store
    }
}

impl<S, B> Confirm<S, B>
where
    S: FindUploads + CompleteUpload + PutTask,
    B: InspectUpload,
{
    /// Confirms an upload of this bucket, as it was read a moment ago. A confirmed one gets the first
    /// answer again; a refused one stays as it is. `request` has been checked.
    pub async fn confirm_one(
        &self,
        upload: Upload,
        bucket: &Bucket,
        request: &ConfirmUploadRequest,
        manner: Manner,
        now: Timestamp,
    ) -> Result<Upload> {
        match upload.confirmable()? {
            Confirmable::Done => self.repeat(upload, request, manner, now).await,
            Confirmable::Open => self.complete(upload, bucket, request, manner, now).await,
        }
    }

    async fn complete(
        &self,
        upload: Upload,
        bucket: &Bucket,
        request: &ConfirmUploadRequest,
        manner: Manner,
        now: Timestamp,
    ) -> Result<Upload> {
        let mut done = match self.checked(&upload, request, now).await {
            Ok(done) => done,
            Err(error) => return self.refused(upload, request, manner, now, error).await,
        };
        let object = if done.create_object_on_confirm {
            let policy = bucket.policy(manner.policy, true)?;
            Some(Draft::for_upload(&done, bucket, policy, now)?)
        } else {
            None
        };
        let task = manner.with_task.then(|| finished_task(&done, now));
        done.task_id = task.as_ref().map(|task| task.task_id.clone());
        let indexed = bucket.unique_key.is_none();
        let verification = done.is_to_be_verified().then(|| verification(&done, now));
        let completion = Completion { upload: done, object, indexed, task, verification };
        let done = self.store.complete_upload(completion).await?;
        done.check_repeat(request)?;
        Ok(done)
    }

    /// The upload as it is to be, if its bytes are the right ones.
    async fn checked(
        &self,
        upload: &Upload,
        request: &ConfirmUploadRequest,
        now: Timestamp,
    ) -> Result<Upload> {
        let stored = self.blobs.inspect(&upload.place).await?;
        let stored = upload.check_stored(request, stored, now)?;
        // A declared hash that wasn't verified says nothing, so it is verified before it counts.
        let sha256 = match upload.file_hash {
            Some(_) => self.blobs.sha256(&upload.place, &stored).await?,
            None => stored.sha256.clone(),
        };
        upload.completed(stored, sha256.as_deref(), now)
    }

    /// What a refusal comes to. If the upload was cancelled meanwhile, its bytes are gone for that
    /// reason; if it was confirmed, other bytes may have come since.
    async fn refused(
        &self,
        upload: Upload,
        request: &ConfirmUploadRequest,
        manner: Manner,
        now: Timestamp,
        error: Error,
    ) -> Result<Upload> {
        let found = self.store.find_upload(&upload.scope.organisation_id, &upload.upload_id).await;
        let Ok(Some(upload)) = found else { return Err(error) };
        match upload.confirmable()? {
            Confirmable::Done => self.repeat(upload, request, manner, now).await,
            Confirmable::Open => Err(error),
        }
    }

    /// The first answer again. One that now asks for a task gets a finished one.
    async fn repeat(
        &self,
        mut upload: Upload,
        request: &ConfirmUploadRequest,
        manner: Manner,
        now: Timestamp,
    ) -> Result<Upload> {
        upload.check_repeat(request)?;
        if manner.with_task && upload.task_id.is_none() {
            let task = finished_task(&upload, now);
            self.store.put_task(&task).await?;
            upload.task_id = Some(task.task_id);
        }
        Ok(upload)
    }
}

/// The work that is left of a confirm whose declared SHA-256 would take too long to verify.
fn verification(upload: &Upload, now: Timestamp) -> Task {
    let work = Work::VerifyUpload { upload_id: upload.upload_id.clone(), hashed: None };
    let task =
        Task::pending(&upload.scope, TaskType::ApiBucketsUploadsConfirm, inputs(upload), Some(work), now);
    let progress = Progress { done: 0, total: upload.stored_size_bytes };
    Task { task_id: TaskId::for_verification(&upload.upload_id), progress, ..task }
}

/// What a task of an upload works on.
fn inputs(upload: &Upload) -> Vec<Value> {
    vec![json!({"upload_id": upload.upload_id, "bucket_id": upload.bucket_id})]
}

/// The record of a confirm that was done at once: clients that ask for `async` poll it. Its id
/// follows from the upload's, so that repeats name the same task.
fn finished_task(upload: &Upload, now: Timestamp) -> Task {
    let task = Task::pending(&upload.scope, TaskType::ApiBucketsUploadsConfirm, inputs(upload), None, now);
    Task { task_id: TaskId::for_upload(&upload.upload_id), status: TaskStatus::Completed, ..task }
}
