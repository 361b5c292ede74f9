//! Tasks: found by organisation and id alone, since clients poll without naming a namespace.

use serde::Serialize;
use stowage_domain::Result;
use stowage_domain::task::Task;

use crate::Store;
use crate::failure::Item;
use crate::item::to_item;
use crate::pace::Outcome;
use crate::ports::PutTask;

#[derive(Serialize)]
struct TaskItem<'a> {
    pk: String,
    sk: &'static str,
    kind: &'static str,
    #[serde(flatten)]
    task: &'a Task,
}

/// A task as an item of the `batches` table.
pub(crate) fn task_item(task: &Task) -> Result<Item> {
    let pk = format!("{}#{}", task.organisation_id, task.task_id);
    to_item(&TaskItem { pk, sk: "meta", kind: "task", task })
}

impl PutTask for Store {
    async fn put_task(&self, task: &Task) -> Result<()> {
        let item = task_item(task)?;
        let put = self.client.put_item().table_name(&self.tables.batches).set_item(Some(item));
        self.writing().send(|| put.clone().send()).await.map_err(Outcome::into_error)?;
        Ok(())
    }
}
