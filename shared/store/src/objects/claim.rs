//! Idempotency claims of unique-key buckets: the key of the request, beside the object whose id the
//! unique key decides.
//!
//! A claim is on one life of its object. When that is over, by deletion, so is the claim, whatever is
//! made under the same unique key later.

use aws_sdk_dynamodb::types::Put;
use serde::{Deserialize, Serialize};
use stowage_domain::id::{Incarnation, ObjectId, WriteId};
use stowage_domain::limits::IDEMPOTENCY_CLAIM_SECONDS;
use stowage_domain::object::{ObjectWrite, Replay, ReplayedBy, Written};
use stowage_domain::{Error, Result};

use crate::Store;
use crate::calls::unbuilt;
use crate::failure::Item;
use crate::item::{from_item, number, text, to_item};
use crate::pace::Pace;

/// A claim, as it is stored.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub(super) struct Claim {
    pk: String,
    kind: String,
    object_id: ObjectId,
    /// The object's life; absent in a claim that isn't stored yet.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    incarnation: Option<Incarnation>,
    fingerprint: String,
    write_id: WriteId,
    /// Seconds since the Unix epoch. DynamoDB deletes late, so conditions compare it too.
    ttl: i64,
}

/// What a claim means for a request that comes with its key.
pub(super) enum Claimed {
    /// The request was answered before, with this.
    Answered(Box<Written>),
    /// The key is free, or the claim is void: its object is gone, or its time is over.
    Free(Option<Claim>),
}

impl Claim {
    /// The claim that a write makes, if its request came with an idempotency key.
    pub(super) fn of(write: &ObjectWrite) -> Option<Self> {
        let Replay::ByClaim { claim_id, fingerprint } = &write.replay else { return None };
        Some(Self {
            pk: format!("{}#claim#{claim_id}", write.bucket_id),
            kind: "claim".to_owned(),
            object_id: write.object_id.clone(),
            incarnation: None,
            fingerprint: fingerprint.clone(),
            write_id: write.write_id.clone(),
            ttl: write.now.seconds() + IDEMPOTENCY_CLAIM_SECONDS,
        })
    }

    /// The same claim on this life of its object.
    pub(super) fn on(&self, incarnation: &Incarnation) -> Self {
        Self { incarnation: Some(incarnation.clone()), ..self.clone() }
    }

    /// The action that makes the claim where the key is free, or replaces the void claim `void`.
    pub(super) fn put(&self, table: &str, void: Option<&Self>, now_seconds: i64) -> Result<Put> {
        let mut put = Put::builder()
            .table_name(table)
            .set_item(Some(to_item(self)?))
            .expression_attribute_names("#ttl", "ttl")
            .expression_attribute_values(":now", number(now_seconds));
        put = match void {
            None => put.condition_expression("attribute_not_exists(pk) OR #ttl <= :now"),
            Some(void) => put
                .condition_expression("attribute_not_exists(pk) OR #ttl <= :now OR write_id = :void")
                .expression_attribute_values(":void", text(&void.write_id)),
        };
        put.return_values_on_condition_check_failure(
            aws_sdk_dynamodb::types::ReturnValuesOnConditionCheckFailure::AllOld,
        )
        .build()
        .map_err(unbuilt)
    }
}

impl Store {
    /// Reads the claim under a write's idempotency key and says what it means.
    pub(super) async fn claimed(&self, write: &ObjectWrite, own: &Claim, pace: &mut Pace) -> Result<Claimed> {
        let item = self.item(&self.tables.objects, own.pk.clone(), pace).await?;
        self.judge_claim(write, own, item, pace).await
    }

    /// Says what a stored claim means.
    pub(super) async fn judge_claim(
        &self,
        write: &ObjectWrite,
        own: &Claim,
        stored: Option<Item>,
        pace: &mut Pace,
    ) -> Result<Claimed> {
        let Some(stored) = stored else { return Ok(Claimed::Free(None)) };
        let claim: Claim = from_item(stored)?;
        if claim.ttl <= write.now.seconds() {
            return Ok(Claimed::Free(Some(claim)));
        }
        let object = self.object(&write.bucket_id, &claim.object_id, pace).await?;
        let Some(object) = object.filter(|object| claim.incarnation.as_ref() == Some(&object.incarnation))
        else {
            return Ok(Claimed::Free(Some(claim)));
        };
        if claim.fingerprint != own.fingerprint {
            return Err(Error::IdempotencyKeyReuse);
        }
        let is_own = claim.write_id == own.write_id;
        let written = Written { object, replayed_by: (!is_own).then_some(ReplayedBy::IdempotencyKey) };
        Ok(Claimed::Answered(Box::new(written)))
    }
}
