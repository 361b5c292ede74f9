//! Cancelling: an upload that nobody confirmed needs no confirmation any more (contract section 7.5).

use super::{Upload, UploadStatus};
use crate::{Error, Result};

impl Upload {
    /// Checks that this upload can be cancelled: once confirmed, it can't be. A cancelled one can be
    /// again, so that a deletion whose answer was lost, or which left bytes behind, may be repeated.
    pub fn check_cancellable(&self) -> Result<()> {
        match self.status {
            UploadStatus::Completed => Err(Error::UploadCompleted(self.upload_id.clone())),
            UploadStatus::Pending | UploadStatus::Failed | UploadStatus::Canceled | UploadStatus::Skipped => {
                Ok(())
            }
        }
    }
}
