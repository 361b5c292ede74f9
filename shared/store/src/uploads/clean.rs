//! Clearing up after uploads. Each step is a conditional write on the row as it was found, before any byte
//! goes: whoever confirms or refers to it meanwhile was first, or is refused.

use aws_sdk_dynamodb::types::AttributeValue;
use serde::Deserialize;
use stowage_domain::Result;
use stowage_domain::time::Timestamp;
use stowage_domain::upload::{Kept, Upload, UploadStatus};

use super::item::{UploadItem, has_bytes};
use super::{content_pks, upload_pk};
use crate::Store;
use crate::failure::Item;
use crate::item::{legible, number, row_of, text};
use crate::pace::Outcome;
use crate::ports::{CleanUploads, Row, Scanned};

/// What a row says besides the upload.
#[derive(Deserialize)]
struct Marks {
    ref_count: i64,
    #[serde(default)]
    unreferenced_since: Option<Timestamp>,
    #[serde(default)]
    deleting: bool,
    #[serde(default)]
    keep_bytes: bool,
    #[serde(default)]
    bytes_removed_at: Option<Timestamp>,
}

fn kept(item: Item) -> Result<Kept> {
    let marks: Marks = legible(item.clone())?;
    Ok(Kept {
        upload: legible::<UploadItem>(item)?.into(),
        references: marks.ref_count,
        unreferenced_since: marks.unreferenced_since,
        is_deleting: marks.deleting,
        keeps_bytes: marks.keep_bytes,
        bytes_removed_at: marks.bytes_removed_at,
    })
}

impl CleanUploads for Store {
    async fn scan_uploads(&self, after: Option<&str>, at_most: u32) -> Result<Scanned<Kept>> {
        let scan = self.scan(&self.tables.uploads, after, at_most).consistent_read(true);
        let page = self.reading().read(|| scan.clone().send()).await.map_err(Outcome::into_error)?;
        let next = page.last_evaluated_key.as_ref().and_then(row_of);
        let items = page.items.unwrap_or_default().into_iter().filter(has_bytes);
        let found = items.filter_map(|item| Some(Row { key: row_of(&item)?, record: kept(item) }));
        Ok(Scanned { found: found.collect(), next })
    }

    async fn fail_upload(&self, upload: &Upload) -> Result<bool> {
        self.mark_upload(
            upload,
            "SET #status = :failed",
            "#status IN (:pending, :failed)",
            &[
                (":failed", text(UploadStatus::Failed.name())),
                (":pending", text(UploadStatus::Pending.name())),
            ],
        )
        .await
    }

    async fn is_to_stay(&self, upload: &Upload) -> Result<bool> {
        let pk = upload_pk(&upload.scope.organisation_id, &upload.upload_id);
        let item = self.item(&self.tables.uploads, pk, &mut self.reading()).await?;
        let kept = item.map(kept).transpose()?;
        Ok(kept.is_some_and(|kept| kept.upload.status == UploadStatus::Completed && !kept.is_deleting))
    }

    async fn note_removed_bytes(&self, upload: &Upload, at: Timestamp) -> Result<()> {
        // Who changed it meanwhile is looked at again.
        self.mark_upload(
            upload,
            "SET bytes_removed_at = :at",
            "#status = :status",
            &[(":at", text(at)), (":status", text(upload.status.name()))],
        )
        .await?;
        Ok(())
    }

    async fn claim_unreferenced(&self, upload: &Upload, since: Timestamp) -> Result<bool> {
        self.mark_upload(
            upload,
            "SET deleting = :deleting",
            "#status = :completed AND ref_count = :none AND unreferenced_since = :since",
            &[
                (":deleting", AttributeValue::Bool(true)),
                (":completed", text(UploadStatus::Completed.name())),
                (":none", number(0)),
                (":since", text(since)),
            ],
        )
        .await
    }

    async fn forget_content(&self, upload: &Upload) -> Result<()> {
        for pk in content_pks(upload) {
            let delete = self
                .client
                .delete_item()
                .table_name(&self.tables.uploads)
                .key("pk", text(pk))
                .condition_expression("upload_id = :id")
                .expression_attribute_values(":id", text(&upload.upload_id));
            match self.writing().send(|| delete.clone().send()).await {
                // Gone, or another upload's by now.
                Ok(_) | Err(Outcome::Condition(_)) => {}
                Err(outcome) => return Err(outcome.into_error()),
            }
        }
        Ok(())
    }

    async fn remove_claimed(&self, upload: &Upload) -> Result<()> {
        let delete = self
            .client
            .delete_item()
            .table_name(&self.tables.uploads)
            .key("pk", text(upload_pk(&upload.scope.organisation_id, &upload.upload_id)))
            .condition_expression("attribute_exists(deleting)");
        match self.writing().send(|| delete.clone().send()).await {
            Ok(_) | Err(Outcome::Condition(_)) => Ok(()),
            Err(outcome) => Err(outcome.into_error()),
        }
    }
}

impl Store {
    /// Changes an upload's row on a condition; false if it doesn't hold.
    async fn mark_upload(
        &self,
        upload: &Upload,
        update: &str,
        condition: &str,
        values: &[(&str, AttributeValue)],
    ) -> Result<bool> {
        let mut request = self
            .client
            .update_item()
            .table_name(&self.tables.uploads)
            .key("pk", text(upload_pk(&upload.scope.organisation_id, &upload.upload_id)))
            .update_expression(update)
            .condition_expression(format!("incarnation = :incarnation AND {condition}"))
            .expression_attribute_names("#status", "status")
            .expression_attribute_values(":incarnation", text(&upload.incarnation));
        for (name, value) in values {
            request = request.expression_attribute_values(*name, value.clone());
        }
        match self.writing().send(|| request.clone().send()).await {
            Ok(_) => Ok(true),
            Err(Outcome::Condition(_)) => Ok(false),
            Err(outcome) => Err(outcome.into_error()),
        }
    }
}
