//! `POST …/uploads/{upload_id}/confirm`: check what S3 has, then complete the upload and make its
//! object, together or not at all.

use serde_json::json;
use stowage_api::{Function, Reply, Request, Tenant};
use stowage_blobs::ports::InspectUpload;
use stowage_domain::bucket::Bucket;
use stowage_domain::error::Resource;
use stowage_domain::id::{TaskId, UploadId};
use stowage_domain::namespace::Scope;
use stowage_domain::object::Draft;
use stowage_domain::policy::Policy;
use stowage_domain::task::{Task, TaskStatus, TaskType};
use stowage_domain::time::Timestamp;
use stowage_domain::upload::{ConfirmUploadRequest, ConfirmUploadResponse, Confirmable, Upload};
use stowage_domain::{Error, Result};
use stowage_store::ports::{CompleteUpload, Completion, FindBucket, FindUploads, PutTask};

/// The function, over the ports that it needs.
#[derive(Clone, Debug)]
pub struct ConfirmUpload<S, B> {
    store: S,
    blobs: B,
}

impl<S, B> ConfirmUpload<S, B> {
    /// The function over a store and its blobs.
    pub fn new(store: S, blobs: B) -> Self {
        Self { store, blobs }
    }
}

/// How a confirm is to be done.
#[derive(Clone, Copy, Debug)]
struct Manner {
    policy: Option<Policy>,
    with_task: bool,
}

impl<S, B> Function for ConfirmUpload<S, B>
where
    S: FindBucket + FindUploads + CompleteUpload + PutTask,
    B: InspectUpload,
{
    const NAME: &'static str = "confirm-upload";
    type Scope = Tenant;

    async fn call(&self, tenant: Tenant, request: &Request) -> Result<Reply> {
        let manner = Manner {
            policy: Policy::parse_query(request.query("policy").as_deref())?,
            with_task: request.flag("async")?,
        };
        let scope = tenant.scope();
        let confirm: ConfirmUploadRequest = request.json()?;
        confirm.check()?;
        let (upload, bucket) = self.find(scope, request).await?;
        let done = match upload.confirmable()? {
            Confirmable::Done => self.repeat(upload, &confirm, manner, request.now()).await?,
            Confirmable::Open => self.confirm(upload, &bucket, &confirm, manner, request.now()).await?,
        };
        Reply::ok(&ConfirmUploadResponse::from(done))
    }
}

impl<S, B> ConfirmUpload<S, B>
where
    S: FindBucket + FindUploads + CompleteUpload + PutTask,
    B: InspectUpload,
{
    /// The upload and its bucket. The alias without a bucket finds both by the upload alone; either
    /// way an upload of another namespace or bucket isn't there.
    async fn find(&self, scope: &Scope, request: &Request) -> Result<(Upload, Bucket)> {
        let text = request.parameter("upload_id");
        let missing = || Error::not_found(Resource::Upload, text);
        let named = match request.optional_parameter("bucket_identifier") {
            Some(identifier) => Some(self.store.find_bucket(scope, identifier).await?),
            None => None,
        };
        let id = UploadId::parse(text).ok_or_else(missing)?;
        let upload = self.store.find_upload(&scope.organisation_id, &id).await?.ok_or_else(missing)?;
        if upload.scope != *scope {
            return Err(missing());
        }
        let bucket = match named {
            Some(bucket) => bucket,
            None => self.store.find_bucket(scope, upload.bucket_id.as_str()).await?,
        };
        if upload.bucket_id == bucket.bucket_id { Ok((upload, bucket)) } else { Err(missing()) }
    }

    async fn confirm(
        &self,
        upload: Upload,
        bucket: &Bucket,
        confirm: &ConfirmUploadRequest,
        manner: Manner,
        now: Timestamp,
    ) -> Result<Upload> {
        let stored = self.blobs.inspect(&upload.place).await?;
        let stored = upload.check_stored(confirm, stored, now)?;
        // A declared hash that wasn't verified says nothing, so it is verified before it counts.
        let sha256 = match upload.file_hash {
            Some(_) => self.blobs.sha256(&upload.place, &stored).await?,
            None => stored.sha256.clone(),
        };
        let mut done = upload.completed(stored, sha256.as_deref(), now)?;
        let object = if done.create_object_on_confirm {
            let policy = bucket.policy(manner.policy, true)?;
            Some(Draft::for_upload(&done, bucket, policy, now)?)
        } else {
            None
        };
        let task = manner.with_task.then(|| finished_task(&done, now));
        done.task_id = task.as_ref().map(|task| task.task_id.clone());
        let indexed = bucket.unique_key.is_none();
        let done = self.store.complete_upload(Completion { upload: done, object, indexed, task }).await?;
        done.check_repeat(confirm)?;
        Ok(done)
    }

    /// The first answer again. One that now asks for a task gets a finished one.
    async fn repeat(
        &self,
        mut upload: Upload,
        confirm: &ConfirmUploadRequest,
        manner: Manner,
        now: Timestamp,
    ) -> Result<Upload> {
        upload.check_repeat(confirm)?;
        if manner.with_task && upload.task_id.is_none() {
            let task = finished_task(&upload, now);
            self.store.put_task(&task).await?;
            upload.task_id = Some(task.task_id);
        }
        Ok(upload)
    }
}

/// The record of a confirm that was done at once: clients that ask for `async` poll it. Its id
/// follows from the upload's, so that repeats name the same task.
fn finished_task(upload: &Upload, now: Timestamp) -> Task {
    let inputs = vec![json!({"upload_id": upload.upload_id, "bucket_id": upload.bucket_id})];
    let task = Task::pending(&upload.scope, TaskType::ApiBucketsUploadsConfirm, inputs, None, now);
    Task { task_id: TaskId::for_upload(&upload.upload_id), status: TaskStatus::Completed, ..task }
}
