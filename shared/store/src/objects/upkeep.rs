//! What is written on objects by whoever looks after them: that something is wrong with their bytes, and that
//! their sources wait for copies still.

use stowage_domain::Result;
use stowage_domain::object::Object;
use stowage_domain::place::Place;
use stowage_domain::time::Timestamp;

use super::expression::Expression;
use crate::Store;
use crate::pace::Outcome;
use crate::ports::{FailObject, RemindOfCopies};

impl RemindOfCopies for Store {
    async fn remind_of_copies(&self, object: &Object, now: Timestamp) -> Result<bool> {
        let update =
            self.update_object(&object.bucket_id, &object.object_id, Expression::touching(object, now)?);
        match self.writing().send(|| update.clone().send()).await {
            Ok(_) => Ok(true),
            // Or this was: an earlier attempt's answer was lost.
            Err(Outcome::Condition(_)) => Ok(false),
            Err(outcome) => Err(outcome.into_error()),
        }
    }
}

impl FailObject for Store {
    async fn fail_object(&self, object: &Object, lost: &Place, reason: &str, now: Timestamp) -> Result<bool> {
        let mut pace = self.writing();
        loop {
            // Read anew for each attempt: what comes with a refusal is old by the end of the wait.
            let stored = self.object(&object.bucket_id, &object.object_id, &mut pace).await?;
            let is_same = |found: &Object| found.incarnation == object.incarnation && found.has_place(lost);
            let Some(old) = stored.filter(is_same) else { return Ok(false) };
            let new = old.as_failed(reason, now);
            if new.status == old.status && new.error == old.error {
                return Ok(true);
            }
            let expression = Expression::failing(&old, &new)?;
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
    /// The update that tells of exactly this object once more.
    fn touching(old: &Object, now: Timestamp) -> Result<Self> {
        let mut expression = Self::default();
        expression.set("updated_at", &now)?;
        expression.count_version();
        expression.only_if("incarnation", &old.incarnation)?;
        expression.only_if("version", &old.version)?;
        Ok(expression)
    }

    /// The update that makes exactly this object the new one, which differs in its status and error.
    fn failing(old: &Object, new: &Object) -> Result<Self> {
        let mut expression = Self::touching(old, new.updated_at)?;
        expression.set("status", &new.status)?;
        expression.set("error", &new.error)?;
        Ok(expression)
    }
}
