//! Bytes that deleted objects have left, once nobody can be reading them any more. The note of them goes
//! last, so that a run that ends in between is followed by one that finds it again.

use stowage_api::Note;
use stowage_blobs::ports::DeleteBytes;
use stowage_domain::Result;
use stowage_domain::listing::{Direction, Stretch};
use stowage_store::ports::RemoveBytes;

use crate::{Reconcile, Run, count};

/// Notes that are read at a time.
const AT_ONCE: u32 = 100;
/// See [`AT_ONCE`].
const AT_ONCE_BYTES: u64 = 1024 * 1024;

impl<S: RemoveBytes, B: DeleteBytes> Reconcile<S, B> {
    /// Removes them, the oldest first; false if time ran out.
    pub(crate) async fn remove_left_bytes(&self, run: Run, note: &mut Note) -> Result<bool> {
        let mut stretch = Stretch {
            direction: Direction::Asc,
            after: None,
            skip: 0,
            records: AT_ONCE,
            bytes: AT_ONCE_BYTES,
        };
        loop {
            let walked = self.store.list_removals(&stretch).await?;
            for removal in walked.found.into_iter().map(|listed| listed.record) {
                if !run.goes_on() {
                    return Ok(false);
                }
                let due = removal.removed_at.plus_seconds(self.grace.unreferenced);
                if due > run.deadline.now() {
                    return Ok(true); // and so are all behind it
                }
                if self.store.is_in_use(&removal).await? {
                    // Places are never used twice, so this would be a bug: the bytes stay, and it is seen.
                    count(note, "bytes_in_use");
                    continue;
                }
                for place in &removal.places {
                    self.blobs.delete_all_versions(place).await?;
                }
                self.store.forget_removal(&removal).await?;
                count(note, "removed_objects_bytes");
            }
            if !walked.more {
                return Ok(true);
            }
            stretch.after = walked.end;
        }
    }
}
