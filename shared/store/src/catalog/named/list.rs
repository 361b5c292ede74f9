//! Lists in the order of creation.
//!
//! Beside each row is an entry whose sort key starts with the time of creation. It is written and removed
//! with the row, so that a list is as exact as the rows are, and a page costs what it shows.

use std::collections::HashMap;

use aws_sdk_dynamodb::types::{AttributeValue, Delete, Put, TransactWriteItem};
use stowage_domain::listing::{Direction, Listed, Position, Stretch, Walked};
use stowage_domain::{Error, Result};

use super::{Named, counts, primary_key, row, sk};
use crate::Store;
use crate::calls::unbuilt;
use crate::failure::Item;
use crate::item::{from_item, text};
use crate::listing::size;
use crate::pace::{Outcome, Pace};

/// Most entries whose rows and counters one batch read takes: DynamoDB's limit is 100 keys.
const MAX_AT_ONCE: usize = 50;

/// An entry of a list.
struct Entry {
    position: Position,
    id: String,
}

/// The place of a thing in its list.
fn position_of<T: Named>(thing: &T) -> String {
    format!("{}#{}", thing.created_at(), thing.id())
}

fn entry_key<T: Named>(pk: &str, position: &str) -> Item {
    primary_key(pk, &format!("{}{position}", T::LISTED))
}

impl Store {
    /// Lists a new thing.
    pub(crate) fn list_entry<T: Named>(&self, pk: &str, new: &T) -> Result<TransactWriteItem> {
        let mut item = entry_key::<T>(pk, &position_of(new));
        item.insert("id".to_owned(), text(new.id()));
        let put = Put::builder().table_name(&self.tables.catalog).set_item(Some(item)).build();
        Ok(TransactWriteItem::builder().put(put.map_err(unbuilt)?).build())
    }

    /// Takes a thing that is removed off its list.
    pub(crate) fn remove_entry<T: Named>(&self, pk: &str, old: &T) -> Result<TransactWriteItem> {
        let key = entry_key::<T>(pk, &position_of(old));
        let delete = Delete::builder().table_name(&self.tables.catalog).set_key(Some(key)).build();
        Ok(TransactWriteItem::builder().delete(delete.map_err(unbuilt)?).build())
    }

    /// Walks a part of a partition's list.
    pub(crate) async fn walk_named<T: Named>(
        &self,
        pk: &str,
        stretch: &Stretch,
    ) -> Result<Walked<(T, T::Counts)>> {
        let mut pace = self.reading();
        let mut walked = Walked { found: Vec::new(), entries: 0, end: stretch.after.clone(), more: false };
        let skip = usize::try_from(stretch.skip).unwrap_or(usize::MAX);
        let records = usize::try_from(stretch.records).unwrap_or(usize::MAX);
        // One entry more than is read tells whether the list goes on.
        let wanted = skip.saturating_add(records).saturating_add(1);
        let mut entries = self.entries::<T>(pk, stretch, wanted, &mut pace).await?;
        let mut rest = entries.split_off(skip.min(entries.len()));
        if let Some(skipped) = entries.pop() {
            walked.end = Some(skipped.position);
        }
        walked.more = rest.len() > records;
        rest.truncate(records);
        let mut bytes = 0;
        for chunk in rest.chunks(MAX_AT_ONCE) {
            let mut things =
                self.counted_items::<T>(pk, chunk.iter().map(|entry| &*entry.id), &mut pace).await?;
            for entry in chunk {
                if let Some((item, counted)) = things.remove(&entry.id) {
                    let size = size(&item);
                    if bytes + size > stretch.bytes && !walked.found.is_empty() {
                        walked.more = true;
                        return Ok(walked);
                    }
                    bytes += size;
                    let record = (from_item(item)?, counted.map(from_item).transpose()?.unwrap_or_default());
                    walked.found.push(Listed { position: entry.position.clone(), bytes: size, record });
                }
                // Else it was removed since.
                walked.entries += 1;
                walked.end = Some(entry.position.clone());
            }
        }
        Ok(walked)
    }

    /// Those with these ids that are there.
    pub(crate) async fn these_named<T: Named>(
        &self,
        pk: &str,
        ids: impl Iterator<Item = &str>,
    ) -> Result<Vec<(T, T::Counts)>> {
        let things = self.counted_items::<T>(pk, ids, &mut self.reading()).await?;
        let pair = |(item, counted): (Item, Option<Item>)| {
            Ok((from_item(item)?, counted.map(from_item).transpose()?.unwrap_or_default()))
        };
        things.into_values().map(pair).collect()
    }

    /// At most `wanted` entries behind a position.
    async fn entries<T: Named>(
        &self,
        pk: &str,
        stretch: &Stretch,
        wanted: usize,
        pace: &mut Pace,
    ) -> Result<Vec<Entry>> {
        let mut entries = Vec::new();
        let mut after = stretch.after.as_ref().map(|after| entry_key::<T>(pk, after.as_str()));
        while entries.len() < wanted {
            let query = self
                .client
                .query()
                .table_name(&self.tables.catalog)
                .key_condition_expression("pk = :pk AND begins_with(sk, :listed)")
                .expression_attribute_values(":pk", text(pk))
                .expression_attribute_values(":listed", text(T::LISTED))
                .scan_index_forward(stretch.direction == Direction::Asc)
                .limit(i32::try_from(wanted - entries.len()).unwrap_or(i32::MAX))
                .consistent_read(true)
                .set_exclusive_start_key(after);
            let answer = pace.send(|| query.clone().send()).await.map_err(Outcome::into_error)?;
            for item in answer.items.into_iter().flatten() {
                entries.push(entry::<T>(&item)?);
            }
            after = answer.last_evaluated_key;
            if after.is_none() {
                break;
            }
        }
        Ok(entries)
    }

    /// Rows with their counters, by id.
    async fn counted_items<T: Named>(
        &self,
        pk: &str,
        ids: impl Iterator<Item = &str>,
        pace: &mut Pace,
    ) -> Result<HashMap<String, (Item, Option<Item>)>> {
        let keys = ids.flat_map(|id| [row::<T>(id), counts::<T>(id)]);
        let keys = keys.map(|sk| primary_key(pk, &sk)).collect();
        let (mut rows, mut counters) = (Vec::new(), HashMap::new());
        for item in self.items_at(&self.tables.catalog, keys, pace).await? {
            if let Some(id) = sk(&item).strip_prefix(T::ROW).map(str::to_owned) {
                rows.push((id, item));
            } else if let Some(id) = sk(&item).strip_prefix(T::COUNTS).map(str::to_owned) {
                counters.insert(id, item);
            }
        }
        let pair = |(id, item): (String, Item)| {
            let counted = counters.remove(&id);
            (id, (item, counted))
        };
        Ok(rows.into_iter().map(pair).collect())
    }
}

fn entry<T: Named>(item: &Item) -> Result<Entry> {
    let position = sk(item).strip_prefix(T::LISTED);
    match (position, item.get("id")) {
        (Some(position), Some(AttributeValue::S(id))) => {
            Ok(Entry { position: Position::new(position), id: id.clone() })
        }
        _ => Err(Error::internal("a list's entry without its place or id")),
    }
}
