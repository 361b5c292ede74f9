//! Keeps records and bytes true to each other, by the clock.
//!
//! | pass | what |
//! |---|---|
//! | [`removals`] | bytes that deleted objects have left |
//! | [`uploads`] | uploads that nobody confirmed in time, or refers to any more |
//!
//! A run does what its time allows; the next goes on where it stopped. Whatever it does may be done again.

mod removals;
mod uploads;

use std::time::Duration;

use stowage_api::{Deadline, Note, ScheduledFunction};
use stowage_blobs::ports::DeleteBytes;
use stowage_domain::Result;
use stowage_domain::upload::Grace;
use stowage_store::ports::{CleanUploads, RememberPass, RemoveBytes, SweepBucket};

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
    S: CleanUploads + RememberPass + RemoveBytes + SweepBucket,
    B: DeleteBytes,
{
    const NAME: &'static str = "reconcile";

    async fn run(&self, deadline: Deadline, note: &mut Note) -> Result<()> {
        let run = Run { deadline, reserve: deadline.left() / 4 };
        // Boxed: together they would make the handler's future too large to lay out.
        let all = Box::pin(self.remove_left_bytes(run, note)).await?;
        let all = Box::pin(self.clean_uploads(run, note)).await? && all;
        note.outcome = Some(if all { "finished" } else { "to be continued" });
        Ok(())
    }
}

/// One run's time.
#[derive(Clone, Copy, Debug)]
struct Run {
    deadline: Deadline,
    /// What is kept of it, to end what was begun.
    reserve: Duration,
}

impl Run {
    /// Whether something more may be begun.
    fn goes_on(self) -> bool {
        self.deadline.left() > self.reserve
    }
}

/// Counts something more.
fn count(note: &mut Note, name: &'static str) {
    *note.counted.entry(name).or_default() += 1;
}
