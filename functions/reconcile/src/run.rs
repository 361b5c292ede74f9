//! One run: its time, and what comes of it.

use std::collections::BTreeSet;
use std::pin::Pin;
use std::time::Duration;

use stowage_api::{Deadline, Note};
use stowage_domain::listing::{Direction, Stretch};
use stowage_domain::time::Timestamp;
use stowage_domain::{Error, Result};

/// Rows of a list that are read at a time, and bytes of them.
const AT_ONCE: u32 = 100;
/// See [`AT_ONCE`].
const AT_ONCE_BYTES: u64 = 1024 * 1024;

/// The beginning of a list.
pub(crate) fn oldest_first() -> Stretch {
    Stretch { direction: Direction::Asc, after: None, skip: 0, records: AT_ONCE, bytes: AT_ONCE_BYTES }
}

/// One run.
#[derive(Debug)]
pub(crate) struct Run<'a> {
    deadline: Deadline,
    /// What is kept of the time, to end what was begun.
    reserve: Duration,
    /// How much is to be left when the present pass stops.
    stops_at: Duration,
    note: &'a mut Note,
    /// Whether every pass came to its end.
    is_finished: bool,
    /// The worst that went wrong.
    failure: Option<Error>,
    /// What was passed over, each once: several passes may meet it.
    left: BTreeSet<(&'static str, String)>,
}

impl<'a> Run<'a> {
    pub(crate) fn new(deadline: Deadline, note: &'a mut Note) -> Self {
        let reserve = deadline.left() / 4;
        Self {
            deadline,
            reserve,
            stops_at: reserve,
            note,
            is_finished: true,
            failure: None,
            left: BTreeSet::new(),
        }
    }

    /// Does a pass, which has its share of the time, of so many that are still to come. What one doesn't need
    /// is the others'.
    pub(crate) async fn pass<F>(&mut self, to_come: u32, name: &'static str, pass: F)
    where
        F: for<'r> FnOnce(&'r mut Self) -> Pin<Box<dyn Future<Output = Result<bool>> + Send + 'r>>,
    {
        self.begin_pass(to_come);
        let ended = pass(self).await;
        self.end_pass(name, ended);
    }

    fn begin_pass(&mut self, to_come: u32) {
        let left = self.deadline.left();
        let share = left.saturating_sub(self.reserve) / to_come.max(1);
        self.stops_at = left.saturating_sub(share);
    }

    /// How a pass ended: whether it came to its end.
    fn end_pass(&mut self, pass: &'static str, ended: Result<bool>) {
        self.is_finished &= ended.unwrap_or_else(|error| {
            self.leave("pass", pass, error);
            false
        });
    }

    /// How the run ended: what failed by itself makes it fail, so that somebody looks.
    pub(crate) fn end(self) -> Result<()> {
        self.note.outcome = Some(if self.is_finished { "finished" } else { "to be continued" });
        self.failure.map_or(Ok(()), Err)
    }

    /// Whether the pass may begin something more.
    pub(crate) fn goes_on(&self) -> bool {
        self.deadline.left() > self.stops_at
    }

    pub(crate) fn now(&self) -> Timestamp {
        self.deadline.now()
    }

    /// Counts something that was done.
    pub(crate) fn count(&mut self, name: &'static str) {
        self.note.count(name);
    }

    /// Notes something that is so, whoever looks.
    pub(crate) fn find(&mut self, name: &'static str) {
        *self.note.standing.entry(name).or_default() += 1;
    }

    /// Passes over something that failed by itself.
    pub(crate) fn leave(&mut self, what: &'static str, id: &str, error: Error) {
        if self.left.insert((what, id.to_owned())) {
            self.note.leave(what, id, &error);
        }
        // That AWS was busy says least.
        if self.failure.as_ref().is_none_or(|known| matches!(known, Error::Unavailable(_))) {
            self.failure = Some(error);
        }
    }
}
