//! Tasks: the records of asynchronous work that clients poll (contract section 9).

use serde::{Deserialize, Serialize};
use serde_json::Value;

use crate::id::{NamespaceId, OrganisationId, TaskId};
use crate::time::Timestamp;

/// What kind of work a task is, as the contract names it.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum TaskType {
    /// One upload's confirmation with `?async=true`.
    ApiBucketsUploadsConfirm,
}

/// How far the work is.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "SCREAMING_SNAKE_CASE")]
pub enum TaskStatus {
    /// Done.
    Completed,
}

/// The record of a piece of work.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Task {
    /// Its id; found by organisation alone, since clients poll without naming a namespace.
    pub task_id: TaskId,
    /// Whose it is.
    pub organisation_id: OrganisationId,
    /// Where the work happened.
    pub namespace_id: NamespaceId,
    /// What it is.
    pub task_type: TaskType,
    /// How far it is.
    pub status: TaskStatus,
    /// What it worked on.
    pub inputs: Vec<Value>,
    /// What came of it.
    pub outputs: Vec<Value>,
    /// When it was made.
    pub created_at: Timestamp,
    /// When it last changed.
    pub updated_at: Timestamp,
}
