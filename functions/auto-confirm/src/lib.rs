//! Confirms uploads whose clients don't: S3 says that bytes have come, and after a while this function
//! does what a confirm without a body does.
//!
//! The wait is the queue's delay, so that a client that confirms by itself is answered as if this
//! function weren't there. Whichever comes second finds the upload confirmed. A notification may come
//! twice, late or out of order: it only says where to look.

use stowage_api::event::{QueueMessage, Unreadable, created_keys};
use stowage_api::{Deadline, EventFunction, Note};
use stowage_blobs::ports::InspectUpload;
use stowage_domain::Result;
use stowage_domain::place::Place;
use stowage_domain::time::Timestamp;
use stowage_domain::upload::{ConfirmUploadRequest, Upload, UploadStatus};
use stowage_ingest::{Confirm, Manner};
use stowage_store::ports::{CompleteUpload, FindBucket, FindUploads, PutTask};

/// The function, over the ports that it needs.
#[derive(Clone, Debug)]
pub struct AutoConfirm<S, B> {
    confirm: Confirm<S, B>,
}

impl<S, B> AutoConfirm<S, B> {
    /// The function over a store and its blobs.
    pub fn new(store: S, blobs: B) -> Self {
        Self { confirm: Confirm::new(store, blobs) }
    }
}

impl<S, B> EventFunction for AutoConfirm<S, B>
where
    S: FindBucket + FindUploads + CompleteUpload + PutTask,
    B: InspectUpload,
{
    const NAME: &'static str = "auto-confirm";
    type Record = QueueMessage;

    async fn handle(&self, messages: &[QueueMessage], deadline: Deadline, note: &mut Note) -> Result<()> {
        for message in messages {
            let keys = created_keys(&message.body).map_err(Unreadable::in_message)?;
            note.outcome = Some("nothing written");
            for key in keys {
                self.confirm_key(&key, deadline.now(), note).await?;
            }
        }
        Ok(())
    }
}

impl<S, B> AutoConfirm<S, B>
where
    S: FindBucket + FindUploads + CompleteUpload + PutTask,
    B: InspectUpload,
{
    async fn confirm_key(&self, key: &str, now: Timestamp, note: &mut Note) -> Result<()> {
        let Some(upload) = self.upload_at(key).await? else {
            // Bytes that no upload waits for: reconcile removes them.
            note.outcome = Some("unknown key");
            return Ok(());
        };
        note.organisation_id = Some(upload.scope.organisation_id.to_string());
        note.namespace_id = Some(upload.scope.namespace_id.to_string());
        note.upload_id = Some(upload.upload_id.to_string());
        note.outcome = Some(match upload.status {
            UploadStatus::Completed => "confirmed before",
            UploadStatus::Canceled => "canceled",
            _ if !upload.auto_confirm => "opted out",
            // Boxed: unboxed, the handler's future is too large to lay out.
            _ => match Box::pin(self.confirm(upload, now)).await {
                Ok(()) => "confirmed",
                // As a client would have been told: an outcome, which another delivery wouldn't change.
                Err(refusal) if refusal.cause().is_none() => {
                    note.reason = Some(refusal.code().unwrap_or(refusal.type_name()));
                    "refused"
                }
                Err(failure) => return Err(failure),
            },
        });
        Ok(())
    }

    async fn upload_at(&self, key: &str) -> Result<Option<Upload>> {
        let Some((organisation, id)) = Place::upload_of(key) else { return Ok(None) };
        let upload = self.confirm.store().find_upload(&organisation, &id).await?;
        Ok(upload.filter(|upload| upload.place.key == key))
    }

    async fn confirm(&self, upload: Upload, now: Timestamp) -> Result<()> {
        let bucket = self.confirm.store().find_bucket(&upload.scope, upload.bucket_id.as_str()).await?;
        bucket.check_writable()?;
        let request = ConfirmUploadRequest::default();
        self.confirm.confirm_one(upload, &bucket, &request, Manner::default(), now).await?;
        Ok(())
    }
}
