//! What an upload's row and bytes come to once nobody needs them any more.

use super::{Upload, UploadStatus};
use crate::limits::{UNREFERENCED_SECONDS, UPLOAD_GRACE_SECONDS};
use crate::time::Timestamp;

/// How long things are left alone that nobody seems to need, in seconds.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Grace {
    /// An upload, after its URL has expired.
    pub expired: i64,
    /// Bytes, after the last object that referred to them is gone.
    pub unreferenced: i64,
}

impl Default for Grace {
    fn default() -> Self {
        Self { expired: UPLOAD_GRACE_SECONDS, unreferenced: UNREFERENCED_SECONDS }
    }
}

/// An upload, with what its row says of the bytes.
#[derive(Clone, Debug, PartialEq)]
pub struct Kept {
    /// The upload.
    pub upload: Upload,
    /// How many objects refer to it.
    pub references: i64,
    /// Since when none does, if any ever did.
    pub unreferenced_since: Option<Timestamp>,
    /// Whether its bytes are being removed: nobody refers to it any more.
    pub is_deleting: bool,
    /// Whether the bytes of a canceled one are to stay.
    pub keeps_bytes: bool,
    /// Whether the bytes of one that was never confirmed are gone.
    pub bytes_are_removed: bool,
}

/// What is to be done with one.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Cleanup {
    /// It has FAILED for good, and its bytes go.
    Expire,
    /// Its bytes go: it is FAILED, or was canceled before a late PUT.
    RemoveBytes,
    /// Bytes and row go: no object refers to them any more.
    RemoveAll,
}

impl Kept {
    /// What is to be done with it, if anything.
    pub fn cleanup(&self, grace: Grace, now: Timestamp) -> Option<Cleanup> {
        let is_over = self.upload.expires_at.plus_seconds(grace.expired) <= now;
        match self.upload.status {
            UploadStatus::Pending if is_over => Some(Cleanup::Expire),
            UploadStatus::Failed if !self.bytes_are_removed => Some(Cleanup::RemoveBytes),
            UploadStatus::Canceled if is_over && !self.keeps_bytes && !self.bytes_are_removed => {
                Some(Cleanup::RemoveBytes)
            }
            UploadStatus::Completed if self.is_deleting || self.is_forgotten(grace, now) => {
                Some(Cleanup::RemoveAll)
            }
            _ => None,
        }
    }

    fn is_forgotten(&self, grace: Grace, now: Timestamp) -> bool {
        let since = self.unreferenced_since.filter(|_| self.references == 0);
        since.is_some_and(|since| since.plus_seconds(grace.unreferenced) <= now)
    }
}
