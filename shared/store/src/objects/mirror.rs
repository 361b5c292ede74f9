//! The outcome of a blob's copy: read, decide, and set the blobs on the condition that the object is
//! still the one that was read.

use stowage_domain::Result;
use stowage_domain::blob::Waiting;
use stowage_domain::object::{MirrorMessage, Mirrored, Object};
use stowage_domain::time::Timestamp;

use super::expression::Expression;
use crate::Store;
use crate::pace::Outcome;
use crate::ports::MirrorObject;

impl MirrorObject for Store {
    async fn mirror_object(
        &self,
        message: &MirrorMessage,
        waiting: &Waiting,
        mirrored: &Mirrored,
        now: Timestamp,
    ) -> Result<bool> {
        let mut pace = self.writing();
        loop {
            // Read anew for each attempt: what comes with a refusal is old by the end of the wait.
            let stored = self.object(&message.bucket_id, &message.object_id, &mut pace).await?;
            let Some(old) = stored.filter(|object| message.means(object)) else { return Ok(false) };
            if old.has_mirrored(mirrored) {
                return Ok(true);
            }
            let Some(new) = old.with_mirrored(waiting, mirrored, now) else { return Ok(false) };
            let expression = Expression::mirroring(&old, &new)?;
            let update = self.update_object(&old.bucket_id, &old.object_id, expression);
            match pace.send(|| update.clone().send()).await {
                Ok(_) => return Ok(true),
                Err(Outcome::Condition(_)) => {}
                Err(outcome) => return Err(outcome.into_error()),
            }
            pace.wait_for_others("DynamoDB: the object changed meanwhile").await?;
        }
    }
}

impl Expression {
    /// The update that makes exactly this object the new one, which differs in its blobs and error.
    fn mirroring(old: &Object, new: &Object) -> Result<Self> {
        let mut expression = Self::default();
        expression.set("blobs", &new.blobs)?;
        expression.set_mirror(&new.blobs)?;
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
