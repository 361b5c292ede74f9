//! Batches, in the table of that name.
//!
//! | pk | sk | listed | what |
//! |---|---|---|---|
//! | `{org}#{batch_id}` | `meta` | with its bucket's | a batch (TTL while it is a draft) |
//! | `{org}#{batch_id}` | `listed` | with its organisation's | its other place in the index (the same TTL) |
//!
//! An item has one place in the index, and batches are listed in two ways: hence the second row. The two
//! are written and removed together.
//!
//! A batch that is being processed has a count of that, and what was reported of its objects:
//!
//! | pk | sk | listed | what |
//! |---|---|---|---|
//! | `{org}#{batch_id}` | `progress` | with all open ones | what is counted of the present attempt |
//! | `{org}#{batch_id}` | `obj#{object_id}` | | what was last reported of an object (TTL) |

mod open;
mod progress;
mod release;
mod report;

use std::collections::{BTreeSet, HashMap};

use aws_sdk_dynamodb::types::{Delete, Put, TransactWriteItem};
use serde::{Deserialize, Serialize};
use stowage_domain::batch::Batch;
use stowage_domain::bucket::Bucket;
use stowage_domain::error::Resource;
use stowage_domain::id::{BatchId, ObjectId, OrganisationId};
use stowage_domain::listing::{Listed, Stretch, Walked};
use stowage_domain::task::Task;
use stowage_domain::{Error, Result};

use crate::Store;
use crate::calls::unbuilt;
use crate::failure::Item;
use crate::item::{from_item, number, text, to_item};
use crate::listing::List;
use crate::objects::{listed_at, object_pk};
use crate::pace::Pace;
use crate::ports::{AbsentObjects, ChangeBatch, CreateBatch, FindBatch, ListBatches};
use crate::tasks::{LISTING_SHARDS, shard_of};

/// Batches of one walk through an organisation's list: each is read after its entry, and may be large.
const MAX_AT_ONCE: u32 = 50;

#[derive(Serialize)]
struct BatchItem<'a> {
    pk: String,
    sk: &'static str,
    kind: &'static str,
    listing: String,
    listed_at: String,
    #[serde(skip_serializing_if = "Option::is_none")]
    ttl: Option<i64>,
    #[serde(flatten)]
    batch: &'a Batch,
}

/// The place of a batch in its organisation's list.
#[derive(Clone, Serialize, Deserialize)]
struct ListedItem {
    pk: String,
    sk: String,
    kind: String,
    listing: String,
    listed_at: String,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    ttl: Option<i64>,
    batch_id: BatchId,
}

fn batch_pk(organisation: &OrganisationId, batch: &BatchId) -> String {
    format!("{organisation}#{batch}")
}

fn batch_key(organisation: &OrganisationId, batch: &BatchId) -> Item {
    Item::from([("pk".to_owned(), text(batch_pk(organisation, batch))), ("sk".to_owned(), text("meta"))])
}

fn of_organisation(organisation: &OrganisationId) -> String {
    format!("{organisation}#batch")
}

fn meta_item(batch: &Batch) -> Result<Item> {
    to_item(&BatchItem {
        pk: batch_pk(&batch.organisation_id, &batch.batch_id),
        sk: "meta",
        kind: "batch",
        listing: format!("{}#0", batch.bucket_id),
        listed_at: listed_at(batch.created_at, batch.batch_id.as_str()),
        ttl: batch.ends_at_seconds(),
        batch,
    })
}

fn listed_item(batch: &Batch) -> Result<Item> {
    let id = batch.batch_id.as_str();
    to_item(&ListedItem {
        pk: batch_pk(&batch.organisation_id, &batch.batch_id),
        sk: "listed".to_owned(),
        kind: "batch_listed".to_owned(),
        listing: format!("{}#{}", of_organisation(&batch.organisation_id), shard_of(id)),
        listed_at: listed_at(batch.created_at, id),
        ttl: batch.ends_at_seconds(),
        batch_id: batch.batch_id.clone(),
    })
}

