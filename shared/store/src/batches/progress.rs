//! What is counted of a batch's attempt: a row of its own, which opens and closes with the attempt.

use std::collections::BTreeSet;

use aws_sdk_dynamodb::types::{AttributeValue, Delete, Put, TransactWriteItem, Update};
use serde::{Deserialize, Serialize};
use stowage_domain::Result;
use stowage_domain::batch::{Batch, BatchProgress, MemberOutcome};
use stowage_domain::id::ObjectId;
use stowage_domain::object::ObjectStatus;
use stowage_domain::time::Timestamp;

use super::batch_pk;
use crate::Store;
use crate::calls::unbuilt;
use crate::failure::Item;
use crate::item::{from_item, number, text, to_item};
use crate::objects::listed_at;
use crate::pace::{Outcome, Pace};
use crate::ports::ReadProgress;
use crate::tasks::shard_of;

/// What the sort keys of a batch's outcomes start with.
const OUTCOME: &str = "obj#";

/// The row's own attributes. While the attempt is open the row has a place in the index, so that attempts
/// of which nothing is heard any more can be found.
#[derive(Serialize)]
struct ProgressItem<'a> {
    pk: String,
    sk: &'static str,
    kind: &'static str,
    listing: String,
    listed_at: String,
    batch_id: &'a str,
    organisation_id: &'a str,
    #[serde(flatten)]
    progress: BatchProgress,
}

#[derive(Serialize, Deserialize)]
struct OutcomeItem {
    pk: String,
    sk: String,
    kind: String,
    ttl: i64,
    #[serde(flatten)]
    outcome: MemberOutcome,
}

/// What the partitions of the open attempts' list start with.
pub(super) const ACTIVE: &str = "active";

fn key(batch: &Batch, sk: impl Into<String>) -> Item {
    let pk = batch_pk(&batch.organisation_id, &batch.batch_id);
    Item::from([("pk".to_owned(), text(pk)), ("sk".to_owned(), text(sk.into()))])
}

/// The key of a batch's progress.
pub(super) fn progress_key(batch: &Batch) -> Item {
    key(batch, "progress")
}

/// The key of what was reported of one of its objects.
pub(super) fn outcome_key(batch: &Batch, object: &ObjectId) -> Item {
    key(batch, format!("{OUTCOME}{object}"))
}

/// An item as an outcome.
pub(super) fn from_outcome_item(item: Item) -> Result<MemberOutcome> {
    Ok(from_item::<OutcomeItem>(item)?.outcome)
}

impl ReadProgress for Store {
    async fn batch_progress(&self, batch: &Batch) -> Result<Option<BatchProgress>> {
        let item = self.item_at(&self.tables.batches, progress_key(batch), &mut self.reading()).await?;
        item.map(from_item).transpose()
    }

    async fn completed_objects(&self, batch: &Batch) -> Result<BTreeSet<ObjectId>> {
        let outcomes = self.outcomes(batch, &mut self.reading()).await?;
        let completed = outcomes.into_iter().filter(|outcome| outcome.status == ObjectStatus::Completed);
        Ok(completed.map(|outcome| outcome.object_id).collect())
    }
}

impl Store {
    /// What was reported of a batch's objects, in any attempt.
    async fn outcomes(&self, batch: &Batch, pace: &mut Pace) -> Result<Vec<MemberOutcome>> {
        let query = self
            .client
            .query()
            .table_name(&self.tables.batches)
            .key_condition_expression("pk = :pk AND begins_with(sk, :sk)")
            .expression_attribute_values(":pk", text(batch_pk(&batch.organisation_id, &batch.batch_id)))
            .expression_attribute_values(":sk", text(OUTCOME))
            .consistent_read(true);
        let (mut found, mut after) = (Vec::new(), None);
        loop {
            let part = query.clone().set_exclusive_start_key(after);
            let answer = pace.read(|| part.clone().send()).await.map_err(Outcome::into_error)?;
            for item in answer.items.unwrap_or_default() {
                found.push(from_outcome_item(item)?);
            }
            after = answer.last_evaluated_key;
            if after.is_none() {
                return Ok(found);
            }
        }
    }

    /// What has to happen to the progress when a batch becomes another: an attempt begins or ends.
    pub(super) fn progress_actions(
        &self,
        batch: &Batch,
        old: Option<&Batch>,
    ) -> Result<Vec<TransactWriteItem>> {
        let was_active = old.is_some_and(|old| old.status.is_active());
        match (was_active, batch.status.is_active()) {
            (false, true) => Ok(vec![self.open_progress(batch)?]),
            (true, false) => Ok(vec![self.close_progress(batch)?]),
            _ => Ok(Vec::new()),
        }
    }

