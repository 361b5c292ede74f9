//! One run of a turn: the task as it is by now, and the time that the run has.

use std::time::Duration;

use stowage_api::Deadline;
use stowage_domain::task::{Next, Task};
use stowage_domain::time::Timestamp;
use stowage_domain::{Error, Result};
use stowage_store::ports::WorkOnTask;

/// Why a run ends before its task does.
#[derive(Debug)]
pub(crate) enum Stop {
    /// The next turn goes on.
    OutOfTime,
    /// The task is finished, called off, or another turn's by now.
    NotOurs,
    /// Something inside failed: the queue brings the turn again.
    Failed(Error),
}

impl From<Error> for Stop {
    fn from(error: Error) -> Self {
        Self::Failed(error)
    }
}

/// A run.
#[derive(Debug)]
pub(crate) struct Run<S> {
    store: S,
    /// The task as it is to be saved next.
    pub(crate) task: Task,
    deadline: Deadline,
    /// What is kept of the run's time, to end what was begun and to hand on the rest.
    reserve: Duration,
}

impl<S: WorkOnTask> Run<S> {
    pub(crate) fn new(store: S, task: Task, deadline: Deadline) -> Self {
        Self { store, task, deadline, reserve: deadline.left() / 3 }
    }

    pub(crate) fn now(&self) -> Timestamp {
        self.deadline.now()
    }

    /// How long something more may be begun.
    pub(crate) fn left(&self) -> Duration {
        self.deadline.left().saturating_sub(self.reserve)
    }

    /// Ends the run where nothing more may be begun.
    pub(crate) fn check_time(&self) -> std::result::Result<(), Stop> {
        if self.left().is_zero() { Err(Stop::OutOfTime) } else { Ok(()) }
    }

    /// Waits until then, or for as long as this run can.
    pub(crate) async fn wait_until(&self, then: Timestamp) -> std::result::Result<(), Stop> {
        let wait = u64::try_from(then.millis().saturating_sub(self.now().millis())).unwrap_or(0);
        tokio::time::sleep(Duration::from_millis(wait).min(self.left())).await;
        self.check_time()
    }

    /// Adds to the task's progress and shows it.
    pub(crate) async fn progress(&mut self, more: u64) -> std::result::Result<(), Stop> {
        if more > 0 {
            self.task.progress.done += more;
            if !self.save(Next::Same).await? {
                return Err(Stop::NotOurs);
            }
        }
        Ok(())
    }

    /// Saves the task. False if it isn't this turn's any more.
    pub(crate) async fn save(&mut self, next: Next) -> Result<bool> {
        self.task.updated_at = self.now();
        self.store.save_task(&self.task, next).await
    }
}
