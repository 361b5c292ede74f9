//! A processor's report on an object: its status alone changes, on the condition that the object is
//! still the one that was read.

use aws_sdk_dynamodb::operation::update_item::builders::UpdateItemFluentBuilder;
use aws_sdk_dynamodb::types::{TransactWriteItem, Update};
use stowage_domain::Result;
use stowage_domain::object::{Object, Processed};
use stowage_domain::time::Timestamp;

use super::expression::Expression;
use super::item::object_pk;
use crate::Store;
use crate::calls::unbuilt;
use crate::item::text;

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
        let update = Update::builder()
            .table_name(&self.tables.objects)
            .key("pk", text(object_pk(&old.bucket_id, &old.object_id)))
            .update_expression(expression.update())
            .condition_expression(expression.condition())
            .set_expression_attribute_names(Some(expression.names))
            .set_expression_attribute_values(Some(expression.values))
            .build();
        Ok(TransactWriteItem::builder().update(update.map_err(unbuilt)?).build())
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
