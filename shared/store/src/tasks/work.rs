//! `run-task`'s part: what it writes to a task is on the condition that the task is still its turn's.
//!
//! A turn is delivered at least once, so two runs may work on it side by side. What they do may be done
//! twice; of what they write, the first end wins.

use aws_sdk_dynamodb::types::{Put, TransactWriteItem};
use stowage_domain::Result;
use stowage_domain::task::{Next, Task, TaskStatus};
use stowage_domain::time::Timestamp;

use super::{task_item, task_key};
use crate::Store;
use crate::calls::unbuilt;
use crate::item::{from_item, number, text};
use crate::pace::{Outcome, Pace};
use crate::ports::{Turn, WorkOnTask};

/// That a task is of this turn, and not finished.
const OF_TURN: &str = "turn = :turn AND #status IN (:pending, :in_progress)";

impl WorkOnTask for Store {
    async fn begin_turn(&self, turn: &Turn, now: Timestamp) -> Result<Option<Task>> {
        let mut pace = self.writing();
        let key = task_key(&turn.organisation_id, &turn.task_id);
        let item = self.item_at(&self.tables.batches, key, &mut pace).await?;
        let task: Option<Task> = item.map(from_item).transpose()?;
        let of_turn = |task: &Task| task.turn == turn.number && !task.status.is_final();
        let Some(task) = task.filter(of_turn) else { return Ok(None) };
        if task.status == TaskStatus::InProgress {
            return Ok(Some(task));
        }
        // A client may call it off meanwhile.
        let begun = task.begun(now);
        Ok(self.put_task_of_turn(&begun, turn.number, &mut pace).await?.then_some(begun))
    }

    async fn save_task(&self, task: &Task, next: Next) -> Result<bool> {
        let mut pace = self.writing();
        if next != Next::Turn {
            return self.put_task_of_turn(task, task.turn, &mut pace).await;
        }
        let following = Task { turn: task.turn + 1, ..task.clone() };
        let put = self.task_of_turn(&following, task.turn)?;
        let mut actions = vec![TransactWriteItem::builder().put(put).build()];
        actions.push(self.put_task_row(super::turn_item(&following, following.turn, task.updated_at)?)?);
        Ok(self.transact(&actions, &mut pace).await?.is_none())
    }
}

impl Store {
    async fn put_task_of_turn(&self, task: &Task, turn: u32, pace: &mut Pace) -> Result<bool> {
        let put = self.task_of_turn(task, turn)?;
        let put = self
            .client
            .put_item()
            .table_name(put.table_name)
            .set_item(Some(put.item))
            .set_condition_expression(put.condition_expression)
            .set_expression_attribute_names(put.expression_attribute_names)
            .set_expression_attribute_values(put.expression_attribute_values);
        match pace.send(|| put.clone().send()).await {
            Ok(_) => Ok(true),
            Err(Outcome::Condition(_)) => Ok(false),
            Err(outcome) => Err(outcome.into_error()),
        }
    }

    /// A task over the one that is of this turn.
    fn task_of_turn(&self, task: &Task, turn: u32) -> Result<Put> {
        Put::builder()
            .table_name(&self.tables.batches)
            .set_item(Some(task_item(task)?))
            .condition_expression(OF_TURN)
            .expression_attribute_names("#status", "status")
            .expression_attribute_values(":turn", number(i64::from(turn)))
            .expression_attribute_values(":pending", text(TaskStatus::Pending.name()))
            .expression_attribute_values(":in_progress", text(TaskStatus::InProgress.name()))
            .build()
            .map_err(unbuilt)
    }
}
