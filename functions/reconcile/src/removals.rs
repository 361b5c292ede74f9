//! Bytes that objects have left which were deleted or updated, and those that no row names, once nobody can be
//! reading them any more. The note of them goes last, so that a run that ends in between is followed by one
//! that finds it again.

use stowage_blobs::ports::DeleteBytes;
use stowage_domain::Result;
use stowage_domain::listing::{Position, Stretch};
use stowage_store::ports::{RememberPass, Removal, RemoveBytes};

use crate::rounds::Round;
use crate::run::oldest_first;
use crate::{Reconcile, Run};

/// The name that the pass is remembered by.
pub(crate) const PASS: &str = "removals";

impl<S: RemoveBytes + RememberPass, B: DeleteBytes> Reconcile<S, B> {
    /// Goes through them, the oldest first, from where the last run stopped; false if time ran out.
    pub(crate) async fn remove_left_bytes(&self, run: &mut Run<'_>) -> Result<bool> {
        let Some(mut round) = Round::resume(&self.store, PASS, 0, run.now()).await? else { return Ok(true) };
        let mut stretch = Stretch { after: round.after.take().map(Position::new), ..oldest_first() };
        let ended = self.walk_removals(&mut stretch, run).await;
        // Those that stay must not keep the next run from what is behind them.
        round.after = stretch.after.map(|position| position.as_str().to_owned());
        round.leave(&self.store, &ended, run.now()).await?;
        ended
    }

    /// Walks on as far as time goes; what is behind the stretch then has been looked at.
    async fn walk_removals(&self, stretch: &mut Stretch, run: &mut Run<'_>) -> Result<bool> {
        loop {
            let walked = self.store.list_removals(stretch).await?;
            for listed in walked.found {
                if !run.goes_on() {
                    return Ok(false);
                }
                let row = listed.record;
                match row.record {
                    Ok(removal) if !self.is_due(&removal, run) => return Ok(true), // nor what is behind it
                    Ok(removal) => {
                        if let Err(error) = self.remove(&removal, run).await {
                            run.leave("removal", &row.key, error);
                        }
                    }
                    Err(error) => run.leave("removal", &row.key, error),
                }
                stretch.after = Some(listed.position);
            }
            if !walked.more {
                return Ok(true);
            }
            stretch.after = walked.end;
        }
    }

    fn is_due(&self, removal: &Removal, run: &Run<'_>) -> bool {
        removal.removed_at.plus_seconds(self.grace.unreferenced) <= run.now()
    }

    async fn remove(&self, removal: &Removal, run: &mut Run<'_>) -> Result<()> {
        if removal.is_orphan && !self.removes_orphans {
            return self.store.forget_removal(removal).await; // it is found again, should it be wanted
        }
        if self.store.is_in_use(removal).await? {
            // Places are never used twice, so this would be a bug, unless tables were restored from a backup
            // since: the bytes stay, and it is seen.
            run.find("bytes_in_use");
            return Ok(());
        }
        for place in &removal.places {
            self.blobs.delete_all_versions(place).await?;
        }
        self.store.forget_removal(removal).await?;
        run.count(if removal.is_orphan { "removed_orphans" } else { "removed_objects_bytes" });
        Ok(())
    }
}
