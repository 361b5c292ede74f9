//! Uploads and confirmations, as the contract answers them (sections 7.2 and 7.4).

use serde::Serialize;
use serde_json::{Map, Value};

use super::{Upload, UploadStatus};
use crate::id::{BatchId, BucketId, ObjectId, TaskId, UploadId};
use crate::schema::FieldType;
use crate::time::Timestamp;

/// An upload as clients see it.
#[derive(Clone, Debug, Serialize)]
#[cfg_attr(feature = "openapi", derive(schemars::JsonSchema))]
pub struct UploadResponse {
    /// Its id.
    pub upload_id: UploadId,
    /// The bucket that it is for.
    pub bucket_id: BucketId,
    /// The file's name.
    pub filename: String,
    /// Its MIME type.
    pub content_type: String,
    /// Its size in bytes: the stored one once confirmed, else the declared one.
    pub file_size_bytes: Option<u64>,
    /// Where to PUT the file; given once, at most 2,083 characters.
    #[cfg_attr(feature = "openapi", schemars(url, length(min = 1, max = 2083)))]
    pub presigned_url: Option<String>,
    /// How long that URL is good, in seconds.
    pub presigned_url_expiration: u32,
    /// The key in S3; opaque to clients.
    pub s3_key: String,
    /// How far it is.
    pub status: UploadStatus,
    /// Tracking data.
    pub metadata: Map<String, Value>,
    /// Whether confirming makes an object.
    pub create_object_on_confirm: bool,
    /// That object's custom fields.
    pub object_metadata: Option<Map<String, Value>>,
    /// That object's blob property.
    pub blob_property: Option<String>,
    /// That blob's type.
    pub blob_type: Option<FieldType>,
    /// The declared SHA-256.
    pub file_hash: Option<String>,
    /// Whether an upload with the same bytes may take its place.
    pub skip_duplicates: bool,
    /// Whether one did.
    pub is_duplicate: bool,
    /// Which one.
    pub duplicate_of_upload_id: Option<UploadId>,
    /// Whether no upload is needed, because the object with this unique key exists.
    pub skipped_unique_key: bool,
    /// That object.
    pub existing_object_id: Option<ObjectId>,
    /// What people should know of it.
    pub message: Option<String>,
    /// When it was made.
    pub created_at: Timestamp,
    /// When its URL expires.
    pub expires_at: Timestamp,
    /// When it was confirmed.
    pub completed_at: Option<Timestamp>,
    /// When its bytes were checked.
    pub verified_at: Option<Timestamp>,
    /// S3's ETag, without quotes.
    pub etag: Option<String>,
    /// The object that it made.
    pub object_id: Option<ObjectId>,
    /// The finished task of an asynchronous confirm.
    pub task_id: Option<TaskId>,
}

impl UploadResponse {
    /// Shows an upload without a URL.
    pub fn new(upload: Upload, now: Timestamp) -> Self {
        let status = upload.status_at(now);
        let record = upload.record;
        let expired = "The file was not confirmed before the presigned URL expired.";
        Self {
            upload_id: upload.upload_id,
            bucket_id: upload.bucket_id,
            filename: record.filename,
            content_type: record.content_type,
            file_size_bytes: record.stored_size_bytes.or(record.file_size_bytes),
            presigned_url: None,
            presigned_url_expiration: record.presigned_url_expiration,
            s3_key: record.place.key,
            status,
            metadata: record.metadata,
            create_object_on_confirm: record.create_object_on_confirm,
            object_metadata: record.object_metadata,
            blob_property: record.blob_property,
            blob_type: record.blob_type,
            file_hash: record.file_hash,
            skip_duplicates: record.skip_duplicates,
            is_duplicate: record.duplicate_of_upload_id.is_some(),
            duplicate_of_upload_id: record.duplicate_of_upload_id,
            skipped_unique_key: false,
            existing_object_id: None,
            message: record.message.or_else(|| (status == UploadStatus::Failed).then(|| expired.to_owned())),
            created_at: record.created_at,
            expires_at: record.expires_at,
            completed_at: record.completed_at,
            verified_at: record.verified_at,
            etag: record.etag,
            object_id: record.object_id,
            task_id: record.task_id,
        }
    }

    /// Shows a new upload with the URL to PUT its file to.
    pub fn signed(upload: Upload, url: String, now: Timestamp) -> Self {
        Self { presigned_url: Some(url), ..Self::new(upload, now) }
    }

    /// Shows the confirmed upload that already has the bytes: its own record, no new one.
    pub fn duplicate(original: Upload, now: Timestamp) -> Self {
        let id = original.upload_id.clone();
        Self {
            is_duplicate: true,
            message: Some(format!("The same file was uploaded before as {id}; nothing needs to be sent.")),
            duplicate_of_upload_id: Some(id),
            ..Self::new(original, now)
        }
    }

    /// Shows an upload that wasn't stored, because the object with its unique key exists.
    pub fn skipped(upload: Upload, existing: ObjectId, now: Timestamp) -> Self {
        Self {
            status: UploadStatus::Skipped,
            skipped_unique_key: true,
            existing_object_id: Some(existing),
            message: Some("An object with this unique key exists; nothing needs to be sent.".to_owned()),
            expires_at: now,
            ..Self::new(upload, now)
        }
    }
}

/// A confirmation as clients see it; a repeated confirm gets the same.
#[derive(Clone, Debug, Serialize)]
#[cfg_attr(feature = "openapi", derive(schemars::JsonSchema))]
pub struct ConfirmUploadResponse {
    /// The upload.
    pub upload_id: UploadId,
    /// COMPLETED.
    pub status: UploadStatus,
    /// S3's ETag, without quotes.
    pub etag: Option<String>,
    /// The stored size in bytes.
    pub file_size_bytes: Option<u64>,
    /// The declared SHA-256.
    pub file_hash: Option<String>,
    /// When the bytes were checked.
    pub verified_at: Option<Timestamp>,
    /// When it was confirmed.
    pub completed_at: Option<Timestamp>,
    /// The object that it made or stands for.
    pub object_id: Option<ObjectId>,
    /// The finished task, with `?async=true`.
    pub task_id: Option<TaskId>,
    /// The batch that was submitted, with `auto_submit_batch`.
    pub batch_id: Option<BatchId>,
    /// What people should know of it.
    pub message: Option<String>,
}

impl ConfirmUploadResponse {
    /// Shows a confirmed upload, with the batch that was submitted of its object.
    pub fn new(upload: Upload, batch_id: Option<BatchId>) -> Self {
        let record = upload.record;
        Self {
            upload_id: upload.upload_id,
            status: record.status,
            etag: record.etag,
            file_size_bytes: record.stored_size_bytes,
            file_hash: record.file_hash,
            verified_at: record.verified_at,
            completed_at: record.completed_at,
            object_id: record.object_id,
            task_id: record.task_id,
            batch_id,
            message: record.message,
        }
    }
}
