//! Idempotency claims of unique-key buckets: the key of the request, beside the object whose id the
//! unique key decides.

use aws_sdk_dynamodb::types::Put;
use serde::{Deserialize, Serialize};
use stowage_domain::id::{ObjectId, WriteId};
use stowage_domain::limits::IDEMPOTENCY_CLAIM_SECONDS;
use stowage_domain::object::{Object, ObjectWrite, Replay};
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
    fingerprint: String,
    write_id: WriteId,
    /// Seconds since the Unix epoch. DynamoDB deletes late, so conditions compare it too.
    ttl: i64,
}

/// What a claim means for a request that comes with its key.
pub(super) enum Claimed {
    /// The request was answered before; this is its object.
    Answered(Box<Object>),
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
            fingerprint: fingerprint.clone(),
            write_id: write.write_id.clone(),
            ttl: write.now.seconds() + IDEMPOTENCY_CLAIM_SECONDS,
        })
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
        if claim.fingerprint != own.fingerprint {
            return Err(Error::IdempotencyKeyReuse);
        }
        Ok(match self.object(&write.bucket_id, &claim.object_id, pace).await? {
            Some(object) => Claimed::Answered(Box::new(object)),
            None => Claimed::Free(Some(claim)),
        })
    }
}