impl CreateBatch for Store {
    async fn create_batch(&self, batch: &Batch, task: Option<&Task>) -> Result<Batch> {
        let actions = self.batch_actions(batch, None, task)?;
        let mut pace = self.writing();
        if self.transact(&actions, &mut pace).await?.is_none() {
            return Ok(batch.clone());
        }
        // Derived ids are taken by an earlier attempt at the same batch.
        self.still(batch, &mut pace).await
    }
}

impl FindBatch for Store {
    async fn find_batch(&self, organisation: &OrganisationId, batch: &BatchId) -> Result<Option<Batch>> {
        self.batch(organisation, batch, &mut self.reading()).await
    }
}

impl ChangeBatch for Store {
    async fn change_batch(
        &self,
        batch: &Batch,
        change: impl Fn(&Batch) -> Result<(Batch, Option<Task>)> + Send + Sync,
    ) -> Result<(Batch, Option<Task>)> {
        let mut pace = self.writing();
        let mut old = batch.clone();
        loop {
            let (new, task) = change(&old)?;
            if new == old {
                return Ok((new, task));
            }
            let actions = self.batch_actions(&new, Some(&old), task.as_ref())?;
            if self.transact(&actions, &mut pace).await?.is_none() {
                return Ok((new, task));
            }
            pace.wait_for_others("DynamoDB: the batch changed meanwhile").await?;
            old = self.still(&old, &mut pace).await?;
            // If the answer to an attempt was lost, that attempt is why it changed.
            if old == new {
                return Ok((new, task));
            }
        }
    }

    async fn delete_batch(&self, batch: &Batch) -> Result<()> {
        let mut pace = self.writing();
        let mut old = batch.clone();
        loop {
            old.check_deletable()?;
            let actions = self.batch_removal(&old, true)?;
            if self.transact(&actions, &mut pace).await?.is_none() {
                return Ok(());
            }
            pace.wait_for_others("DynamoDB: the batch changed meanwhile").await?;
            match self.still(&old, &mut pace).await {
                Ok(changed) => old = changed,
                // Gone by an attempt whose answer was lost.
                Err(Error::NotFound { .. }) if pace.is_uncertain() => return Ok(()),
                Err(error) => return Err(error),
            }
        }
    }
}

impl AbsentObjects for Store {
    async fn absent_objects(&self, bucket: &Bucket, objects: &[ObjectId]) -> Result<BTreeSet<ObjectId>> {
        let mut absent: BTreeSet<ObjectId> = objects.iter().cloned().collect();
        let key = |id| Item::from([("pk".to_owned(), text(object_pk(&bucket.bucket_id, id)))]);
        let keys = absent.iter().map(key).collect();
        // Objects may be large, and that they are there is all.
        let table = &self.tables.objects;
        for item in self.parts_at(table, keys, Some("object_id"), &mut self.reading()).await? {
            let id = item.get("object_id").and_then(|id| id.as_s().ok());
            if let Some(id) = id.and_then(|id| ObjectId::parse(id)) {
                absent.remove(&id);
            }
        }
        Ok(absent)
    }
}

impl ListBatches for Store {
    async fn list_batches_of_bucket(&self, bucket: &Bucket, stretch: &Stretch) -> Result<Walked<Batch>> {
        self.walk(&self.batches_of_bucket(bucket), stretch, from_item).await
    }

    async fn count_batches_of_bucket(&self, bucket: &Bucket, at_most: u64) -> Result<Option<u64>> {
        self.count(&self.batches_of_bucket(bucket), at_most).await
    }

