//! Clearing up after uploads. Each step is a conditional write on the row as it was found, before any byte
//! goes: whoever confirms or refers to it meanwhile was first, or is refused.

use std::collections::HashMap;

use aws_sdk_dynamodb::types::AttributeValue;
use serde::Deserialize;
use stowage_domain::Result;
use stowage_domain::time::Timestamp;
use stowage_domain::upload::{Kept, Upload, UploadStatus};

use super::{from_upload_item, upload_pk};
use crate::Store;
use crate::failure::Item;
use crate::item::{from_item, number, text};
use crate::pace::Outcome;
use crate::ports::{CleanUploads, Scanned};

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
    bytes_removed: bool,
}

fn kept(item: Item) -> Result<Kept> {
    let marks: Marks = from_item(item.clone())?;
    Ok(Kept {
        upload: from_upload_item(item)?,
        references: marks.ref_count,
        unreferenced_since: marks.unreferenced_since,
        is_deleting: marks.deleting,
        keeps_bytes: marks.keep_bytes,
        bytes_are_removed: marks.bytes_removed,
    })
}

impl CleanUploads for Store {
    async fn scan_uploads(&self, after: Option<&str>, at_most: u32) -> Result<Scanned> {
        let start = after.map(|pk| HashMap::from([("pk".to_owned(), text(pk))]));
        let scan = self
            .client
            .scan()
            .table_name(&self.tables.uploads)
            .consistent_read(true)
            .limit(i32::try_from(at_most).unwrap_or(i32::MAX))
            .set_exclusive_start_key(start);
        let page = self.reading().read(|| scan.clone().send()).await.map_err(Outcome::into_error)?;
        let is_upload = |item: &Item| {
            item.get("kind").and_then(|kind| kind.as_s().ok()).is_some_and(|kind| kind == "upload")
        };
        let next = page.last_evaluated_key.as_ref().and_then(|key| key.get("pk")?.as_s().ok().cloned());
        let items = page.items.unwrap_or_default().into_iter().filter(is_upload);
        Ok(Scanned { found: items.map(kept).collect::<Result<_>>()?, next })
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

    async fn note_removed_bytes(&self, upload: &Upload) -> Result<()> {
        let status = text(upload.status.name());
        let removed = AttributeValue::Bool(true);
        // Who changed it meanwhile is looked at again.
        self.mark_upload(
            upload,
            "SET bytes_removed = :removed",
            "#status = :status",
            &[(":removed", removed), (":status", status)],
        )
        .await?;
        Ok(())
    }

    async fn claim_unreferenced(&self, upload: &Upload) -> Result<bool> {
        self.mark_upload(
            upload,
            "SET deleting = :deleting",
            "#status = :completed AND ref_count = :none AND attribute_exists(unreferenced_since)",
            &[
                (":deleting", AttributeValue::Bool(true)),
                (":completed", text(UploadStatus::Completed.name())),
                (":none", number(0)),
            ],
        )
        .await
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
