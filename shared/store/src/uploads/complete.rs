//! Confirming an upload: PENDING to COMPLETED, with its object, its task and its pointers, in one
//! transaction or not at all.

use aws_sdk_dynamodb::types::{ConditionCheck, Put, TransactWriteItem};
use stowage_domain::error::Resource;
use stowage_domain::id::UploadId;
use stowage_domain::task::Task;
use stowage_domain::upload::{Confirmable, Upload};
use stowage_domain::{Error, Result};

use super::content::{Known, Over, identities};
use super::item::to_upload_item;
use super::upload_pk;
use crate::Store;
use crate::calls::unbuilt;
use crate::failure::Reason;
use crate::item::text;
use crate::objects::{Companion, CompanionKind, Ended, object_pk};
use crate::pace::Pace;
use crate::ports::{CompleteUpload, Completion};

/// What the bucket's other confirmed uploads mean for one that is being confirmed.
enum Standing {
    /// It has the bytes of this one, and may stand for it.
    DuplicateOf(Box<Upload>),
    /// It is the first with its bytes; these pointers are to lead to it.
    First(Vec<Companion>),
    /// Another confirm of this very upload was first.
    Confirmed(Box<Upload>),
}

impl CompleteUpload for Store {
    async fn complete_upload(&self, completion: Completion) -> Result<Upload> {
        let mut pace = self.writing();
        // An original that turned out to be gone doesn't count again.
        let mut void = None;
        loop {
            let ended = match self.standing(&completion, void.as_ref(), &mut pace).await? {
                Standing::Confirmed(upload) => return Ok(*upload),
                Standing::DuplicateOf(original) => {
                    let original_id = original.upload_id.clone();
                    let ended = self.complete_as_duplicate(&completion, &original, &mut pace).await?;
                    if matches!(ended, Step::Again) {
                        void = Some(original_id);
                    }
                    ended
                }
                Standing::First(pointers) => self.complete_as_first(&completion, pointers, &mut pace).await?,
            };
            match ended {
                Step::Done(upload) => return Ok(*upload),
                Step::Again => {
                    pace.wait_for_others("DynamoDB: the upload's content changed meanwhile").await?;
                }
                Step::UploadChanged => {
                    if let Some(upload) = self.completed_meanwhile(&completion.upload, &mut pace).await? {
                        return Ok(upload);
                    }
                    pace.wait_for_others("DynamoDB: the upload changed meanwhile").await?;
                }
            }
        }
    }
}

/// How one try ended.
enum Step {
    /// The upload is stored like this.
    Done(Box<Upload>),
    /// Something about the content changed: look again.
    Again,
    /// The upload itself changed: another confirm or a cancel was first.
    UploadChanged,
}

impl Store {
    async fn standing(
        &self,
        completion: &Completion,
        void: Option<&UploadId>,
        pace: &mut Pace,
    ) -> Result<Standing> {
        let upload = &completion.upload;
        let mut pointers = Vec::new();
        if !completion.indexed {
            return Ok(Standing::First(pointers));
        }
        for identity in identities(upload) {
            if !upload.skip_duplicates {
                pointers.push(self.point(upload, &identity, Over::Anything)?);
                continue;
            }
            let (organisation, bucket) = (&upload.scope.organisation_id, &upload.bucket_id);
            let known = self.known_upload(organisation, bucket, &identity, pace).await?;
            let stale = match known {
                Known::Upload(known) if known.upload_id == upload.upload_id => {
                    return Ok(Standing::Confirmed(known));
                }
                Known::Upload(original) => {
                    // One without an object can't stand for one that is to have one.
                    let has_object = completion.object.is_none() || original.object_id.is_some();
                    if has_object && void != Some(&original.upload_id) {
                        return Ok(Standing::DuplicateOf(original));
                    }
                    Some(original.upload_id.clone())
                }
                Known::Nothing(stale) => stale,
            };
            let over = stale.as_ref().map_or(Over::Nothing, Over::Void);
            pointers.push(self.point(upload, &identity, over)?);
        }
        Ok(Standing::First(pointers))
    }

