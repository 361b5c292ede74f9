//! Batches whose processor is not heard of any more, and those whose last report was recorded and could
//! not end them.

use stowage_domain::Result;
use stowage_ingest::end_attempt;
use stowage_store::ports::{ChangeBatch, FindBatch, FindTask, ListAttempts, OpenAttempt, ReleaseObjects};

use crate::run::oldest_first;
use crate::{Reconcile, Run};

/// What the pass is called.
pub(crate) const PASS: &str = "attempts";

/// What the client of a batch that is given up reads.
const GIVEN_UP: &str = "its processor was not heard of any more; what was reported stays";

impl<S, B> Reconcile<S, B>
where
    S: ChangeBatch + FindBatch + FindTask + ListAttempts + ReleaseObjects,
    B: Sync,
{
    /// Goes through the open attempts, the oldest first; false if time ran out. It begins anew each time:
    /// what stays is what processors are working on.
    pub(crate) async fn end_attempts(&self, run: &mut Run<'_>) -> Result<bool> {
        let mut stretch = oldest_first();
        loop {
            let walked = self.store.list_attempts(&stretch).await?;
            for row in walked.found.into_iter().map(|listed| listed.record) {
                if !run.goes_on() {
                    return Ok(false);
                }
                let looked = match row.record {
                    Ok(open) => self.look_at_attempt(&open, run).await,
                    Err(error) => Err(error),
                };
                if let Err(error) = looked {
                    run.leave("attempt at a batch", &row.key, error);
                }
            }
            if !walked.more {
                return Ok(true);
            }
            stretch.after = walked.end;
        }
    }

    async fn look_at_attempt(&self, open: &OpenAttempt, run: &mut Run<'_>) -> Result<()> {
        let (progress, now) = (&open.progress, run.now());
        let is_over = progress.left == 0;
        if !progress.is_open || (!is_over && progress.reported_at.plus_seconds(self.grace.unreported) > now) {
            return Ok(());
        }
        let batch = self.store.find_batch(&open.organisation_id, &open.batch_id).await?;
        // One that has begun another attempt meanwhile is looked at another time.
        let Some(batch) = batch.filter(|batch| batch.attempt == progress.attempt) else { return Ok(()) };
        let given_up = (!is_over).then_some(GIVEN_UP);
        end_attempt(&self.store, &batch, progress, given_up, now).await?;
        run.count(if is_over { "ended_batches" } else { "given_up_batches" });
        Ok(())
    }
}
