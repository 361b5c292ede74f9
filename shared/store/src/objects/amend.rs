//! A change of some of an object's fields: read, decide, and set just those on the condition that the
//! object is still the one that was read. Blobs, and with them the references to uploads, stay.

use aws_sdk_dynamodb::types::ReturnValue;
use stowage_domain::bucket::Bucket;
use stowage_domain::error::Resource;
use stowage_domain::id::ObjectId;
use stowage_domain::object::{Amended, Amendment, Object};
use stowage_domain::{Error, Result};

use super::expression::Expression;
use super::item::{field_attribute, from_object_item};
use crate::Store;
use crate::pace::Outcome;
use crate::ports::AmendObject;

impl AmendObject for Store {
    async fn amend_object(
        &self,
        bucket: &Bucket,
        object: &ObjectId,
        amendment: &Amendment,
    ) -> Result<Object> {
        let mut pace = self.writing();
        loop {
            // Read anew for each attempt: what comes with a refusal is old by the end of the wait.
            let stored = self.object(&bucket.bucket_id, object, &mut pace).await?;
            let old = stored.ok_or_else(|| Error::not_found(Resource::Object, object.as_str()))?;
            // An earlier attempt was stored, and only its answer was lost. Had somebody else written
            // since, it would be made once more: it sets what it sets, however often.
            if old.write_id == amendment.write_id {
                return Ok(old);
            }
            let amended = amendment.apply(&old)?;
            if amended.is_empty() {
                return Ok(old);
            }
            let expression = Expression::amending(&old, &amended, amendment)?;
            let update = self
                .update_object(&old.bucket_id, &old.object_id, expression)
                .return_values(ReturnValue::AllNew);
            match pace.send(|| update.clone().send()).await {
                Ok(answer) => {
                    let item =
                        answer.attributes.ok_or_else(|| Error::internal("an update returned no item"))?;
                    return from_object_item(item);
                }
                Err(Outcome::Condition(_)) => {}
                Err(outcome) => return Err(outcome.into_error()),
            }
            pace.wait_for_others("DynamoDB: the object changed meanwhile").await?;
        }
    }
}

impl Expression {
    /// The update that an amendment makes of exactly this object.
    fn amending(old: &Object, amended: &Amended, amendment: &Amendment) -> Result<Self> {
        let mut expression = Self::default();
        for (name, value) in &amended.fields {
            expression.set(&field_attribute(name), value)?;
        }
        if let Some(key_prefix) = &amended.key_prefix {
            expression.set("key_prefix", key_prefix)?;
        }
        expression.set("updated_at", &amendment.now)?;
        expression.set("write_id", &amendment.write_id)?;
        expression.count_version();
        expression.only_if("incarnation", &old.incarnation)?;
        expression.only_if("version", &old.version)?;
        Ok(expression)
    }
}
