//! The outcome of a blob's copy: read, decide, and set the blobs on the condition that the object is
//! still the one that was read.
//!
//! Copies are shared within a bucket: a copy's row counts who refers to it, as an upload's does, and a pointer
//! leads to it by its content. So a source that is written again, or whose bytes others have, takes no more
//! space, and the bytes go when the last object has let go of them.

use aws_sdk_dynamodb::types::TransactWriteItem;
use stowage_domain::Result;
use stowage_domain::blob::{Copied, Waiting};
use stowage_domain::limits::MAX_SHARED_COPIES;
use stowage_domain::object::{MirrorMessage, Mirrored, Object};
use stowage_domain::time::Timestamp;
use stowage_domain::upload::Upload;

use super::expression::Expression;
use crate::Store;
use crate::pace::{Outcome, Pace};
use crate::ports::{MirrorObject, Recorded};
use crate::uploads::SharedCopy;

/// What a blob is to have, and what changes with it.
struct Share {
    mirrored: Mirrored,
    companions: Vec<TransactWriteItem>,
}

impl MirrorObject for Store {
    async fn mirror_object(
        &self,
        message: &MirrorMessage,
        waiting: &Waiting,
        mirrored: &Mirrored,
        now: Timestamp,
    ) -> Result<Recorded> {
        let mut pace = self.writing();
        loop {
            // Read anew for each attempt: what comes with a refusal is old by the end of the wait.
            let stored = self.object(&message.bucket_id, &message.object_id, &mut pace).await?;
            let Some(old) = stored.filter(|object| message.means(object)) else {
                return Ok(Recorded::Nothing);
            };
            if let (Mirrored::Copied(copied), Some(place)) = (mirrored, old.place_of(&waiting.blob_id)) {
                return Ok(recorded_in(&copied.place == place));
            }
            let share = self.share(&old, waiting, mirrored, now, &mut pace).await?;
            let Some(new) = old.with_mirrored(waiting, &share.mirrored, now) else {
                return Ok(Recorded::Nothing);
            };
            if self.mirror_as(&old, &new, share.companions, &mut pace).await? {
                return Ok(recorded_in(share.mirrored.place() == mirrored.place()));
            }
            pace.wait_for_others("DynamoDB: the object or the copy changed meanwhile").await?;
        }
    }
}

fn recorded_in(own_place: bool) -> Recorded {
    if own_place { Recorded::This } else { Recorded::Another }
}

impl Store {
    /// What the blob gets of a copy: an earlier one with the same content, or this one for others to share, or
    /// this one for itself.
    async fn share(
        &self,
        old: &Object,
        waiting: &Waiting,
        mirrored: &Mirrored,
        now: Timestamp,
        pace: &mut Pace,
    ) -> Result<Share> {
        let own = || Share { mirrored: mirrored.clone(), companions: Vec::new() };
        let Mirrored::Copied(copied) = mirrored else { return Ok(own()) };
        let references = old.upload_ids();
        if waiting.force_remirror || references.len() >= MAX_SHARED_COPIES {
            return Ok(own());
        }
        let Some(row) = Upload::of_copy(copied, old, now) else { return Ok(own()) };
        let (copy, companions) = match self.shared_copy(&row, pace).await? {
            SharedCopy::Known(known) if references.contains(&known.upload_id) => (*known, Vec::new()),
            SharedCopy::Known(known) => {
                let organisation = &old.scope.organisation_id;
                let counted = self.make_reference(organisation, &old.bucket_id, &known.upload_id)?;
                (*known, vec![counted])
            }
            SharedCopy::New(actions) => (row, actions),
        };
        let copied = Copied { place: copy.record.place, copy_id: Some(copy.upload_id), ..copied.clone() };
        Ok(Share { mirrored: Mirrored::Copied(copied), companions })
    }

    /// Makes exactly the old object the new one, with what changes with it; false if anything is not as it was
    /// read.
    async fn mirror_as(
        &self,
        old: &Object,
        new: &Object,
        companions: Vec<TransactWriteItem>,
        pace: &mut Pace,
    ) -> Result<bool> {
        let expression = Expression::mirroring(old, new)?;
        if companions.is_empty() {
            let update = self.update_object(&old.bucket_id, &old.object_id, expression);
            return match pace.send(|| update.clone().send()).await {
                Ok(_) => Ok(true),
                Err(Outcome::Condition(_)) => Ok(false),
                Err(outcome) => Err(outcome.into_error()),
            };
        }
        let mut actions = vec![self.update_action(&old.bucket_id, &old.object_id, expression)?];
        actions.extend(companions);
        Ok(self.transact(&actions, pace).await?.is_none())
    }
}

impl Expression {
    /// The update that makes exactly this object the new one, which differs in its blobs, status and error.
    fn mirroring(old: &Object, new: &Object) -> Result<Self> {
        let mut expression = Self::default();
        expression.set("blobs", &new.blobs)?;
        expression.set_mirror(&new.blobs)?;
        let references = new.upload_ids();
        if !references.is_empty() {
            expression.set("upload_refs", &references)?;
        }
        expression.set("status", &new.status)?;
        if let Some(error) = &new.error {
            expression.set("error", error)?;
        }
        expression.set("updated_at", &new.updated_at)?;
        expression.count_version();
        expression.only_if("incarnation", &old.incarnation)?;
        expression.only_if("version", &old.version)?;
        Ok(expression)
    }
}