    async fn list_batches(&self, organisation: &OrganisationId, stretch: &Stretch) -> Result<Walked<Batch>> {
        let part = Stretch { records: stretch.records.min(MAX_AT_ONCE), ..stretch.clone() };
        let list = self.batches_of(organisation);
        let walked = self.walk(&list, &part, from_item::<ListedItem>).await?;
        let keys = walked.found.iter().map(|listed| batch_key(organisation, &listed.record.batch_id));
        let items = self.items_at(&self.tables.batches, keys.collect(), &mut self.reading()).await?;
        let batches: Vec<Batch> = items.into_iter().map(from_item).collect::<Result<_>>()?;
        let mut batches: HashMap<BatchId, Batch> =
            batches.into_iter().map(|batch| (batch.batch_id.clone(), batch)).collect();
        let with_batch = |listed: Listed<ListedItem>| {
            // One that was deleted a moment ago isn't there.
            let record = batches.remove(&listed.record.batch_id)?;
            Some(Listed { position: listed.position, bytes: listed.bytes, record })
        };
        let found = walked.found.into_iter().filter_map(with_batch).collect();
        Ok(Walked { found, entries: walked.entries, end: walked.end, more: walked.more })
    }

    async fn count_batches(&self, organisation: &OrganisationId, at_most: u64) -> Result<Option<u64>> {
        self.count(&self.batches_of(organisation), at_most).await
    }
}

impl Store {
    fn batches_of_bucket(&self, bucket: &Bucket) -> List<'_> {
        List { table: &self.tables.batches, name: bucket.bucket_id.to_string(), shards: 1 }
    }

    fn batches_of(&self, organisation: &OrganisationId) -> List<'_> {
        List { table: &self.tables.batches, name: of_organisation(organisation), shards: LISTING_SHARDS }
    }

    async fn batch(
        &self,
        organisation: &OrganisationId,
        batch: &BatchId,
        pace: &mut Pace,
    ) -> Result<Option<Batch>> {
        let item = self.item_at(&self.tables.batches, batch_key(organisation, batch), pace).await?;
        item.map(from_item).transpose()
    }

    /// The batch as it is by now.
    async fn still(&self, batch: &Batch, pace: &mut Pace) -> Result<Batch> {
        let found = self.batch(&batch.organisation_id, &batch.batch_id, pace).await?;
        found.ok_or_else(|| Error::not_found(Resource::Batch, batch.batch_id.as_str()))
    }

    /// The actions that store a batch where there is none, or over the one that was read.
    fn batch_actions(
        &self,
        batch: &Batch,
        old: Option<&Batch>,
        task: Option<&Task>,
    ) -> Result<Vec<TransactWriteItem>> {
        let put = Put::builder().table_name(&self.tables.batches).set_item(Some(meta_item(batch)?));
        let put = match old {
            None => put.condition_expression("attribute_not_exists(pk)"),
            Some(old) => put
                .condition_expression("version = :version")
                .expression_attribute_values(":version", version(old)),
        };
        let listed = Put::builder().table_name(&self.tables.batches).set_item(Some(listed_item(batch)?));
        let mut actions = Vec::new();
        for put in [put, listed] {
            actions.push(TransactWriteItem::builder().put(put.build().map_err(unbuilt)?).build());
        }
        actions.extend(self.progress_actions(batch, old)?);
        if let Some(task) = task {
            actions.extend(self.task_actions(task)?);
        }
        Ok(actions)
    }

    /// The actions that remove a batch: if it is as it was read, or in any case.
    pub(crate) fn batch_removal(&self, batch: &Batch, if_unchanged: bool) -> Result<Vec<TransactWriteItem>> {
        let pk = batch_pk(&batch.organisation_id, &batch.batch_id);
        let row =
            |sk| Delete::builder().table_name(&self.tables.batches).key("pk", text(&pk)).key("sk", text(sk));
        let mut meta = row("meta");
        if if_unchanged {
            meta = meta
                .condition_expression("version = :version")
                .expression_attribute_values(":version", version(batch));
        }
        let rows = [meta, row("listed")];
        let rows =
            rows.map(|row| Ok(TransactWriteItem::builder().delete(row.build().map_err(unbuilt)?).build()));
        rows.into_iter().chain([self.progress_removal(batch)]).collect()
    }
}

fn version(batch: &Batch) -> aws_sdk_dynamodb::types::AttributeValue {
    number(i64::try_from(batch.version).unwrap_or(i64::MAX))
}
