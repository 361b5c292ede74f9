//! Rows whose bytes are gone, which must not be: somebody removed them past Stowage, or Stowage has a bug. They
//! can't be brought back, but it is seen: the object says so, and the run fails and names the row.

use stowage_blobs::ports::HasBytes;
use stowage_domain::object::Object;
use stowage_domain::upload::{Kept, UploadStatus};
use stowage_domain::{Error, Result};
use stowage_store::ports::{CleanUploads, FailObject, ScanObjects, Scanned};

use crate::rounds::Pass;
use crate::{Reconcile, Run};

/// Rows that are read at a time.
const AT_ONCE: u32 = 100;

/// The cause in the run's line.
fn gone() -> Error {
    Error::internal("S3: the bytes of a row are gone")
}

/// Objects, with the bytes of their blobs.
pub(crate) struct ObjectsBytes<'a, S, B>(pub(crate) &'a Reconcile<S, B>);

impl<S: FailObject + ScanObjects, B: HasBytes> Pass for ObjectsBytes<'_, S, B> {
    type Record = Object;
    const NAME: &'static str = "objects' bytes";
    const WHAT: &'static str = "object";

    fn every(&self) -> i64 {
        self.0.grace.rounds.lost
    }

    async fn scan(&self, after: Option<&str>) -> Result<Scanned<Object>> {
        self.0.store.scan_objects(after, AT_ONCE, false).await
    }

    async fn look_at(&self, object: &Object, run: &mut Run<'_>) -> Result<()> {
        for blob in &object.blobs {
            let Some(place) = &blob.place else { continue };
            if self.0.blobs.has_bytes(place).await? {
                continue;
            }
            let reason = format!("blob '{}': its bytes are gone", blob.property);
            // Unless the object has changed since, and its bytes went for that reason.
            if self.0.store.fail_object(object, place, &reason, run.now()).await? {
                run.find("lost_bytes");
                return Err(gone());
            }
        }
        Ok(())
    }
}

/// Confirmed uploads that no object refers to; the bytes of others are looked at with their objects.
pub(crate) struct UploadsBytes<'a, S, B>(pub(crate) &'a Reconcile<S, B>);

impl<S: CleanUploads, B: HasBytes> Pass for UploadsBytes<'_, S, B> {
    type Record = Kept;
    const NAME: &'static str = "uploads' bytes";
    const WHAT: &'static str = "upload";

    fn every(&self) -> i64 {
        self.0.grace.rounds.lost
    }

    async fn scan(&self, after: Option<&str>) -> Result<Scanned<Kept>> {
        self.0.store.scan_uploads(after, AT_ONCE).await
    }

    async fn look_at(&self, kept: &Kept, run: &mut Run<'_>) -> Result<()> {
        let upload = &kept.upload;
        let is_whole = upload.status == UploadStatus::Completed && kept.references == 0 && !kept.is_deleting;
        if !is_whole || self.0.blobs.has_bytes(&upload.place).await? {
            return Ok(());
        }
        if !self.0.store.is_to_stay(upload).await? {
            return Ok(()); // it was claimed since
        }
        run.find("lost_bytes");
        Err(gone())
    }
}
