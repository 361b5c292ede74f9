//! What became of the verification of a declared SHA-256.

use aws_sdk_dynamodb::types::{AttributeValue, TransactWriteItem, Update};
use stowage_domain::Result;
use stowage_domain::upload::{Upload, UploadStatus};

use super::content::{Known, Over};
use super::upload_pk;
use crate::Store;
use crate::calls::unbuilt;
use crate::failure::Reason;
use crate::item::text;
use crate::pace::Pace;
use crate::ports::{CleanUploads as _, VerifyUpload};

/// What people are told of an upload with other bytes.
const CONTRADICTED: &str = "the bytes do not have the declared SHA-256";

impl VerifyUpload for Store {
    async fn upload_verified(&self, upload: &Upload, indexed: bool) -> Result<()> {
        let verified = {
            let mut verified = upload.clone();
            verified.hash_verified = true;
            verified
        };
        let mut pace = self.writing();
        loop {
            let mut actions = vec![self.note_on_upload(
                upload,
                "SET hash_verified = :noted",
                AttributeValue::Bool(true),
            )?];
            if let Some(identity) = verified.content_identity().filter(|_| indexed) {
                actions.extend(self.pointer_if_free(&verified, &identity, &mut pace).await?);
            }
            match self.transact(&actions, &mut pace).await?.as_deref() {
                // It is gone or going, and nobody wants to know any more.
                None | Some([Reason::Condition(_), ..]) => return Ok(()),
                Some(_) => {}
            }
            pace.wait_for_others("DynamoDB: the upload's content changed meanwhile").await?;
        }
    }

    async fn upload_contradicted(&self, upload: &Upload) -> Result<()> {
        let note = self.note_on_upload(upload, "SET message = :noted", text(CONTRADICTED))?;
        // That it is gone, or going, is no matter.
        self.transact(&[note], &mut self.writing()).await?;
        // Nor does it stand for others any more: its object has failed.
        self.forget_content(upload).await
    }
}

impl Store {
    /// Sets something in the row of a confirmed upload that is to stay.
    fn note_on_upload(
        &self,
        upload: &Upload,
        update: &str,
        noted: AttributeValue,
    ) -> Result<TransactWriteItem> {
        let update = Update::builder()
            .table_name(&self.tables.uploads)
            .key("pk", text(upload_pk(&upload.scope.organisation_id, &upload.upload_id)))
            .update_expression(update)
            .condition_expression(
                "incarnation = :incarnation AND #status = :completed AND attribute_not_exists(deleting)",
            )
            .expression_attribute_names("#status", "status")
            .expression_attribute_values(":incarnation", text(&upload.incarnation))
            .expression_attribute_values(":completed", text(UploadStatus::Completed.name()))
            .expression_attribute_values(":noted", noted)
            .build()
            .map_err(unbuilt)?;
        Ok(TransactWriteItem::builder().update(update).build())
    }

    /// The action that makes an upload the one with its content, unless another is.
    async fn pointer_if_free(
        &self,
        upload: &Upload,
        identity: &str,
        pace: &mut Pace,
    ) -> Result<Option<TransactWriteItem>> {
        let (organisation, bucket) = (&upload.scope.organisation_id, &upload.bucket_id);
        match self.known_upload(organisation, bucket, identity, pace).await? {
            Known::Upload(_) => Ok(None),
            Known::Nothing(stale) => {
                let over = stale.as_ref().map_or(Over::Nothing, Over::Void);
                Ok(Some(self.point(upload, identity, over)?.action))
            }
        }
    }
}
