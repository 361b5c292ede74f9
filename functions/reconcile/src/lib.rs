//! Keeps records and bytes true to each other, by the clock.
//!
//! | pass | what |
//! |---|---|
//! | `tasks` | tasks that nobody works on any more |
//! | `attempts` | batches whose processor is not heard of any more |
//! | `removals` | bytes that objects have left which were deleted or updated |
//! | `orphans` | bytes that no row names, once a day |
//! | `uploads` | uploads that nobody confirmed in time, or refers to any more |
//! | `copies` | sources that wait for copies which nobody makes any more, once a day |
//! | `lost` | rows whose bytes are gone, once in four weeks |
//! | `parts` | multipart uploads that nobody ended |
//!
//! A run does what its time allows, of which each pass has its share; the next goes on where it stopped.
//! What fails by itself is passed over and met again when its pass comes round; the run goes on, and fails in
//! the end. Whatever it does may be done again.

mod attempts;
mod copies;
mod lost;
mod orphans;
mod parts;
mod removals;
mod rounds;
mod run;
mod tasks;
mod uploads;

use stowage_api::{Deadline, Note, ScheduledFunction};
use stowage_blobs::ports::{AbortParts, DeleteBytes, HasBytes, ListKeys};
use stowage_domain::Result;
use stowage_domain::upload::Grace;
use stowage_store::ports::{
    ChangeBatch, CleanUploads, FailObject, FindBatch, FindOrphans, FindTask, ListAttempts, ReleaseObjects,
    RememberPass, RemindOfCopies, RemoveBytes, ReviveTasks, ScanObjects,
};

use copies::Copies;
use lost::{ObjectsBytes, UploadsBytes};
use rounds::{Pass as _, go_through};
use run::Run;
use uploads::Uploads;

/// The function, over the ports that it needs.
#[derive(Clone, Debug)]
pub struct Reconcile<S, B> {
    store: S,
    blobs: B,
    grace: Grace,
    removes_orphans: bool,
}

impl<S, B> Reconcile<S, B> {
    /// The function over a store and its blobs; `grace` says how long things are left alone.
    pub fn new(store: S, blobs: B, grace: Grace) -> Self {
        Self { store, blobs, grace, removes_orphans: true }
    }

    /// The same that leaves bytes alone which no row names: after tables were restored from a backup, that may
    /// be the rows' fault.
    #[must_use]
    pub fn leaving_orphans(self) -> Self {
        Self { removes_orphans: false, ..self }
    }
}

impl<S, B> ScheduledFunction for Reconcile<S, B>
where
    S: ChangeBatch
        + CleanUploads
        + FindBatch
        + FindOrphans
        + FindTask
        + ListAttempts
        + FailObject
        + ReleaseObjects
        + RememberPass
        + RemindOfCopies
        + RemoveBytes
        + ReviveTasks
        + ScanObjects,
    B: AbortParts + DeleteBytes + HasBytes + ListKeys,
{
    const NAME: &'static str = "reconcile";

    async fn run(&self, deadline: Deadline, note: &mut Note) -> Result<()> {
        let mut run = Run::new(deadline, note);
        // Boxed: together they would make the handler's future too large to lay out.
        run.pass(9, tasks::PASS, |run| Box::pin(self.revive_tasks(run))).await;
        run.pass(8, attempts::PASS, |run| Box::pin(self.end_attempts(run))).await;
        run.pass(7, orphans::PASS, |run| Box::pin(self.find_orphans(run))).await;
        run.pass(6, removals::PASS, |run| Box::pin(self.remove_left_bytes(run))).await;
        let (uploads, copies) = (Uploads(self), Copies(self));
        run.pass(5, Uploads::<S, B>::NAME, |run| Box::pin(go_through(&uploads, &self.store, run))).await;
        run.pass(4, parts::PASS, |run| Box::pin(self.abort_parts(run))).await;
        run.pass(3, Copies::<S, B>::NAME, |run| Box::pin(go_through(&copies, &self.store, run))).await;
        let (objects, uploads) = (ObjectsBytes(self), UploadsBytes(self));
        run.pass(2, ObjectsBytes::<S, B>::NAME, |run| Box::pin(go_through(&objects, &self.store, run))).await;
        run.pass(1, UploadsBytes::<S, B>::NAME, |run| Box::pin(go_through(&uploads, &self.store, run))).await;
        run.end()
    }
}
