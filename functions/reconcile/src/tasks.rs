//! Tasks that nobody works on any more. Their turns are handed out by rows, and a row that is still there
//! long after says where to look; the row goes when its turn is over.

use stowage_domain::Result;
use stowage_domain::stuck::Stuck;
use stowage_store::ports::{FindTask, HandedOut, ReviveTasks};

use crate::run::oldest_first;
use crate::{Reconcile, Run};

/// What the pass is called.
pub(crate) const PASS: &str = "tasks";

/// What the client of a task that is given up reads.
const GIVEN_UP: &str = "it could not be finished in time; what is done stays";

impl<S: FindTask + ReviveTasks, B: Sync> Reconcile<S, B> {
    /// Goes through the turns, the oldest first; false if time ran out. It begins anew each time: what stays
    /// is what somebody is working on, which is little.
    pub(crate) async fn revive_tasks(&self, run: &mut Run<'_>) -> Result<bool> {
        let mut stretch = oldest_first();
        loop {
            let walked = self.store.list_turns(&stretch).await?;
            for row in walked.found.into_iter().map(|listed| listed.record) {
                if !run.goes_on() {
                    return Ok(false);
                }
                let looked = match row.record {
                    // Nor are those behind it.
                    Ok(turn) if turn.at.plus_seconds(self.grace.stuck) > run.now() => return Ok(true),
                    Ok(turn) => self.look_after(&turn, run).await,
                    Err(error) => Err(error),
                };
                if let Err(error) = looked {
                    run.leave("turn of a task", &row.key, error);
                }
            }
            if !walked.more {
                return Ok(true);
            }
            stretch.after = walked.end;
        }
    }

    async fn look_after(&self, handed_out: &HandedOut, run: &mut Run<'_>) -> Result<()> {
        let (turn, now) = (&handed_out.turn, run.now());
        let task = self.store.find_task(&turn.organisation_id, &turn.task_id).await?;
        let Some(task) = task else { return self.store.forget_turn(turn).await };
        match task.stuck(turn.number, self.grace.stuck, now) {
            Stuck::InHand => return Ok(()),
            Stuck::Over => {}
            Stuck::Again => {
                if !self.store.give_turn(&task, now).await? {
                    return Ok(()); // somebody is working on it after all
                }
                run.count("revived_tasks");
            }
            Stuck::GiveUp => {
                if !self.store.give_up(&task, GIVEN_UP, now).await? {
                    return Ok(());
                }
                run.count("failed_tasks");
            }
        }
        self.store.forget_turn(turn).await
    }
}
