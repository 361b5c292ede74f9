//! Deleting an object, together with what counts on it: its references to uploads, and a record of the
//! bytes that nobody needs any more.
//!
//! So does the pointer by its content, if it leads to this object: pointers are in no list, and nothing
//! would find it again. Idempotency claims stay, for they end by themselves; whoever follows one checks
//! that it leads to the life that it was made for.

use std::collections::BTreeSet;

use aws_sdk_dynamodb::types::{Delete, TransactWriteItem};
use stowage_domain::bucket::Bucket;
use stowage_domain::error::Resource;
use stowage_domain::id::{ObjectId, UploadId};
use stowage_domain::object::Object;
use stowage_domain::time::Timestamp;
use stowage_domain::{Error, Result};

use super::content::Pointer;
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
    /// Some of what should have changed with it isn't there, or is another's.
    Without(Absent),
}

/// What doesn't change with an object, although it would by what the object is.
#[derive(Default)]
struct Absent {
    /// Uploads that are gone, so that there is nothing to count in them.
    uploads: BTreeSet<UploadId>,
    /// Whether the pointer by its content leads to another object.
    pointer: bool,
}

impl DeleteObject for Store {
    async fn delete_object(&self, bucket: &Bucket, object: &ObjectId, now: Timestamp) -> Result<()> {
        let mut pace = self.writing();
        let mut life = None;
        let mut absent = Absent::default();
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
            match self.try_delete(&old, &absent, now, &mut pace).await? {
                Tried::Deleted => return Ok(()),
                Tried::Changed => {}
                Tried::Without(more) => {
                    absent.uploads.extend(more.uploads);
                    absent.pointer |= more.pointer;
                }
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
        absent: &Absent,
        now: Timestamp,
        pace: &mut Pace,
    ) -> Result<Tried> {
        let organisation = &old.scope.organisation_id;
        let uploads: Vec<UploadId> = old.upload_ids().difference(&absent.uploads).cloned().collect();
        let removal = self.removal(old, now)?;
        let identity = old.content_identity().filter(|_| !absent.pointer);
        if uploads.is_empty() && removal.is_none() && identity.is_none() {
            return Ok(if self.delete_alone(old, pace).await? { Tried::Deleted } else { Tried::Changed });
        }
        let mut actions = vec![self.delete_action(old)?];
        for upload in &uploads {
            actions.push(self.drop_reference(organisation, upload, now)?);
        }
        // Before what has no condition, so that refusals can be told by their order.
        if let Some(identity) = &identity {
            actions.push(Pointer::delete(&self.tables.objects, old, identity)?);
        }
        actions.extend(removal);
        let Some(reasons) = self.transact(&actions, pace).await? else { return Ok(Tried::Deleted) };
        let mut reasons = reasons.into_iter();
        if matches!(reasons.next(), Some(Reason::Condition(_))) {
            return Ok(Tried::Changed);
        }
        let refused = uploads.into_iter().zip(reasons.by_ref());
        let refused = refused.filter(|(_, reason)| matches!(reason, Reason::Condition(_)));
        let uploads = refused.map(|(upload, _)| upload).collect();
        let pointer = identity.is_some() && matches!(reasons.next(), Some(Reason::Condition(_)));
        Ok(Tried::Without(Absent { uploads, pointer }))
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
