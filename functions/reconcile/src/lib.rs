//! Keeps records and bytes true to each other, by the clock.
//!
//! | pass | what |
//! |---|---|
//! | `tasks` | tasks that nobody works on any more |
//! | `attempts` | batches whose processor is not heard of any more |
//! | `removals` | bytes that objects have left which were deleted or updated |
//! | `uploads` | uploads that nobody confirmed in time, or refers to any more |
//! | `parts` | multipart uploads that nobody ended |
//!
//! A run does what its time allows, of which each pass has its share; the next goes on where it stopped.
//! What fails by itself is passed over and met again when its pass comes round; the run goes on, and fails in
//! the end. Whatever it does may be done again.

mod attempts;
mod parts;
mod removals;
mod run;
mod tasks;
mod uploads;

use stowage_api::{Deadline, Note, ScheduledFunction};
use stowage_blobs::ports::{AbortParts, DeleteBytes};
use stowage_domain::Result;
use stowage_domain::upload::Grace;
use stowage_store::ports::{
    ChangeBatch, CleanUploads, FindBatch, FindTask, ListAttempts, ReleaseObjects, RememberPass, RemoveBytes,
    ReviveTasks,
};

use run::Run;

/// The function, over the ports that it needs.
#[derive(Clone, Debug)]
pub struct Reconcile<S, B> {
    store: S,
    blobs: B,
    grace: Grace,
}

impl<S, B> Reconcile<S, B> {
    /// The function over a store and its blobs; `grace` says how long things are left alone.
    pub fn new(store: S, blobs: B, grace: Grace) -> Self {
        Self { store, blobs, grace }
    }
}

impl<S, B> ScheduledFunction for Reconcile<S, B>
where
    S: ChangeBatch
        + CleanUploads
        + FindBatch
        + FindTask
        + ListAttempts
        + ReleaseObjects
        + RememberPass
        + RemoveBytes
        + ReviveTasks,
    B: AbortParts + DeleteBytes,
{
    const NAME: &'static str = "reconcile";

    async fn run(&self, deadline: Deadline, note: &mut Note) -> Result<()> {
        let mut run = Run::new(deadline, note);
        // Boxed: together they would make the handler's future too large to lay out.
        run.begin_pass(5);
        let ended = Box::pin(self.revive_tasks(&mut run)).await;
        run.end_pass(tasks::PASS, ended);
        run.begin_pass(4);
        let ended = Box::pin(self.end_attempts(&mut run)).await;
        run.end_pass(attempts::PASS, ended);
        run.begin_pass(3);
        let ended = Box::pin(self.remove_left_bytes(&mut run)).await;
        run.end_pass(removals::PASS, ended);
        run.begin_pass(2);
        let ended = Box::pin(self.clean_uploads(&mut run)).await;
        run.end_pass(uploads::PASS, ended);
        run.begin_pass(1);
        let ended = Box::pin(self.abort_parts(&mut run)).await;
        run.end_pass(parts::PASS, ended);
        run.end()
    }
}
