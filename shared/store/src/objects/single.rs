//! A create as one conditional write to one item.

use aws_sdk_dynamodb::types::{ReturnValue, ReturnValuesOnConditionCheckFailure};
use stowage_domain::object::{Decision, ObjectWrite, Written};
use stowage_domain::policy::Policy;
use stowage_domain::{Error, Result};

use super::expression::Expression;
use super::item::{from_object_item, to_object_item};
use crate::Store;
use crate::failure::Item;
use crate::pace::Outcome;

impl Store {
    /// Writes an object that needs nothing else to change with it.
    pub(super) async fn write_single(&self, write: &ObjectWrite) -> Result<Written> {
        match write.policy {
            None => {
                // Best effort: a later create with `skip_duplicates` may find this object by it.
                let (written, ()) = tokio::join!(self.put_new(write), self.hint_content(write));
                written
            }
            Some(Policy::Insert) => self.put_new(write).await,
            Some(Policy::Update | Policy::Upsert) => match Expression::of(write)? {
                Some(expression) => self.update_in_place(write, expression).await,
                None => self.write_versioned(write).await,
            },
        }
    }

    /// Put if absent. The refused item tells a conflict from this request's own earlier attempt.
    async fn put_new(&self, write: &ObjectWrite) -> Result<Written> {
        let object = write.create();
        let put = self
            .client
            .put_item()
            .table_name(&self.tables.objects)
            .set_item(Some(to_object_item(&object)?))
            .condition_expression("attribute_not_exists(pk)")
            .return_values_on_condition_check_failure(ReturnValuesOnConditionCheckFailure::AllOld);
        match self.writing().send(|| put.clone().send()).await {
            Ok(_) => Ok(Written::now(object)),
            Err(Outcome::Condition(stored)) => self.settle(write, stored).await,
            Err(outcome) => Err(outcome.into_error()),
        }
    }

    async fn update_in_place(&self, write: &ObjectWrite, expression: Expression) -> Result<Written> {
        let update = self
            .update_object(&write.bucket_id, &write.object_id, expression)
            .return_values(ReturnValue::AllNew)
            .return_values_on_condition_check_failure(ReturnValuesOnConditionCheckFailure::AllOld);
        match self.writing().send(|| update.clone().send()).await {
            Ok(answer) => {
                let item = answer.attributes.ok_or_else(|| Error::internal("an update returned no item"))?;
                Ok(Written::now(from_object_item(item)?))
            }
            Err(Outcome::Condition(stored)) => self.settle(write, stored).await,
            Err(outcome) => Err(outcome.into_error()),
        }
    }

    /// After a refused condition: the domain says what the stored item means. Where it says that the
    /// write is still to be done, the single write can't do it, and a transaction does.
    async fn settle(&self, write: &ObjectWrite, stored: Option<Item>) -> Result<Written> {
        let stored = stored.map(from_object_item).transpose()?;
        match write.decide(stored.as_ref())? {
            Decision::Replay(written) => Ok(written),
            Decision::Create(_) | Decision::Update(_) => self.write_versioned(write).await,
        }
    }
}
