//! Bytes that no row names: of a create that was refused, or of a process that was killed between bytes and
//! row, or that a URL brought after its upload's row was gone. They are noted, like those that deleted
//! objects leave, and go with them after one more look.

use stowage_blobs::ports::ListKeys;
use stowage_domain::Result;
use stowage_domain::place::Place;
use stowage_domain::time::Timestamp;
use stowage_store::ports::{FindOrphans, RememberPass};

use crate::rounds::Round;
use crate::{Reconcile, Run};

/// The name that the pass is remembered by.
pub(crate) const PASS: &str = "orphans";

/// Where Stowage's bytes are, in S3's order.
const PREFIXES: [&str; 3] = ["inline/", "mirror/", "uploads/"];

impl<S: FindOrphans + RememberPass, B: ListKeys> Reconcile<S, B> {
    /// Goes through all keys, from where the last run stopped; false if time ran out.
    pub(crate) async fn find_orphans(&self, run: &mut Run<'_>) -> Result<bool> {
        if !self.removes_orphans {
            return Ok(true);
        }
        let every = self.grace.rounds.orphans;
        let Some(mut round) = Round::resume(&self.store, PASS, every, run.now()).await? else {
            return Ok(true);
        };
        let ended = self.walk_keys(&mut round, run).await;
        round.leave(&self.store, &ended, run.now()).await?;
        ended
    }

    async fn walk_keys(&self, round: &mut Round, run: &mut Run<'_>) -> Result<bool> {
        for prefix in PREFIXES {
            // Behind this one already.
            if round.after.as_deref().is_some_and(|after| after > prefix && !after.starts_with(prefix)) {
                continue;
            }
            loop {
                if !run.goes_on() {
                    return Ok(false);
                }
                let after = round.after.as_deref().filter(|after| after.starts_with(prefix));
                let page = self.blobs.list_keys(prefix, after).await?;
                let Some(last) = page.found.last().map(|stored| stored.key.clone()) else { break };
                let is_old = |at: Timestamp| at.plus_seconds(self.grace.orphaned) <= run.now();
                let old = page.found.into_iter().filter(|stored| is_old(stored.written_at));
                self.note_orphans(old.map(|stored| stored.key).collect(), run).await?;
                round.after = Some(last);
                if !page.more {
                    break;
                }
            }
        }
        Ok(true)
    }

    async fn note_orphans(&self, keys: Vec<String>, run: &mut Run<'_>) -> Result<()> {
        for _ in keys.iter().filter(|key| Place::owners_of(key).is_none()) {
            // Nobody knows whose these are, so they stay, and it is seen.
            run.find("unknown_keys");
        }
        for key in self.store.without_row(&keys).await? {
            match self.store.note_orphan(key, run.now()).await {
                Ok(true) => run.count("orphaned_keys"),
                Ok(false) => {}
                Err(error) => run.leave("key", key, error),
            }
        }
        Ok(())
    }
}
