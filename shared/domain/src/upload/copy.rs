//! Copies of sources that objects share: a row like an upload's counts who refers to the bytes, so that they go
//! with the last of them. No client sees such a row.

use serde_json::Map;

use super::{Upload, UploadRecord, UploadStatus};
use crate::blob::{Blob, Copied};
use crate::id::Incarnation;
use crate::object::Object;
use crate::place::{Area, Place};
use crate::time::Timestamp;

impl Upload {
    /// The row of a copy that was made for an object; `None` if it can't be shared: its place names no copy, or
    /// S3 sends its bytes with an encoding, which others of the same bytes may not have.
    pub fn of_copy(copied: &Copied, object: &Object, now: Timestamp) -> Option<Self> {
        let (_, upload_id) = Place::owners_of(&copied.place.key)?.upload.filter(|_| !copied.is_encoded)?;
        let record = UploadRecord {
            filename: copied.filename.clone(),
            content_type: copied.mime_type.clone(),
            file_size_bytes: Some(copied.size_bytes),
            presigned_url_expiration: 0,
            place: copied.place.clone(),
            status: UploadStatus::Completed,
            metadata: Map::new(),
            create_object_on_confirm: false,
            object_metadata: None,
            blob_property: None,
            blob_type: None,
            file_hash: copied.sha256.strip_prefix("sha256:").map(str::to_owned),
            hash_verified: true,
            skip_duplicates: false,
            auto_confirm: false,
            duplicate_of_upload_id: None,
            message: None,
            etag: None,
            stored_size_bytes: Some(copied.size_bytes),
            object_id: None,
            task_id: None,
            incarnation: Incarnation::random(),
            shard: 0,
            created_at: now,
            // There is no URL that could bring other bytes.
            expires_at: Timestamp::from_millis(0),
            verified_at: Some(now),
            completed_at: Some(now),
        };
        let (scope, bucket_id) = (object.scope.clone(), object.bucket_id.clone());
        Some(Self { upload_id, scope, bucket_id, record })
    }

    /// Whether it is the row of a copy.
    pub fn is_copy(&self) -> bool {
        self.place.area == Area::Mirror
    }

    /// What a copy is found by: its content, and what S3 says that it is.
    pub fn copy_identity(&self) -> Option<String> {
        let sha256 = self.file_hash.as_ref().filter(|_| self.is_copy())?;
        Some(identity(&format!("sha256:{sha256}"), &self.content_type))
    }
}

impl Blob {
    /// What the shared copy of this blob is found by, if it has one.
    pub fn copy_identity(&self) -> Option<String> {
        self.shared_copy()?;
        Some(identity(self.verified.as_deref()?, self.details.mime_type.as_deref()?))
    }
}

fn identity(sha256: &str, content_type: &str) -> String {
    format!("copy:{sha256}:{content_type}")
}
