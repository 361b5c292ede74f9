//! Uploads that nobody confirmed in time, and those that no object refers to any more. The row is changed
//! before any byte goes, on the condition that it still is what was found.

use stowage_blobs::ports::DeleteBytes;
use stowage_domain::Result;
use stowage_domain::time::Timestamp;
use stowage_domain::upload::{Cleanup, Kept, UploadStatus};
use stowage_store::ports::{CleanUploads, Scanned};

use crate::rounds::Pass;
use crate::{Reconcile, Run};

/// Rows that are read at a time.
const AT_ONCE: u32 = 100;

/// All uploads.
pub(crate) struct Uploads<'a, S, B>(pub(crate) &'a Reconcile<S, B>);

impl<S: CleanUploads, B: DeleteBytes> Pass for Uploads<'_, S, B> {
    type Record = Kept;
    const NAME: &'static str = "uploads";
    const WHAT: &'static str = "upload";

    fn every(&self) -> i64 {
        0
    }

    async fn scan(&self, after: Option<&str>) -> Result<Scanned<Kept>> {
        self.0.store.scan_uploads(after, AT_ONCE).await
    }

    async fn look_at(&self, kept: &Kept, run: &mut Run<'_>) -> Result<()> {
        match kept.cleanup(self.0.grace, run.now()) {
            Some(cleanup) => self.0.clean(kept, cleanup, run).await,
            None => Ok(()),
        }
    }
}

impl<S: CleanUploads, B: DeleteBytes> Reconcile<S, B> {
    async fn clean(&self, kept: &Kept, cleanup: Cleanup, run: &mut Run<'_>) -> Result<()> {
        let mut upload = kept.upload.clone();
        match cleanup {
            Cleanup::Expire => {
                if !self.store.fail_upload(&upload).await? {
                    return Ok(()); // somebody was first
                }
                upload.status = UploadStatus::Failed;
                run.count("expired_uploads");
            }
            Cleanup::Claim(since) => {
                if !self.store.claim_unreferenced(&upload, since).await? {
                    return Ok(());
                }
                run.count("unreferenced_uploads");
            }
            Cleanup::RemoveBytes => {}
        }
        let at = run.now();
        if self.blobs.delete_all_versions(&upload.place).await? && cleanup == Cleanup::RemoveBytes {
            run.count("late_bytes");
        }
        if upload.status == UploadStatus::Completed {
            return self.forget(kept, at).await;
        }
        self.store.note_removed_bytes(&upload, at).await
    }

    /// What is left of an upload whose bytes have gone, now that no object refers to it: nothing in the end,
    /// but its row as long as its URL may bring bytes.
    async fn forget(&self, kept: &Kept, at: Timestamp) -> Result<()> {
        let upload = &kept.upload;
        self.store.forget_content(upload).await?;
        if kept.is_over_for_good(self.grace, at) {
            return self.store.remove_claimed(upload).await;
        }
        self.store.note_removed_bytes(upload, at).await
    }
}
