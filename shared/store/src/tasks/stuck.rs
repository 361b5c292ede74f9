//! Finding tasks that nobody works on any more, by the rows of their turns. These are listed over all
//! organisations, oldest first, in the partitions `turns#{shard}`.

use aws_sdk_dynamodb::types::{Put, TransactWriteItem};
use serde::Deserialize;
use stowage_domain::Result;
use stowage_domain::id::{OrganisationId, TaskId};
use stowage_domain::listing::{Stretch, Walked};
use stowage_domain::task::{Task, TaskStatus};
use stowage_domain::time::Timestamp;

use super::{task_item, task_pk, turn_item, turn_sk};
use crate::Store;
use crate::calls::unbuilt;
use crate::item::{number, text};
use crate::listing::List;
use crate::pace::Outcome;
use crate::ports::{HandedOut, ReviveTasks, Row, Turn};

/// What the partitions of the turns' list start with, and how many they are.
const TURNS: &str = "turns";
const SHARDS: u32 = 16;

/// The partition that a task's turns are listed in.
pub(super) fn listed_in(task: &TaskId) -> String {
    let digit = task.as_str().chars().last().and_then(|digit| digit.to_digit(16)).unwrap_or(0);
    format!("{TURNS}#{digit}")
}

#[derive(Deserialize)]
struct Read {
    organisation_id: OrganisationId,
    task_id: TaskId,
    turn: u32,
    created_at: Timestamp,
}

impl From<Read> for HandedOut {
    fn from(read: Read) -> Self {
        let (organisation_id, task_id) = (read.organisation_id, read.task_id);
        Self { turn: Turn { organisation_id, task_id, number: read.turn }, at: read.created_at }
    }
}

impl ReviveTasks for Store {
    async fn list_turns(&self, stretch: &Stretch) -> Result<Walked<Row<HandedOut>>> {
        let list = List { table: &self.tables.batches, name: TURNS.to_owned(), shards: SHARDS };
        self.walk_rows::<Read, _>(&list, stretch).await
    }

    async fn give_turn(&self, task: &Task, now: Timestamp) -> Result<bool> {
        let following = Task { turn: task.turn + 1, updated_at: now, ..task.clone() };
        let turn = self.put_task_row(turn_item(&following, following.turn, now)?)?;
        let actions = [self.over(task, &following)?, turn];
        Ok(self.transact(&actions, &mut self.writing()).await?.is_none())
    }

    async fn give_up(&self, task: &Task, error: &str, now: Timestamp) -> Result<bool> {
        let actions = [self.over(task, &task.failed(error, now))?];
        Ok(self.transact(&actions, &mut self.writing()).await?.is_none())
    }

    async fn forget_turn(&self, turn: &Turn) -> Result<()> {
        let pk = text(task_pk(&turn.organisation_id, &turn.task_id));
        let delete = self.client.delete_item().table_name(&self.tables.batches);
        let delete = delete.key("pk", pk).key("sk", text(turn_sk(turn.number)));
        self.writing().send(|| delete.clone().send()).await.map_err(Outcome::into_error)?;
        Ok(())
    }
}

impl Store {
    /// The action that replaces a task that is still as it was read.
    fn over(&self, read: &Task, task: &Task) -> Result<TransactWriteItem> {
        let put = Put::builder()
            .table_name(&self.tables.batches)
            .set_item(Some(task_item(task)?))
            .condition_expression(
                "turn = :turn AND updated_at = :read AND #status IN (:pending, :in_progress)",
            )
            .expression_attribute_names("#status", "status")
            .expression_attribute_values(":turn", number(i64::from(read.turn)))
            .expression_attribute_values(":read", text(read.updated_at))
            .expression_attribute_values(":pending", text(TaskStatus::Pending.name()))
            .expression_attribute_values(":in_progress", text(TaskStatus::InProgress.name()))
            .build()
            .map_err(unbuilt)?;
        Ok(TransactWriteItem::builder().put(put).build())
    }
}
