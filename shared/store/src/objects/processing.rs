//! A processor's report on an object: its status alone changes, on the condition that the object is
//! still the one that was read.

use aws_sdk_dynamodb::operation::update_item::builders::UpdateItemFluentBuilder;
use aws_sdk_dynamodb::types::TransactWriteItem;
use stowage_domain::Result;
use stowage_domain::object::{Object, Processed};
use stowage_domain::time::Timestamp;

use super::expression::Expression;
use crate::Store;

impl Store {
    /// The call that records a report on an object.
    pub(crate) fn process_object(
        &self,
        old: &Object,
        processed: &Processed,
        now: Timestamp,
    ) -> Result<UpdateItemFluentBuilder> {
        let expression = Expression::processing(old, &old.processed(processed, now))?;
        Ok(self.update_object(&old.bucket_id, &old.object_id, expression))
    }

    /// The same as a part of a transaction.
    pub(crate) fn process_action(
        &self,
        old: &Object,
        processed: &Processed,
        now: Timestamp,
    ) -> Result<TransactWriteItem> {
        let expression = Expression::processing(old, &old.processed(processed, now))?;
        self.update_action(&old.bucket_id, &old.object_id, expression)
    }
}

impl Expression {
    /// The update that makes exactly this object the new one, which differs in what is known of its
    /// processing.
    fn processing(old: &Object, new: &Object) -> Result<Self> {
        let mut expression = Self::default();
        expression.set("status", &new.status)?;
        match &new.error {
            Some(error) => expression.set("error", error)?,
            None => expression.remove("error"),
        }
        expression.set("document_count", &new.document_count)?;
        expression.set("processing", &new.processing)?;
        expression.set("updated_at", &new.updated_at)?;
        expression.count_version();
        expression.only_if("incarnation", &old.incarnation)?;
        expression.only_if("version", &old.version)?;
        Ok(expression)
    }
}
