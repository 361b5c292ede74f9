//! What an upload's row and bytes come to once nobody needs them any more.

use super::{Upload, UploadStatus};
use crate::limits::{
    COPY_ROUND_SECONDS, LATE_PUT_SECONDS, LOST_ROUND_SECONDS, ORPHAN_ROUND_SECONDS, ORPHAN_SECONDS,
    PARTS_SECONDS, STUCK_COPY_SECONDS, STUCK_TASK_SECONDS, UNREFERENCED_SECONDS, UNREPORTED_SECONDS,
    UPLOAD_GRACE_SECONDS,
};
use crate::time::Timestamp;

/// How long things are left alone that nobody seems to need, in seconds.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Grace {
    /// An upload, after its URL has expired.
    pub expired: i64,
    /// Bytes, after the last object that referred to them is gone.
    pub unreferenced: i64,
    /// How long after its URL has expired an upload's place is looked at for the last time.
    pub late: i64,
    /// A multipart upload, after it was begun.
    pub parts: i64,
    /// A task, after anybody has worked on it.
    pub stuck: i64,
    /// A batch, after its processor has reported anything.
    pub unreported: i64,
    /// Bytes that no row names, after they were written.
    pub orphaned: i64,
    /// A source that waits for its copy, after its object has changed.
    pub uncopied: i64,
    /// Between the looks for what only a look at everything finds.
    pub rounds: Rounds,
}

/// How long after one look through everything the next begins, in seconds.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Rounds {
    /// Through S3, for bytes that no row names.
    pub orphans: i64,
    /// Through the objects, for sources that wait for their copies.
    pub copies: i64,
    /// Through the rows, for bytes that are gone.
    pub lost: i64,
}

impl Rounds {
    /// Every time anew.
    pub const ALWAYS: Self = Self { orphans: 0, copies: 0, lost: 0 };
}

impl Default for Grace {
    fn default() -> Self {
        Self {
            expired: UPLOAD_GRACE_SECONDS,
            unreferenced: UNREFERENCED_SECONDS,
            late: LATE_PUT_SECONDS,
            parts: PARTS_SECONDS,
            stuck: STUCK_TASK_SECONDS,
            unreported: UNREPORTED_SECONDS,
            orphaned: ORPHAN_SECONDS,
            uncopied: STUCK_COPY_SECONDS,
            rounds: Rounds {
                orphans: ORPHAN_ROUND_SECONDS,
                copies: COPY_ROUND_SECONDS,
                lost: LOST_ROUND_SECONDS,
            },
        }
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
    /// When its bytes were removed last, if they were.
    pub bytes_removed_at: Option<Timestamp>,
}

/// What is to be done with one.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Cleanup {
    /// It has FAILED for good, and its bytes go.
    Expire,
    /// No object refers to it any more, and none can from now on; its bytes go.
    Claim(Timestamp),
    /// Its bytes go, those that came after they went before, too.
    RemoveBytes,
}

impl Kept {
    /// What is to be done with it, if anything.
    pub fn cleanup(&self, grace: Grace, now: Timestamp) -> Option<Cleanup> {
        let is_over = self.upload.expires_at.plus_seconds(grace.expired) <= now;
        let is_due = match self.upload.status {
            UploadStatus::Pending if is_over => return Some(Cleanup::Expire),
            UploadStatus::Failed => true,
            UploadStatus::Canceled => is_over && !self.keeps_bytes,
            UploadStatus::Completed if self.is_deleting => true,
            UploadStatus::Completed => return self.forgotten_since(grace, now).map(Cleanup::Claim),
            UploadStatus::Pending | UploadStatus::Skipped => false,
        };
        (is_due && self.may_have_bytes(grace, now)).then_some(Cleanup::RemoveBytes)
    }

    /// Whether nothing can come any more of the PUTs that its URL allowed.
    pub fn is_over_for_good(&self, grace: Grace, now: Timestamp) -> bool {
        self.upload.expires_at.plus_seconds(grace.late) <= now
    }

    /// Whether bytes may be there that nobody has removed yet. A URL can't be taken back: while it is good,
    /// it may bring some at any moment, and a PUT that was begun then, for a while longer.
    fn may_have_bytes(&self, grace: Grace, now: Timestamp) -> bool {
        let Some(removed_at) = self.bytes_removed_at else { return true };
        let was_open = removed_at < self.upload.expires_at;
        was_open || (self.is_over_for_good(grace, now) && !self.is_over_for_good(grace, removed_at))
    }

    /// Since when no object refers to it, if that is long enough ago.
    fn forgotten_since(&self, grace: Grace, now: Timestamp) -> Option<Timestamp> {
        let since = self.unreferenced_since.filter(|_| self.references == 0);
        since.filter(|since| since.plus_seconds(grace.unreferenced) <= now)
    }
}
