//! Uploads: a promise of bytes through a presigned URL, and what became of it (contract section 7).

mod batch;
mod cancel;
mod cleanup;
mod confirm;
mod copy;
mod request;
mod response;
mod verify;

use serde::{Deserialize, Serialize};
use serde_json::{Map, Value};

use crate::id::{BucketId, Incarnation, ObjectId, TaskId, UploadId};
use crate::json::check_chars;
use crate::limits::{MAX_FILENAME_CHARS, UNCONFIRMED_UPLOAD_DAYS};
use crate::namespace::Scope;
use crate::place::Place;
use crate::schema::FieldType;
use crate::time::Timestamp;
use crate::violation::{Path, Violations};

pub use batch::{
    BatchConfirmRequest, BatchConfirmResponse, BatchUploadRequest, BatchUploadResponse, ConfirmationOutcome,
    ConfirmationRequest,
};
pub use cleanup::{Cleanup, Grace, Kept, Rounds};
pub use confirm::{ConfirmUploadRequest, Confirmable, Stored};
pub use request::{CreateUploadRequest, UploadDraft};
pub use response::{ConfirmUploadResponse, UploadResponse};
pub use verify::{Hashed, Hashing};

/// How far an upload is. PENDING ends as COMPLETED by a confirm, as CANCELED by its owner, or as
/// FAILED when its URL has expired without either.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(schemars::JsonSchema))]
#[serde(rename_all = "SCREAMING_SNAKE_CASE")]
pub enum UploadStatus {
    /// Waiting for bytes and their confirmation.
    Pending,
    /// Confirmed.
    Completed,
    /// Never confirmed in time.
    Failed,
    /// Cancelled.
    Canceled,
    /// Never begun, because its object exists. Only in answers, never stored.
    Skipped,
}

impl UploadStatus {
    /// The name on the wire.
    pub fn name(self) -> &'static str {
        match self {
            Self::Pending => "PENDING",
            Self::Completed => "COMPLETED",
            Self::Failed => "FAILED",
            Self::Canceled => "CANCELED",
            Self::Skipped => "SKIPPED",
        }
    }
}

/// An upload, as it is stored.
#[derive(Clone, Debug, PartialEq)]
pub struct Upload {
    /// Its id, unique in the organisation.
    pub upload_id: UploadId,
    /// Whose it is.
    pub scope: Scope,
    /// The bucket that it is for.
    pub bucket_id: BucketId,
    /// What is stored of the rest.
    pub record: UploadRecord,
}

/// Everything of an upload but its identity.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct UploadRecord {
    /// The file's true name.
    pub filename: String,
    /// Its MIME type, signed into the URL.
    pub content_type: String,
    /// Its declared size in bytes, signed into the URL.
    pub file_size_bytes: Option<u64>,
    /// How long the URL is good, in seconds.
    pub presigned_url_expiration: u32,
    /// Where the bytes go.
    pub place: Place,
    /// How far it is, as stored; see [`Upload::status_at`].
    pub status: UploadStatus,
    /// The client's tracking data; never reaches the object.
    pub metadata: Map<String, Value>,
    /// Whether confirming makes an object.
    pub create_object_on_confirm: bool,
    /// That object's custom fields.
    pub object_metadata: Option<Map<String, Value>>,
    /// That object's blob property.
    pub blob_property: Option<String>,
    /// That blob's type.
    pub blob_type: Option<FieldType>,
    /// The declared SHA-256, 64 lower-case hex digits.
    pub file_hash: Option<String>,
    /// Whether confirm found the bytes to have `file_hash`.
    pub hash_verified: bool,
    /// Whether a confirmed upload with the same bytes may take this one's place.
    pub skip_duplicates: bool,
    /// Whether S3's word that the bytes have come may confirm it.
    #[serde(default = "unless_refused")]
    pub auto_confirm: bool,
    /// The confirmed upload that did.
    pub duplicate_of_upload_id: Option<UploadId>,
    /// What people should know of it.
    pub message: Option<String>,
    /// S3's ETag of the confirmed bytes, without quotes.
    pub etag: Option<String>,
    /// Their size in bytes.
    pub stored_size_bytes: Option<u64>,
    /// The object that it made or stands for.
    pub object_id: Option<ObjectId>,
    /// The finished task of an asynchronous confirm.
    pub task_id: Option<TaskId>,
    /// One life under this id.
    pub incarnation: Incarnation,
    /// Its shard of the listing index.
    pub shard: u32,
    /// When it was made.
    pub created_at: Timestamp,
    /// When its URL expires.
    pub expires_at: Timestamp,
    /// When the bytes were checked.
    pub verified_at: Option<Timestamp>,
    /// When it was confirmed.
    pub completed_at: Option<Timestamp>,
}

/// The default of what an upload allows unless its client says no.
fn unless_refused() -> bool {
    true
}

impl std::ops::Deref for Upload {
    type Target = UploadRecord;

    fn deref(&self) -> &UploadRecord {
        &self.record
    }
}

impl std::ops::DerefMut for Upload {
    fn deref_mut(&mut self) -> &mut UploadRecord {
        &mut self.record
    }
}

impl Upload {
    /// The status that clients see: an unconfirmed upload past its expiry has FAILED. Computed, so
    /// that nothing has to run at that moment.
    pub fn status_at(&self, now: Timestamp) -> UploadStatus {
        match self.status {
            UploadStatus::Pending if now >= self.expires_at => UploadStatus::Failed,
            stored => stored,
        }
    }

    /// When the record of an unconfirmed upload may be removed, in seconds since the Unix epoch.
    pub fn removal_seconds(&self) -> i64 {
        self.expires_at.seconds() + UNCONFIRMED_UPLOAD_DAYS * 24 * 3600
    }

    /// What Stowage established about the confirmed bytes: their verified SHA-256, else S3's ETag
    /// and size. A `file_hash` that wasn't verified says nothing: anyone can declare any.
    pub fn content_identity(&self) -> Option<String> {
        match (&self.file_hash, self.hash_verified) {
            (Some(hash), true) => Some(format!("sha256:{hash}")),
            _ => self.etag_identity(),
        }
    }

    /// The identity by S3's ETag and the size in bytes, once confirmed.
    pub fn etag_identity(&self) -> Option<String> {
        Some(format!("etag:{}:{}", self.etag.as_ref()?, self.stored_size_bytes?))
    }
}

/// The schema of what [`check_filename`] takes.
#[cfg(feature = "openapi")]
fn filename_schema(_: &mut schemars::SchemaGenerator) -> schemars::Schema {
    schemars::json_schema!({
        "type": "string",
        "minLength": 1,
        "maxLength": MAX_FILENAME_CHARS,
        "pattern": r"^[^/\\\x00-\x1f\x7f-\x9f][^\\\x00-\x1f\x7f-\x9f]*$",
        "not": {"pattern": r"(^|/)\.{1,2}(/|$)"},
    })
}

/// Checks a file name: 1 to 255 characters, no control characters and no way out of a folder.
pub(crate) fn check_filename(name: &str, at: &Path) -> Violations {
    let mut violations = check_chars(name, 1, MAX_FILENAME_CHARS, at);
    let climbs = name.split('/').any(|segment| segment == ".." || segment == ".");
    if climbs || name.contains('\\') || name.starts_with('/') {
        violations.add(
            "value_error",
            at.clone(),
            "must not contain a path that leaves its folder (../, ./, / at the start, \\)",
        );
    }
    if name.chars().any(char::is_control) {
        violations.add("value_error", at.clone(), "must not contain control characters");
    }
    violations
}
