//! How many objects refer to an upload, counted in the upload's row by the transactions that change it.
//!
//! `unreferenced_since` is set when a reference is dropped and removed when one is made, so where
//! `ref_count` is 0 it says since when. An upload that no object ever referred to has none. Bytes are
//! not removed here: that is for whoever finds a count that has been 0 for long enough, by a fresh
//! consistent read, and marks the row `deleting` on the condition that it still is.

use aws_sdk_dynamodb::types::{ReturnValuesOnConditionCheckFailure, TransactWriteItem, Update};
use stowage_domain::error::Resource;
use stowage_domain::id::{BucketId, OrganisationId, UploadId};
use stowage_domain::time::Timestamp;
use stowage_domain::upload::UploadStatus;
use stowage_domain::{Error, Result};

use crate::Store;
use crate::calls::unbuilt;
use crate::failure::Item;
use crate::item::{number, text};
use crate::uploads::{from_upload_item, upload_pk};

impl Store {
    /// Counts one more object of a bucket that refers to an upload; refused unless it is confirmed, of
    /// this bucket, and to stay.
    pub(super) fn make_reference(
        &self,
        organisation: &OrganisationId,
        bucket: &BucketId,
        upload: &UploadId,
    ) -> Result<TransactWriteItem> {
        let update = Update::builder()
            .table_name(&self.tables.uploads)
            .key("pk", text(upload_pk(organisation, upload)))
            .update_expression("REMOVE unreferenced_since ADD ref_count :one")
            .condition_expression(
                "#status = :completed AND bucket_id = :bucket AND attribute_not_exists(deleting)",
            )
            .expression_attribute_names("#status", "status")
            .expression_attribute_values(":completed", text(UploadStatus::Completed.name()))
            .expression_attribute_values(":bucket", text(bucket))
            .expression_attribute_values(":one", number(1))
            .return_values_on_condition_check_failure(ReturnValuesOnConditionCheckFailure::AllOld)
            .build()
            .map_err(unbuilt)?;
        Ok(TransactWriteItem::builder().update(update).build())
    }

    /// Counts one object less; refused where there is nothing to count any more.
    pub(super) fn drop_reference(
        &self,
        organisation: &OrganisationId,
        upload: &UploadId,
        now: Timestamp,
    ) -> Result<TransactWriteItem> {
        let update = Update::builder()
            .table_name(&self.tables.uploads)
            .key("pk", text(upload_pk(organisation, upload)))
            .update_expression("SET unreferenced_since = :now ADD ref_count :less")
            .condition_expression("attribute_exists(pk)")
            .expression_attribute_values(":now", text(now))
            .expression_attribute_values(":less", number(-1))
            .build()
            .map_err(unbuilt)?;
        Ok(TransactWriteItem::builder().update(update).build())
    }
}

/// Why an upload can't be referred to.
pub(super) fn reference_error(id: &UploadId, stored: Option<Item>) -> Result<Error> {
    Ok(match stored.map(from_upload_item).transpose()? {
        Some(upload) if upload.status != UploadStatus::Completed => {
            Error::UploadNotConfirmed { upload_id: id.clone(), status: upload.status.name() }
        }
        _ => Error::not_found(Resource::Upload, id.as_str()),
    })
}
