//! Uploads that nobody confirmed in time, and those that no object refers to any more. The row is changed
//! before any byte goes, on the condition that it still is what was found.

use stowage_api::Note;
use stowage_blobs::ports::DeleteBytes;
use stowage_domain::Result;
use stowage_domain::upload::{Cleanup, Kept};
use stowage_store::ports::{CleanUploads, RememberPass, SweepBucket};

use crate::{Reconcile, Run, count};

/// The name that the pass is remembered by.
const PASS: &str = "uploads";
/// Rows that are read at a time.
const AT_ONCE: u32 = 100;

impl<S: CleanUploads + RememberPass + SweepBucket, B: DeleteBytes> Reconcile<S, B> {
    /// Goes through all uploads, from where the last run stopped; false if time ran out.
    pub(crate) async fn clean_uploads(&self, run: Run, note: &mut Note) -> Result<bool> {
        let mut after = self.store.pass(PASS).await?;
        let is_resumed = after.is_some();
        loop {
            if !run.goes_on() {
                return Ok(false);
            }
            let scanned = self.store.scan_uploads(after.as_deref(), AT_ONCE).await?;
            for kept in scanned.found {
                if let Some(cleanup) = kept.cleanup(self.grace, run.deadline.now()) {
                    self.clean(&kept, cleanup, note).await?;
                }
            }
            if after != scanned.next || is_resumed {
                self.store.remember_pass(PASS, scanned.next.as_deref()).await?;
            }
            after = scanned.next;
            if after.is_none() {
                return Ok(true);
            }
        }
    }

    async fn clean(&self, kept: &Kept, cleanup: Cleanup, note: &mut Note) -> Result<()> {
        let mut upload = kept.upload.clone();
        match cleanup {
            Cleanup::Expire => {
                if !self.store.fail_upload(&upload).await? {
                    return Ok(()); // somebody was first
                }
                upload.status = stowage_domain::upload::UploadStatus::Failed;
                count(note, "expired_uploads");
                self.blobs.delete_all_versions(&upload.place).await?;
                self.store.note_removed_bytes(&upload).await?;
            }
            Cleanup::RemoveBytes => {
                self.blobs.delete_all_versions(&upload.place).await?;
                self.store.note_removed_bytes(&upload).await?;
                count(note, "late_bytes");
            }
            Cleanup::RemoveAll => {
                if !kept.is_deleting && !self.store.claim_unreferenced(&upload).await? {
                    return Ok(());
                }
                self.blobs.delete_all_versions(&upload.place).await?;
                self.store.sweep_upload(&upload).await?;
                count(note, "unreferenced_uploads");
            }
        }
        Ok(())
    }
}
