//! What is being deleted: marked at once, removed by a task.

use serde::{Deserialize, Serialize};

use crate::error::Resource;
use crate::id::TaskId;
use crate::time::Timestamp;
use crate::{Error, Result};

/// The mark of a bucket or namespace that is being deleted. It is never taken off again.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Deletion {
    /// Since when. Functions that have read the thing before may write to it for as long as they keep it
    /// in memory.
    pub since: Timestamp,
    /// The task that removes it.
    pub task_id: TaskId,
}

impl Deletion {
    /// Refuses a write to what is being deleted: a 409 that names the task.
    pub(crate) fn refuse(deletion: Option<&Self>, resource: Resource, id: &str) -> Result<()> {
        let Some(Self { task_id, .. }) = deletion else { return Ok(()) };
        Err(Error::Deleting { resource, id: id.to_owned(), task_id: task_id.clone() })
    }
}