    async fn complete_as_first(
        &self,
        completion: &Completion,
        pointers: Vec<Companion>,
        pace: &mut Pace,
    ) -> Result<Step> {
        let mut upload = completion.upload.clone();
        upload.object_id = completion.object.as_ref().map(|object| object.object_id.clone());
        let mut companions = vec![self.confirmed(&upload)?];
        companions.extend(pointers);
        companions.extend(self.task(completion.task.as_ref())?);
        companions.extend(self.task(completion.verification.as_ref())?);
        let refused = if let Some(object) = &completion.object {
            match self.transact_object(object, &companions, Some(&upload.upload_id), pace).await? {
                Ended::Written(_) | Ended::Replayed(_) => None,
                Ended::CompanionRefused(kind) => Some(kind),
            }
        } else {
            let actions: Vec<_> = companions.iter().map(|companion| companion.action.clone()).collect();
            let reasons = self.transact(&actions, pace).await?.unwrap_or_default();
            let mut judged = companions.iter().zip(reasons);
            judged.find(|(_, reason)| matches!(reason, Reason::Condition(_))).map(|(c, _)| c.kind)
        };
        Ok(match refused {
            None => Step::Done(Box::new(upload)),
            Some(CompanionKind::Confirmed) => Step::UploadChanged,
            Some(CompanionKind::Pointer | CompanionKind::Task) => Step::Again,
        })
    }

    /// Completes an upload as the duplicate of one that is still there, with its object.
    async fn complete_as_duplicate(
        &self,
        completion: &Completion,
        original: &Upload,
        pace: &mut Pace,
    ) -> Result<Step> {
        let upload =
            completion.upload.clone().duplicating(original.upload_id.clone(), original.object_id.clone());
        let mut actions = vec![self.confirmed(&upload)?.action];
        let check = ConditionCheck::builder()
            .table_name(&self.tables.uploads)
            .key("pk", text(upload_pk(&original.scope.organisation_id, &original.upload_id)))
            .condition_expression("#status = :completed AND attribute_not_exists(deleting)")
            .expression_attribute_names("#status", "status")
            .expression_attribute_values(":completed", text("COMPLETED"));
        actions.push(check_action(check)?);
        if let Some(object_id) = &original.object_id {
            let check = ConditionCheck::builder()
                .table_name(&self.tables.objects)
                .key("pk", text(object_pk(&original.bucket_id, object_id)))
                .condition_expression("attribute_exists(pk)");
            actions.push(check_action(check)?);
        }
        actions.extend(self.task(completion.task.as_ref())?.into_iter().map(|task| task.action));
        let reasons = self.transact(&actions, pace).await?;
        Ok(match reasons.as_deref() {
            None => Step::Done(Box::new(upload)),
            Some([Reason::Condition(_), ..]) => Step::UploadChanged,
            Some(_) => Step::Again,
        })
    }

    /// The upload's own move to COMPLETED: over the very row that was looked at, still unconfirmed.
    fn confirmed(&self, upload: &Upload) -> Result<Companion> {
        let own_object = upload.duplicate_of_upload_id.is_none() && upload.object_id.is_some();
        let put = Put::builder()
            .table_name(&self.tables.uploads)
            .set_item(Some(to_upload_item(upload, i64::from(own_object))?))
            .condition_expression("#status = :pending AND incarnation = :incarnation")
            .expression_attribute_names("#status", "status")
            .expression_attribute_values(":pending", text("PENDING"))
            .expression_attribute_values(":incarnation", text(&upload.incarnation))
            .build()
            .map_err(unbuilt)?;
        Ok(Companion {
            kind: CompanionKind::Confirmed,
            action: TransactWriteItem::builder().put(put).build(),
        })
    }

    fn task(&self, task: Option<&Task>) -> Result<Vec<Companion>> {
        let Some(task) = task else { return Ok(Vec::new()) };
        let actions = self.task_actions(task)?.into_iter();
        Ok(actions.map(|action| Companion { kind: CompanionKind::Task, action }).collect())
    }

    /// What became of an upload that changed: the confirmed one, or an error if it can't be.
    async fn completed_meanwhile(&self, upload: &Upload, pace: &mut Pace) -> Result<Option<Upload>> {
        let stored = self.upload(&upload.scope.organisation_id, &upload.upload_id, pace).await?;
        let Some(stored) = stored else {
            return Err(Error::not_found(Resource::Upload, upload.upload_id.as_str()));
        };
        Ok(match stored.confirmable()? {
            Confirmable::Done => Some(stored),
            Confirmable::Open => None,
        })
    }
}

fn check_action(
    check: aws_sdk_dynamodb::types::builders::ConditionCheckBuilder,
) -> Result<TransactWriteItem> {
    let check = check.build().map_err(unbuilt)?;
    Ok(TransactWriteItem::builder().condition_check(check).build())
}
