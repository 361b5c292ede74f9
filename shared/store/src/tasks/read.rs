//! Looking tasks up, and calling them off.

use aws_sdk_dynamodb::types::ReturnValuesOnConditionCheckFailure;
use stowage_domain::error::Resource;
use stowage_domain::id::{OrganisationId, TaskId};
use stowage_domain::listing::{Stretch, Walked};
use stowage_domain::task::{Task, TaskStatus};
use stowage_domain::time::Timestamp;
use stowage_domain::{Error, Result};

use super::{LISTING_SHARDS, of_organisation, task_key};
use crate::Store;
use crate::item::{from_item, text};
use crate::listing::List;
use crate::pace::Outcome;
use crate::ports::{CancelTask, FindTask, ListTasks};

impl FindTask for Store {
    async fn find_task(&self, organisation: &OrganisationId, task: &TaskId) -> Result<Option<Task>> {
        let key = task_key(organisation, task);
        let item = self.item_at(&self.tables.batches, key, &mut self.reading()).await?;
        item.map(from_item).transpose()
    }
}

impl CancelTask for Store {
    async fn cancel_task(&self, task: &Task, now: Timestamp) -> Result<Task> {
        let canceled = task.canceled(now)?;
        // A repeat after a lost answer finds its own CANCELED and writes the same again.
        let update = self
            .client
            .update_item()
            .table_name(&self.tables.batches)
            .set_key(Some(task_key(&task.organisation_id, &task.task_id)))
            .update_expression("SET #status = :canceled, updated_at = :now")
            .condition_expression("#status IN (:pending, :canceled)")
            .expression_attribute_names("#status", "status")
            .expression_attribute_values(":canceled", text(TaskStatus::Canceled.name()))
            .expression_attribute_values(":pending", text(TaskStatus::Pending.name()))
            .expression_attribute_values(":now", text(now))
            .return_values_on_condition_check_failure(ReturnValuesOnConditionCheckFailure::AllOld);
        match self.writing().send(|| update.clone().send()).await {
            Ok(_) => Ok(canceled),
            Err(Outcome::Condition(stored)) => {
                let missing = || Error::not_found(Resource::Task, task.task_id.as_str());
                from_item::<Task>(stored.ok_or_else(missing)?)?.canceled(now)
            }
            Err(outcome) => Err(outcome.into_error()),
        }
    }
}

impl ListTasks for Store {
    async fn list_tasks(&self, organisation: &OrganisationId, stretch: &Stretch) -> Result<Walked<Task>> {
        self.walk(&self.tasks_of(organisation), stretch, from_item).await
    }

    async fn count_tasks(&self, organisation: &OrganisationId, at_most: u64) -> Result<Option<u64>> {
        self.count(&self.tasks_of(organisation), at_most).await
    }
}

impl Store {
    fn tasks_of(&self, organisation: &OrganisationId) -> List<'_> {
        List { table: &self.tables.batches, name: of_organisation(organisation), shards: LISTING_SHARDS }
    }
}
