//! What a create does about what is stored: the policies of contract section 6, in one place.
//!
//! The store asks here in two situations: before a transaction, with the object that it read, and
//! after a single conditional write was refused, with the item from the refusal.

use super::Object;
use super::draft::check_references;
use super::write::{ObjectWrite, Replay, ReplayedBy, Requirement, Written};
use crate::policy::Policy;
use crate::schema::BucketSchema;
use crate::violation::Violations;
use crate::{Error, Result};

/// What is to be written, or what was.
#[derive(Clone, Debug, PartialEq)]
pub enum Decision {
    /// This new object is to be written where there is none.
    Create(Object),
    /// This object is to replace the one that was seen.
    Update(Object),
    /// Nothing is to be written: this is the answer. An earlier attempt of this request, or an earlier
    /// request with its idempotency key, made it.
    Replay(Written),
}

impl ObjectWrite {
    /// Decides, given the stored object or its absence.
    pub fn decide(&self, stored: Option<&Object>) -> Result<Decision> {
        let Some(old) = stored else { return self.decide_absent() };
        if old.write_id == self.write_id {
            return Ok(Decision::Replay(Written::now(old.clone())));
        }
        if let (Some(key), Some(values)) = (&self.unique_key, &old.unique_key)
            && !key.same_as(values, &self.schema)
        {
            return Err(Error::internal(format!("two unique keys derive {}", old.object_id)));
        }
        match self.policy {
            None => match (&self.replay, &old.fingerprint) {
                (Replay::ById { fingerprint }, Some(known)) if fingerprint == known => {
                    Ok(Decision::Replay(Written::before(old.clone(), ReplayedBy::IdempotencyKey)))
                }
                (Replay::ById { .. }, _) => Err(Error::IdempotencyKeyReuse),
                _ => Err(Error::internal(format!("a random id is taken: {}", old.object_id))),
            },
            Some(Policy::Insert) => {
                Err(Error::KeyConflict { existing: old.object_id.clone(), unique_key: self.clear_key() })
            }
            Some(Policy::Update | Policy::Upsert) => {
                self.refuse_lacking(|requirement| provides(old, requirement))?;
                let new = self.update(old);
                let (before, after) = (old.upload_ids(), new.upload_ids());
                check_references(after.len().max(after.symmetric_difference(&before).count()))?;
                Ok(Decision::Update(new))
            }
        }
    }

    fn decide_absent(&self) -> Result<Decision> {
        match self.policy {
            Some(Policy::Update) => Err(Error::KeyNotFound { unique_key: self.clear_key() }),
            None | Some(Policy::Insert | Policy::Upsert) => {
                self.refuse_lacking(|_| false)?;
                check_references(self.upload_ids().len())?;
                Ok(Decision::Create(self.create()))
            }
        }
    }

    fn refuse_lacking(&self, provided: impl Fn(&Requirement) -> bool) -> Result<()> {
        let mut violations = Violations::new();
        for requirement in self.change.requirements.iter().filter(|requirement| !provided(requirement)) {
            violations
                .extend(BucketSchema::missing_violation(&requirement.name, &self.change.fields_at).into());
        }
        violations.into_result()
    }

    fn clear_key(&self) -> serde_json::Map<String, serde_json::Value> {
        self.unique_key.iter().flat_map(|key| key.values.clone()).collect()
    }
}

fn provides(old: &Object, requirement: &Requirement) -> bool {
    let field = old.fields.get(&requirement.name).is_some_and(|value| !value.is_null());
    field || (requirement.blob_will_do && old.blobs.iter().any(|blob| blob.property == requirement.name))
}
