//! Emptying a bucket that is being deleted, row by row.
//!
//! What counts on the rows goes with the bucket, so nothing is counted here, and no note of bytes is
//! left. Two kinds of rows stay: idempotency claims, which end by themselves (24 hours), and the records
//! of bytes that objects left which a client deleted earlier, for whoever removes those bytes.

use std::collections::BTreeSet;
use std::time::Duration;

use aws_sdk_dynamodb::types::{Delete, TransactWriteItem};
use stowage_domain::Result;
use stowage_domain::batch::Batch;
use stowage_domain::object::Object;
use stowage_domain::time::Timestamp;
use stowage_domain::upload::Upload;

use crate::Store;
use crate::calls::unbuilt;
use crate::item::text;
use crate::objects::content_pk;
use crate::pace::Outcome;
use crate::ports::{FindTask as _, SweepBucket};
use crate::uploads::{content_pks, copy_pks, upload_pk};

impl SweepBucket for Store {
    fn remembered_for(&self) -> Duration {
        // Twice: a request that has just read the bucket may be slow.
        self.settings.cache_for.saturating_mul(2)
    }

    async fn sweep_object(&self, object: &Object) -> Result<bool> {
        let mut pace = self.writing();
        let mut actions = vec![self.delete_action(object)?];
        if let Some(identity) = object.content_identity() {
            actions.push(delete_row(&self.tables.objects, content_pk(&object.bucket_id, &identity))?);
        }
        // Others that share them are of this bucket, too, and go as well. Several blobs may share one.
        let copies: BTreeSet<String> = object.blobs.iter().flat_map(|blob| copy_pks(object, blob)).collect();
        for pk in copies {
            actions.push(delete_row(&self.tables.uploads, pk)?);
        }
        if actions.len() == 1 {
            return self.delete_alone(object, &mut pace).await;
        }
        Ok(self.transact(&actions, &mut pace).await?.is_none())
    }

    async fn sweep_batch(&self, batch: &Batch, now: Timestamp) -> Result<()> {
        let mut actions = self.batch_removal(batch, false)?;
        if let Some(task_id) = &batch.task_id {
            let task = self.find_task(&batch.organisation_id, task_id).await?;
            let canceled = task.filter(|task| !task.status.is_final()).map(|task| task.canceled(now));
            if let Some(canceled) = canceled.transpose()? {
                actions.extend(self.task_actions(&canceled)?);
            }
        }
        self.transact(&actions, &mut self.writing()).await?;
        Ok(())
    }

    async fn sweep_upload(&self, upload: &Upload) -> Result<()> {
        let pk = upload_pk(&upload.scope.organisation_id, &upload.upload_id);
        let pointers = content_pks(upload);
        if pointers.is_empty() {
            let delete = self.client.delete_item().table_name(&self.tables.uploads).key("pk", text(pk));
            let deleted = self.writing().send(|| delete.clone().send()).await;
            return deleted.map(|_| ()).map_err(Outcome::into_error);
        }
        let rows = std::iter::once(pk).chain(pointers);
        let actions: Vec<_> = rows.map(|pk| delete_row(&self.tables.uploads, pk)).collect::<Result<_>>()?;
        self.transact(&actions, &mut self.writing()).await?;
        Ok(())
    }
}

fn delete_row(table: &str, pk: String) -> Result<TransactWriteItem> {
    let delete = Delete::builder().table_name(table).key("pk", text(pk)).build().map_err(unbuilt)?;
    Ok(TransactWriteItem::builder().delete(delete).build())
}
