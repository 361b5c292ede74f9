//! Uploads that nobody confirmed in time, and those that no object refers to any more. The row is changed
//! before any byte goes, on the condition that it still is what was found.

use stowage_blobs::ports::DeleteBytes;
use stowage_domain::Result;
use stowage_domain::time::Timestamp;
use stowage_domain::upload::{Cleanup, Kept, UploadStatus};
use stowage_store::ports::{CleanUploads, RememberPass, Row};

use crate::{Reconcile, Run};

/// The name that the pass is remembered by.
pub(crate) const PASS: &str = "uploads";
/// Rows that are read at a time.
const AT_ONCE: u32 = 100;

impl<S: CleanUploads + RememberPass, B: DeleteBytes> Reconcile<S, B> {
    /// Goes through all uploads, from where the last run stopped; false if time ran out.
    pub(crate) async fn clean_uploads(&self, run: &mut Run<'_>) -> Result<bool> {
        let began = self.store.pass(PASS).await?;
        let mut after = began.clone();
        let ended = self.scan(&mut after, run).await;
        if after != began {
            self.store.remember_pass(PASS, after.as_deref()).await?;
        }
        ended
    }

    /// Goes on as far as time goes; `after` is the last row that has been looked at, none at the end.
    async fn scan(&self, after: &mut Option<String>, run: &mut Run<'_>) -> Result<bool> {
        loop {
            if !run.goes_on() {
                return Ok(false);
            }
            let scanned = self.store.scan_uploads(after.as_deref(), AT_ONCE).await?;
            for row in scanned.found {
                if !run.goes_on() {
                    return Ok(false);
                }
                self.look_at(&row, run).await;
                *after = Some(row.key);
            }
            *after = scanned.next;
            if after.is_none() {
                return Ok(true);
            }
        }
    }

    async fn look_at(&self, row: &Row<Kept>, run: &mut Run<'_>) {
        let cleaned = match &row.record {
            Ok(kept) => match kept.cleanup(self.grace, run.now()) {
                Some(cleanup) => self.clean(kept, cleanup, run).await,
                None => Ok(()),
            },
            Err(error) => Err(error.clone()),
        };
        if let Err(error) = cleaned {
            run.leave("upload", &row.key, error);
        }
    }

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
