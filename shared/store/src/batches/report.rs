//! What processors report: read what there is, judge, and record it together with what it counts.

use std::collections::HashMap;

use aws_sdk_dynamodb::types::TransactWriteItem;
use stowage_domain::batch::{Batch, BatchProgress, MemberOutcome, ObjectReport, Record, Refusal, Verdict};
use stowage_domain::error::Resource;
use stowage_domain::id::ObjectId;
use stowage_domain::limits::OUTCOME_SECONDS;
use stowage_domain::object::Object;
use stowage_domain::time::Timestamp;
use stowage_domain::{Error, Result};

use super::progress::{from_outcome_item, outcome_key, progress_key};
use crate::Store;
use crate::failure::Item;
use crate::item::{from_item, text};
use crate::objects::{from_object_item, object_pk};
use crate::pace::Pace;
use crate::ports::ReportBatch;

/// Most objects of one transaction: it holds 100 actions, of which each needs two and the count one.
const TOGETHER: usize = 49;

/// What there is of the objects of a report.
struct Known {
    progress: BatchProgress,
    outcomes: HashMap<ObjectId, MemberOutcome>,
    objects: HashMap<ObjectId, Object>,
}

impl ReportBatch for Store {
    async fn report_objects(
        &self,
        batch: &Batch,
        reports: &[ObjectReport],
        now: Timestamp,
    ) -> Result<Vec<Option<Refusal>>> {
        let mut refusals = Vec::with_capacity(reports.len());
        if reports.is_empty() {
            // That work goes on is a report, too.
            return self.report_together(batch, reports, now).await;
        }
        for together in reports.chunks(TOGETHER) {
            let result = self.report_together(batch, together, now).await;
            let is_first = refusals.is_empty();
            refusals.extend(result.map_err(|error| if is_first { error } else { error.after_a_write() })?);
        }
        Ok(refusals)
    }
}

impl Store {
    async fn report_together(
        &self,
        batch: &Batch,
        reports: &[ObjectReport],
        now: Timestamp,
    ) -> Result<Vec<Option<Refusal>>> {
        let mut pace = self.writing();
        loop {
            let known = self.known(batch, reports, &mut pace).await?;
            let judge = |report: &ObjectReport| {
                let (recorded, object) =
                    (known.outcomes.get(&report.object_id), known.objects.get(&report.object_id));
                batch.judge(report, &known.progress, recorded, object)
            };
            let verdicts = reports.iter().map(judge).collect::<Result<Vec<_>>>()?;
            let actions = self.record(batch, reports, &verdicts, &known, now)?;
            if actions.is_empty() || self.transact(&actions, &mut pace).await?.is_none() {
                return Ok(verdicts.iter().map(refusal).collect());
            }
            pace.wait_for_others("DynamoDB: an object or the attempt changed meanwhile").await?;
        }
    }

    async fn known(&self, batch: &Batch, reports: &[ObjectReport], pace: &mut Pace) -> Result<Known> {
        let ids: Vec<&ObjectId> = reports.iter().map(|report| &report.object_id).collect();
        let mut keys: Vec<Item> = ids.iter().map(|id| outcome_key(batch, id)).collect();
        keys.push(progress_key(batch));
        let (mut progress, mut outcomes) = (None, HashMap::new());
        for item in self.items_at(&self.tables.batches, keys, pace).await? {
            if item.get("sk") == Some(&text("progress")) {
                progress = Some(from_item(item)?);
            } else {
                let outcome = from_outcome_item(item)?;
                outcomes.insert(outcome.object_id.clone(), outcome);
            }
        }
        // A batch that was deleted meanwhile has none.
        let missing = || Error::not_found(Resource::Batch, batch.batch_id.as_str());
        let progress = progress.ok_or_else(missing)?;
        let objects = self.objects_of(batch, &ids, pace).await?;
        Ok(Known { progress, outcomes, objects })
    }

    /// Those of these objects of a batch's bucket that are there.
    pub(super) async fn objects_of(
        &self,
        batch: &Batch,
        ids: &[&ObjectId],
        pace: &mut Pace,
    ) -> Result<HashMap<ObjectId, Object>> {
        let key = |id: &&ObjectId| Item::from([("pk".to_owned(), text(object_pk(&batch.bucket_id, id)))]);
        let items = self.items_at(&self.tables.objects, ids.iter().map(key).collect(), pace).await?;
        let objects = items.into_iter().map(from_object_item);
        objects.map(|object| object.map(|object| (object.object_id.clone(), object))).collect()
    }

    /// The actions that record what is to be recorded; none if nothing is.
    fn record(
        &self,
        batch: &Batch,
        reports: &[ObjectReport],
        verdicts: &[Verdict],
        known: &Known,
        now: Timestamp,
    ) -> Result<Vec<TransactWriteItem>> {
        let records: Vec<(&ObjectReport, &Record)> = reports
            .iter()
            .zip(verdicts)
            .filter_map(|(report, verdict)| match verdict {
                Verdict::Record(record) => Some((report, record.as_ref())),
                Verdict::Recorded | Verdict::Refused(_) => None,
            })
            .collect();
        if records.is_empty() && !reports.is_empty() {
            return Ok(Vec::new());
        }
        let ttl = now.plus_seconds(OUTCOME_SECONDS).seconds();
        let mut actions = Vec::with_capacity(2 * records.len() + 1);
        for (report, record) in &records {
            if let (Some(processed), Some(old)) = (&record.object, known.objects.get(&report.object_id)) {
                actions.push(self.process_action(old, processed, now)?);
            }
            if let Some(outcome) = &record.outcome {
                actions.push(self.put_outcome(batch, outcome, ttl)?);
            }
        }
        let outcomes: Vec<&MemberOutcome> =
            records.iter().filter_map(|(_, record)| record.outcome.as_ref()).collect();
        actions.push(self.count_progress(batch, &outcomes, now)?);
        Ok(actions)
    }
}

fn refusal(verdict: &Verdict) -> Option<Refusal> {
    match verdict {
        Verdict::Recorded => None,
        Verdict::Refused(refusal) => Some(*refusal),
        Verdict::Record(record) => record.refusal,
    }
}
