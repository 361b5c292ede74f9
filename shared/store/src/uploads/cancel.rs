//! Cancelling an upload: PENDING to CANCELED by one conditional write. A confirm's condition is that the
//! upload is PENDING, so of the two one wins, and the other finds what that one wrote.

use aws_sdk_dynamodb::types::{AttributeValue, ReturnValuesOnConditionCheckFailure};
use stowage_domain::error::Resource;
use stowage_domain::upload::{Upload, UploadStatus};
use stowage_domain::{Error, Result};

use super::{from_upload_item, upload_pk};
use crate::Store;
use crate::item::{number, text};
use crate::pace::Outcome;
use crate::ports::CancelUpload;

impl CancelUpload for Store {
    async fn cancel_upload(&self, upload: &Upload, keep_bytes: bool) -> Result<()> {
        // A row whose bytes stay has to stay, too, or they would be nobody's.
        // A repeat after a lost answer finds its own CANCELED and writes the same again.
        let mut update = self
            .client
            .update_item()
            .table_name(&self.tables.uploads)
            .key("pk", text(upload_pk(&upload.scope.organisation_id, &upload.upload_id)))
            .update_expression(if keep_bytes {
                "SET #status = :canceled, keep_bytes = :keep_bytes REMOVE #ttl"
            } else {
                "SET #status = :canceled, keep_bytes = :keep_bytes, #ttl = :ttl"
            })
            .condition_expression("incarnation = :incarnation AND #status IN (:pending, :failed, :canceled)")
            .expression_attribute_names("#status", "status")
            .expression_attribute_names("#ttl", "ttl")
            .expression_attribute_values(":canceled", text(UploadStatus::Canceled.name()))
            .expression_attribute_values(":pending", text(UploadStatus::Pending.name()))
            .expression_attribute_values(":failed", text(UploadStatus::Failed.name()))
            .expression_attribute_values(":incarnation", text(&upload.incarnation))
            .expression_attribute_values(":keep_bytes", AttributeValue::Bool(keep_bytes))
            .return_values_on_condition_check_failure(ReturnValuesOnConditionCheckFailure::AllOld);
        if !keep_bytes {
            update = update.expression_attribute_values(":ttl", number(upload.removal_seconds()));
        }
        match self.writing().send(|| update.clone().send()).await {
            Ok(_) => Ok(()),
            Err(Outcome::Condition(stored)) => {
                if let Some(stored) = stored.map(from_upload_item).transpose()? {
                    stored.check_cancellable()?;
                }
                Err(Error::not_found(Resource::Upload, upload.upload_id.as_str()))
            }
            Err(outcome) => Err(outcome.into_error()),
        }
    }
}
