//! Deleting an object, together with what counts on it: its references to uploads, and a record of the
//! bytes that nobody needs any more.
//!
//! Idempotency claims and content pointers stay: whoever follows one checks that it leads to the life
//! that it was made for.

use std::collections::BTreeSet;

use aws_sdk_dynamodb::types::{Delete, TransactWriteItem};
use stowage_domain::bucket::Bucket;
use stowage_domain::error::Resource;
use stowage_domain::id::{ObjectId, UploadId};
use stowage_domain::object::Object;
use stowage_domain::time::Timestamp;
use stowage_domain::{Error, Result};

use super::item::{SAME, same};
use super::object_pk;
use crate::Store;
use crate::calls::unbuilt;
use crate::failure::Reason;
use crate::item::text;
use crate::pace::{Outcome, Pace};
use crate::ports::DeleteObject;

/// What one try came to.
enum Tried {
    Deleted,
    /// The object isn't as it was read.
    Changed,
    /// These uploads are gone, so that there is nothing to count in them.
    Without(BTreeSet<UploadId>),
}

impl DeleteObject for Store {
    async fn delete_object(&self, bucket: &Bucket, object: &ObjectId, now: Timestamp) -> Result<()> {
        let mut pace = self.writing();
        let mut life = None;
        let mut gone = BTreeSet::new();
        loop {
            // Read anew for each attempt: what comes with a refusal is old by the end of the wait.
            let stored = self.object(&bucket.bucket_id, object, &mut pace).await?;
            let is_same = |found: &Object| life.as_ref().is_none_or(|life| *life == found.incarnation);
            let Some(old) = stored.filter(is_same) else {
                // The object that the request found first is no more. If the answer to an attempt was
                // lost, that attempt is why. Whatever has its id now is another, and stays.
                if pace.is_uncertain() {
                    return Ok(());
                }
                return Err(Error::not_found(Resource::Object, object.as_str()));
            };
            match self.try_delete(&old, &gone, now, &mut pace).await? {
                Tried::Deleted => return Ok(()),
                Tried::Changed => {}
                Tried::Without(uploads) => gone.extend(uploads),
            }
            life = Some(old.incarnation);
            pace.wait_for_others("DynamoDB: the object changed meanwhile").await?;
        }
    }
}

impl Store {
    /// Deletes exactly the object that was read: by one conditional write if nothing changes with it.
    async fn try_delete(
        &self,
        old: &Object,
        gone: &BTreeSet<UploadId>,
        now: Timestamp,
        pace: &mut Pace,
    ) -> Result<Tried> {
        let organisation = &old.scope.organisation_id;
        let uploads: Vec<UploadId> = old.upload_ids().difference(gone).cloned().collect();
        let removal = self.removal(old, now)?;
        if uploads.is_empty() && removal.is_none() {
            return Ok(if self.delete_alone(old, pace).await? { Tried::Deleted } else { Tried::Changed });
        }
        let mut actions = vec![self.delete_action(old)?];
        for upload in &uploads {
            actions.push(self.drop_reference(organisation, upload, now)?);
        }
        actions.extend(removal);
        let Some(reasons) = self.transact(&actions, pace).await? else { return Ok(Tried::Deleted) };
        let mut reasons = reasons.into_iter();
        if matches!(reasons.next(), Some(Reason::Condition(_))) {
            return Ok(Tried::Changed);
        }
        let refused = uploads.into_iter().zip(reasons);
        let refused = refused.filter(|(_, reason)| matches!(reason, Reason::Condition(_)));
        Ok(Tried::Without(refused.map(|(upload, _)| upload).collect()))
    }

    /// Deletes the object that was read, alone; false if it has changed since.
    pub(crate) async fn delete_alone(&self, old: &Object, pace: &mut Pace) -> Result<bool> {
        let mut delete = self
            .client
            .delete_item()
            .table_name(&self.tables.objects)
            .key("pk", text(object_pk(&old.bucket_id, &old.object_id)))
            .condition_expression(SAME);
        for (name, value) in same(old) {
            delete = delete.expression_attribute_values(name, value);
        }
        match pace.send(|| delete.clone().send()).await {
            Ok(_) => Ok(true),
            Err(Outcome::Condition(_)) => Ok(false),
            Err(outcome) => Err(outcome.into_error()),
        }
    }

    pub(crate) fn delete_action(&self, old: &Object) -> Result<TransactWriteItem> {
        let mut delete = Delete::builder()
            .table_name(&self.tables.objects)
            .key("pk", text(object_pk(&old.bucket_id, &old.object_id)))
            .condition_expression(SAME);
        for (name, value) in same(old) {
            delete = delete.expression_attribute_values(name, value);
        }
        Ok(TransactWriteItem::builder().delete(delete.build().map_err(unbuilt)?).build())
    }
}
