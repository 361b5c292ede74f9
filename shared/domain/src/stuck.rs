//! Tasks that nobody works on any more: their turn was lost, or their queue has given it up.

use crate::task::{Task, TaskStatus, Work};
use crate::time::Timestamp;

/// What is to be done about a turn that was handed out long ago.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Stuck {
    /// Nothing, and nothing ever: the task has ended, or is another turn's by now.
    Over,
    /// Nothing yet: somebody is working on it.
    InHand,
    /// The task gets another turn.
    Again,
    /// The task is given up.
    GiveUp,
}

impl Task {
    /// What is to be done about a turn of this task, which nobody may leave alone for this many seconds.
    pub fn stuck(&self, turn: u32, seconds: i64, now: Timestamp) -> Stuck {
        if self.status.is_final() || self.turn != turn {
            return Stuck::Over;
        }
        if self.updated_at.plus_seconds(seconds) > now {
            return Stuck::InHand;
        }
        match (&self.work, self.status) {
            (None, _) => Stuck::Over,
            // It was begun as often as its queue tries, and only its client waits for it.
            (Some(Work::ConfirmUploads { .. }), TaskStatus::InProgress) => Stuck::GiveUp,
            // What is marked as being deleted stays so until it is removed.
            (Some(_), _) => Stuck::Again,
        }
    }
}