    fn open_progress(&self, batch: &Batch) -> Result<TransactWriteItem> {
        let id = batch.batch_id.as_str();
        let item = to_item(&ProgressItem {
            pk: batch_pk(&batch.organisation_id, &batch.batch_id),
            sk: "progress",
            kind: "batch_progress",
            listing: format!("{ACTIVE}#{}", shard_of(id)),
            listed_at: listed_at(batch.updated_at, id),
            batch_id: id,
            organisation_id: batch.organisation_id.as_str(),
            progress: BatchProgress::begin(batch, batch.updated_at),
        })?;
        let put = Put::builder().table_name(&self.tables.batches).set_item(Some(item)).build();
        Ok(TransactWriteItem::builder().put(put.map_err(unbuilt)?).build())
    }

    fn close_progress(&self, batch: &Batch) -> Result<TransactWriteItem> {
        let update = Update::builder()
            .table_name(&self.tables.batches)
            .set_key(Some(progress_key(batch)))
            .update_expression("SET #open = :closed REMOVE #listing, #listed_at")
            .expression_attribute_names("#open", "is_open")
            .expression_attribute_names("#listing", "listing")
            .expression_attribute_names("#listed_at", "listed_at")
            .expression_attribute_values(":closed", AttributeValue::Bool(false))
            .build();
        Ok(TransactWriteItem::builder().update(update.map_err(unbuilt)?).build())
    }

    /// The removal of a batch's progress. What was reported of its objects ends by itself.
    pub(super) fn progress_removal(&self, batch: &Batch) -> Result<TransactWriteItem> {
        let delete =
            Delete::builder().table_name(&self.tables.batches).set_key(Some(progress_key(batch))).build();
        Ok(TransactWriteItem::builder().delete(delete.map_err(unbuilt)?).build())
    }

    /// Counts what is recorded together with it, if the attempt is open.
    pub(super) fn count_progress(
        &self,
        batch: &Batch,
        outcomes: &[&MemberOutcome],
        now: Timestamp,
    ) -> Result<TransactWriteItem> {
        let count = |is: ObjectStatus| outcomes.iter().filter(|outcome| outcome.status == is).count();
        let signed = |count: usize| i64::try_from(count).unwrap_or(i64::MAX);
        let documents: u64 = outcomes.iter().map(|outcome| outcome.document_count).sum();
        let error = outcomes.iter().find_map(|outcome| Some((&outcome.object_id, outcome.error.as_ref()?)));
        let mut set = "SET #reported_at = :now".to_owned();
        let mut update = Update::builder().table_name(&self.tables.batches);
        if let Some((object, error)) = error {
            set.push_str(", #first_error = if_not_exists(#first_error, :error)");
            update = update
                .expression_attribute_names("#first_error", "first_error")
                .expression_attribute_values(":error", text(format!("{object}: {error}")));
        }
        let add = "ADD #left :left, #completed :completed, #failed :failed, #documents :documents";
        let update = update
            .set_key(Some(progress_key(batch)))
            .update_expression(format!("{set} {add}"))
            .condition_expression("#attempt = :attempt AND #open = :open")
            .expression_attribute_names("#reported_at", "reported_at")
            .expression_attribute_names("#left", "left")
            .expression_attribute_names("#completed", "completed")
            .expression_attribute_names("#failed", "failed")
            .expression_attribute_names("#documents", "document_count")
            .expression_attribute_names("#attempt", "attempt")
            .expression_attribute_names("#open", "is_open")
            .expression_attribute_values(":now", text(now))
            .expression_attribute_values(":left", number(-signed(outcomes.len())))
            .expression_attribute_values(":completed", number(signed(count(ObjectStatus::Completed))))
            .expression_attribute_values(":failed", number(signed(count(ObjectStatus::Failed))))
            .expression_attribute_values(":documents", number(i64::try_from(documents).unwrap_or(i64::MAX)))
            .expression_attribute_values(":attempt", number(batch.attempt))
            .expression_attribute_values(":open", AttributeValue::Bool(true))
            .build();
        Ok(TransactWriteItem::builder().update(update.map_err(unbuilt)?).build())
    }

    /// Stores an outcome, if the attempt has none of this object.
    pub(super) fn put_outcome(
        &self,
        batch: &Batch,
        outcome: &MemberOutcome,
        ttl: i64,
    ) -> Result<TransactWriteItem> {
        let item = to_item(&OutcomeItem {
            pk: batch_pk(&batch.organisation_id, &batch.batch_id),
            sk: format!("{OUTCOME}{}", outcome.object_id),
            kind: "batch_outcome".to_owned(),
            ttl,
            outcome: outcome.clone(),
        })?;
        let put = Put::builder()
            .table_name(&self.tables.batches)
            .set_item(Some(item))
            .condition_expression("attribute_not_exists(pk) OR #attempt < :attempt")
            .expression_attribute_names("#attempt", "attempt")
            .expression_attribute_values(":attempt", number(batch.attempt))
            .build();
        Ok(TransactWriteItem::builder().put(put.map_err(unbuilt)?).build())
    }
}
