//! Tasks: found by organisation and id alone, since clients poll without naming a namespace.
//!
//! | pk | sk | what |
//! |---|---|---|
//! | `{org}#{task_id}` | `meta` | a task |
//! | `{org}#{task_id}` | `turn#{n}` | that `run-task` is to work on it, for the n-th time (TTL) |
//!
//! Whoever makes work necessary stores the task in the same transaction ([`Store::task_actions`]). The
//! inserted `turn#` row reaches `run-task` through the table's stream, so there is no message that
//! could be lost between the two. A row that is still there long after its turn should have ended leads to
//! a task that is stuck ([`stuck`]).

mod read;
mod stuck;
mod work;

use aws_sdk_dynamodb::types::{Put, TransactWriteItem};
use serde::Serialize;
use stowage_domain::id::{OrganisationId, TaskId};
use stowage_domain::limits::TURN_SECONDS;
use stowage_domain::task::Task;
use stowage_domain::time::Timestamp;
use stowage_domain::{Error, Result};

use crate::Store;
use crate::calls::unbuilt;
use crate::failure::Item;
use crate::item::{text, to_item};
use crate::objects::listed_at;
use crate::pace::Outcome;
use crate::ports::{PutTask, SubmitTask};

/// Shards of an organisation's lists of tasks and batches: an asynchronous confirm stores a task each.
pub(crate) const LISTING_SHARDS: u32 = 4;

#[derive(Serialize)]
struct TaskItem<'a> {
    pk: String,
    sk: &'static str,
    kind: &'static str,
    listing: String,
    listed_at: String,
    #[serde(flatten)]
    task: &'a Task,
}

#[derive(Serialize)]
struct TurnItem<'a> {
    pk: String,
    sk: String,
    kind: &'static str,
    organisation_id: &'a OrganisationId,
    task_id: &'a TaskId,
    turn: u32,
    created_at: Timestamp,
    listing: String,
    listed_at: String,
    /// Seconds since the Unix epoch: once streamed, the row has done its work.
    ttl: i64,
}

/// The partition key of a task's rows.
pub(crate) fn task_pk(organisation: &OrganisationId, task: &TaskId) -> String {
    format!("{organisation}#{task}")
}

/// The key of a task.
pub(crate) fn task_key(organisation: &OrganisationId, task: &TaskId) -> Item {
    Item::from([("pk".to_owned(), text(task_pk(organisation, task))), ("sk".to_owned(), text("meta"))])
}

/// The sort key of a turn.
fn turn_sk(turn: u32) -> String {
    format!("turn#{turn:05}")
}

/// What the partitions of an organisation's list of tasks start with.
fn of_organisation(organisation: &OrganisationId) -> String {
    format!("{organisation}#task")
}

/// The shard of an organisation's lists that an id is in: even over random ids.
pub(crate) fn shard_of(id: &str) -> u32 {
    let sum = id.bytes().fold(0_u32, |sum, byte| sum.wrapping_mul(31).wrapping_add(u32::from(byte)));
    sum % LISTING_SHARDS
}

/// A task as an item of the `batches` table.
pub(crate) fn task_item(task: &Task) -> Result<Item> {
    to_item(&TaskItem {
        pk: task_pk(&task.organisation_id, &task.task_id),
        sk: "meta",
        kind: "task",
        listing: format!("{}#{}", of_organisation(&task.organisation_id), shard_of(task.task_id.as_str())),
        listed_at: listed_at(task.created_at, task.task_id.as_str()),
        task,
    })
}

/// The row whose insertion makes `run-task` work on a task.
fn turn_item(task: &Task, turn: u32, now: Timestamp) -> Result<Item> {
    to_item(&TurnItem {
        pk: task_pk(&task.organisation_id, &task.task_id),
        sk: turn_sk(turn),
        kind: "turn",
        organisation_id: &task.organisation_id,
        task_id: &task.task_id,
        turn,
        created_at: now,
        listing: stuck::listed_in(&task.task_id),
        listed_at: listed_at(now, &format!("{}#{turn}", task.task_id)),
        ttl: now.plus_seconds(TURN_SECONDS).seconds(),
    })
}

impl Store {
    /// The actions that store a task in the transaction that makes it necessary; if it has work, with
    /// the row that makes `run-task` begin. They have no conditions: they refuse nothing.
    pub(crate) fn task_actions(&self, task: &Task) -> Result<Vec<TransactWriteItem>> {
        let mut items = vec![task_item(task)?];
        if task.work.is_some() && !task.status.is_final() {
            items.push(turn_item(task, task.turn, task.updated_at)?);
        }
        items.into_iter().map(|item| self.put_task_row(item)).collect()
    }

    fn put_task_row(&self, item: Item) -> Result<TransactWriteItem> {
        let put = Put::builder().table_name(&self.tables.batches).set_item(Some(item)).build();
        Ok(TransactWriteItem::builder().put(put.map_err(unbuilt)?).build())
    }
}

impl PutTask for Store {
    async fn put_task(&self, task: &Task) -> Result<()> {
        let item = task_item(task)?;
        let put = self.client.put_item().table_name(&self.tables.batches).set_item(Some(item));
        self.writing().send(|| put.clone().send()).await.map_err(Outcome::into_error)?;
        Ok(())
    }
}

impl SubmitTask for Store {
    async fn submit_task(&self, task: &Task) -> Result<()> {
        match self.transact(&self.task_actions(task)?, &mut self.writing()).await? {
            None => Ok(()),
            Some(_) => Err(Error::internal("DynamoDB: a condition failed where none was")),
        }
    }
}
