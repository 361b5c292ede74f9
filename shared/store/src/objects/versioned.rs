//! A create as a transaction: read the object, decide, and write everything that has to change
//! together, on the condition that the object is still the one that was read.

use aws_sdk_dynamodb::types::{Put, ReturnValuesOnConditionCheckFailure, TransactWriteItem};
use stowage_domain::id::UploadId;
use stowage_domain::object::{Decision, Object, ObjectWrite, ReplayedBy, Written};
use stowage_domain::policy::Policy;
use stowage_domain::{Error, Result};

use super::claim::{Claim, Claimed};
use super::content::{Known, Pointer};
use super::item::{SAME, from_object_item, same, to_object_item};
use super::references::reference_error;
use crate::Store;
use crate::calls::unbuilt;
use crate::failure::Reason;
use crate::pace::Pace;

/// Something outside the objects that has to change with one: a confirmed upload, its pointers.
#[derive(Clone, Debug)]
pub(crate) struct Companion {
    pub(crate) kind: CompanionKind,
    pub(crate) action: TransactWriteItem,
}

/// What a companion is, so that its refusal can be told.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum CompanionKind {
    /// The upload that is being confirmed.
    Confirmed,
    /// A pointer by content to that upload.
    Pointer,
    /// Its task; nothing can be said against it.
    Task,
}

/// How a transaction ended without an error.
#[derive(Debug)]
pub(crate) enum Ended {
    /// This object was written.
    Written(Object),
    /// Nothing was left to write: this is the answer.
    Replayed(Written),
    /// A companion's condition failed; with the item as it is. Nothing was written.
    CompanionRefused(CompanionKind),
}

/// What an action of the transaction is, in the order of the actions.
enum Role {
    Object,
    Reference(UploadId),
    Claim,
    Content,
    Companion(CompanionKind),
}

/// What goes into one try.
struct Plan {
    object: Object,
    roles: Vec<Role>,
    actions: Vec<TransactWriteItem>,
}

impl Store {
    /// Writes an object and its companions together. `confirmed` is the upload that a companion
    /// writes as COMPLETED, its first reference included.
    pub(crate) async fn transact_object(
        &self,
        write: &ObjectWrite,
        companions: &[Companion],
        confirmed: Option<&UploadId>,
        pace: &mut Pace,
    ) -> Result<Ended> {
        let own_claim = Claim::of(write);
        let own_pointer = Pointer::of(write).filter(|_| write.skip_duplicates);
        let mut void_claim = None;
        if let Some(own) = &own_claim {
            match self.claimed(write, own, pace).await? {
                Claimed::Answered(written) => return Ok(Ended::Replayed(*written)),
                Claimed::Free(void) => void_claim = void,
            }
        }
        // A new insert is likely to find nothing; the others need the object that they change.
        let mut stored = match write.policy {
            None | Some(Policy::Insert) => None,
            Some(_) => self.object(&write.bucket_id, &write.object_id, pace).await?,
        };
        loop {
            let (new, old) = match write.decide(stored.as_ref())? {
                Decision::Replay(written) => return Ok(Ended::Replayed(written)),
                Decision::Create(new) => (new, None),
                Decision::Update(new) => (new, stored.as_ref()),
            };
            let replaces = old.is_some();
            let mut plan = self.plan(new, old, confirmed)?;
            for companion in companions {
                plan.add(Role::Companion(companion.kind), companion.action.clone());
            }
            if let Some(own) = &own_claim {
                let claim = own.on(&plan.object.incarnation);
                let put = claim.put(&self.tables.objects, void_claim.as_ref(), write.now.seconds())?;
                plan.add(Role::Claim, TransactWriteItem::builder().put(put).build());
            }
            if let Some(own) = &own_pointer {
                match self.known_content(write, own, pace).await? {
                    Known::Object(object) => {
                        let written = Written::before(*object, ReplayedBy::SkipDuplicates);
                        return Ok(Ended::Replayed(written));
                    }
                    Known::Nothing(stale) => {
                        let put = own.put(&self.tables.objects, stale.as_ref())?;
                        plan.add(Role::Content, TransactWriteItem::builder().put(put).build());
                    }
                }
            }
            let Some(reasons) = self.transact(&plan.actions, pace).await? else {
                return Ok(Ended::Written(plan.object));
            };
            let (mut refused, mut has_changed) = (None, false);
            for (role, reason) in plan.roles.iter().zip(reasons) {
                let Reason::Condition(item) = reason else { continue };
                match role {
                    Role::Companion(kind) => return Ok(Ended::CompanionRefused(*kind)),
                    Role::Claim => {
                        let own =
                            own_claim.as_ref().ok_or_else(|| Error::internal("a claim without an owner"))?;
                        match self.judge_claim(write, own, item, pace).await? {
                            Claimed::Answered(written) => return Ok(Ended::Replayed(*written)),
                            Claimed::Free(void) => void_claim = void,
                        }
                    }
                    Role::Reference(id) => refused = Some(reference_error(id, item)?),
                    // The loop looks again at the object that is there now, and at the content.
                    Role::Object => {
                        stored = item.map(from_object_item).transpose()?;
                        has_changed = true;
                    }
                    Role::Content => {}
                }
            }
            if let Some(error) = refused {
                return Err(error);
            }
            pace.wait_for_others("DynamoDB: the object changed meanwhile").await?;
            // What came with the refusal is old by now, if many write this object.
            if has_changed && replaces {
                stored = self.object(&write.bucket_id, &write.object_id, pace).await?;
            }
        }
    }

    /// The object's write, and the reference counts that change with it.
    fn plan(&self, new: Object, old: Option<&Object>, confirmed: Option<&UploadId>) -> Result<Plan> {
        let before = old.map(Object::upload_ids).unwrap_or_default();
        let after = new.upload_ids();
        let organisation = new.scope.organisation_id.clone();
        let (bucket, now) = (new.bucket_id.clone(), new.updated_at);
        let put = self.put_over(&new, old)?;
        let mut plan = Plan { object: new, roles: Vec::new(), actions: Vec::new() };
        plan.add(Role::Object, TransactWriteItem::builder().put(put).build());
        for id in after.difference(&before).filter(|id| Some(*id) != confirmed) {
            plan.add(Role::Reference(id.clone()), self.make_reference(&organisation, &bucket, id)?);
        }
        for id in before.difference(&after) {
            plan.add(Role::Reference(id.clone()), self.drop_reference(&organisation, id, now)?);
        }
        Ok(plan)
    }

    /// Puts `new` where there is nothing, or over exactly the `old` that was read.
    fn put_over(&self, new: &Object, old: Option<&Object>) -> Result<Put> {
        let put = Put::builder()
            .table_name(&self.tables.objects)
            .set_item(Some(to_object_item(new)?))
            .return_values_on_condition_check_failure(ReturnValuesOnConditionCheckFailure::AllOld);
        let put = match old {
            None => put.condition_expression("attribute_not_exists(pk)"),
            Some(old) => same(old).into_iter().fold(put.condition_expression(SAME), |put, (name, value)| {
                put.expression_attribute_values(name, value)
            }),
        };
        put.build().map_err(unbuilt)
    }
}

impl Plan {
    fn add(&mut self, role: Role, action: TransactWriteItem) {
        self.roles.push(role);
        self.actions.push(action);
    }
}
