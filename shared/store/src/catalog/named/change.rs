//! Changing what is stored: read it, decide, and write on the condition that it is still as it was read.

use aws_sdk_dynamodb::types::{AttributeValue, Delete, Put, TransactWriteItem};
use stowage_domain::{Error, Result};

use super::{Named, primary_key, row};
use crate::Store;
use crate::calls::unbuilt;
use crate::catalog::keyed;
use crate::failure::Reason;
use crate::ports::Change;

/// The condition that a row is of the version that was read. Time of creation and version together are
/// never the same again, even where a client chooses an id a second time.
fn unchanged<T: Named>(old: &T) -> (&'static str, [(&'static str, AttributeValue); 2]) {
    let condition = match old.version() {
        // Rows of before there were versions have none.
        0 => "created_at = :created AND (attribute_not_exists(version) OR version = :version)",
        _ => "created_at = :created AND version = :version",
    };
    let created = AttributeValue::S(old.created_at().to_string());
    (condition, [(":created", created), (":version", AttributeValue::N(old.version().to_string()))])
}

impl Store {
    /// Changes what has this id or name. If somebody else changes it meanwhile, the change is made to
    /// what that one left, so that neither is lost.
    pub(crate) async fn change_named<T: Named>(
        &self,
        pk: &str,
        identifier: &str,
        change: impl Fn(&T) -> Result<Option<Change<T>>> + Send + Sync,
    ) -> Result<T> {
        let mut pace = self.writing();
        loop {
            let Some(old) = self.named::<T>(pk, identifier, &mut pace).await? else {
                return Err(Error::not_found(T::RESOURCE, identifier));
            };
            let Some(Change { to, task }) = change(&old)? else { return Ok(old) };
            let mut actions = vec![self.replace_row(pk, &old, &to)?];
            let renamed = old.name() != to.name();
            if renamed {
                actions.push(self.take_name(pk, &to, to.updated_at())?);
                actions.push(self.give_up_name(pk, &old, to.updated_at())?);
            }
            if let Some(task) = &task {
                actions.extend(self.task_actions(task)?);
            }
            match self.transact(&actions, &mut pace).await?.as_deref() {
                None => return Ok(to),
                // Only if it is still what was read: else the loop looks again.
                Some([Reason::Passed, Reason::Condition(_), ..]) if renamed => {
                    return Err(Error::NameTaken { resource: T::RESOURCE, name: to.name().to_owned() });
                }
                Some(_) => {}
            }
            pace.wait_for_others("DynamoDB: the catalog's row changed meanwhile").await?;
        }
    }

    fn replace_row<T: Named>(&self, pk: &str, old: &T, new: &T) -> Result<TransactWriteItem> {
        let (condition, values) = unchanged(old);
        let mut put = Put::builder()
            .table_name(&self.tables.catalog)
            .set_item(Some(keyed(pk, &row::<T>(new.id()), new)?))
            .condition_expression(condition);
        for (name, value) in values {
            put = put.expression_attribute_values(name, value);
        }
        Ok(TransactWriteItem::builder().put(put.build().map_err(unbuilt)?).build())
    }

    /// Removes the row that was read.
    pub(crate) fn remove_row<T: Named>(&self, pk: &str, old: &T) -> Result<TransactWriteItem> {
        let (condition, values) = unchanged(old);
        let mut delete = Delete::builder()
            .table_name(&self.tables.catalog)
            .set_key(Some(primary_key(pk, &row::<T>(old.id()))))
            .condition_expression(condition);
        for (name, value) in values {
            delete = delete.expression_attribute_values(name, value);
        }
        Ok(TransactWriteItem::builder().delete(delete.build().map_err(unbuilt)?).build())
    }
}
