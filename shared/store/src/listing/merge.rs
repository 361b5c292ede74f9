//! The entries of a list's shards, merged into one order.

use std::collections::VecDeque;

use aws_sdk_dynamodb::types::AttributeValue;
use futures::future::try_join_all;
use stowage_domain::listing::{Direction, Position};
use stowage_domain::{Error, Result};

use super::List;
use crate::Store;
use crate::failure::Item;
use crate::item::text;
use crate::pace::Outcome;
use crate::tables::BY_BUCKET;

/// An entry of a list: where it is, and the key of its item.
#[derive(Clone, Debug)]
pub(super) struct Entry {
    /// Its place in the order.
    pub(super) position: Position,
    /// The item's primary key.
    pub(super) key: Item,
}

/// A shard, read as far as it is needed.
#[derive(Debug)]
struct Shard {
    partition: String,
    /// Read and not yet taken.
    entries: VecDeque<Entry>,
    /// Where the next read begins.
    after: Option<Position>,
    is_at_end: bool,
}

/// A list's entries in order.
#[derive(Debug)]
pub(super) struct Merge<'a> {
    store: &'a Store,
    table: &'a str,
    direction: Direction,
    shards: Vec<Shard>,
    /// Taken, and not used.
    put_back: VecDeque<Entry>,
    /// Entries that one read of a shard asks for.
    at_once: u32,
}

impl<'a> Merge<'a> {
    /// The entries behind a position, of which about `wanted` will be taken.
    pub(super) fn new(
        store: &'a Store,
        list: &List<'a>,
        direction: Direction,
        after: Option<&Position>,
        wanted: u32,
    ) -> Self {
        let shard = |partition| Shard {
            partition,
            entries: VecDeque::new(),
            after: after.cloned(),
            is_at_end: false,
        };
        let shards: Vec<Shard> = list.partitions().map(shard).collect();
        let at_once = share(wanted, list.shards);
        Self { store, table: list.table, direction, shards, put_back: VecDeque::new(), at_once }
    }

    /// Takes the next entry; to be used before any is put back.
    pub(super) async fn next(&mut self) -> Result<Option<Entry>> {
        self.fill().await?;
        let direction = self.direction;
        let order = |one: &&mut Shard, other: &&mut Shard| {
            let heads =
                (one.entries.front().map(|e| &e.position), other.entries.front().map(|e| &e.position));
            direction.apply(heads.0.cmp(&heads.1))
        };
        let first = self.shards.iter_mut().filter(|shard| !shard.entries.is_empty()).min_by(order);
        Ok(first.and_then(|shard| shard.entries.pop_front()))
    }

    /// Takes as many of the next entries, those that were put back first; fewer at the end.
    pub(super) async fn take(&mut self, most: usize) -> Result<Vec<Entry>> {
        let again = self.put_back.len().min(most);
        let mut entries: Vec<Entry> = self.put_back.drain(..again).collect();
        while entries.len() < most
            && let Some(entry) = self.next().await?
        {
            entries.push(entry);
        }
        Ok(entries)
    }

    /// Puts back what was taken last.
    pub(super) fn put_back(&mut self, entries: impl DoubleEndedIterator<Item = Entry>) {
        for entry in entries.rev() {
            self.put_back.push_front(entry);
        }
    }

    /// Whether there is another entry.
    pub(super) async fn has_next(&mut self) -> Result<bool> {
        if !self.put_back.is_empty() {
            return Ok(true);
        }
        self.fill().await?;
        Ok(self.shards.iter().any(|shard| !shard.entries.is_empty()))
    }

    /// Reads on in each shard of which nothing is left: which one has the next entry, only all together
    /// can tell.
    async fn fill(&mut self) -> Result<()> {
        let (store, table, direction, at_once) = (self.store, self.table, self.direction, self.at_once);
        let empty = self.shards.iter_mut().filter(|shard| shard.entries.is_empty() && !shard.is_at_end);
        try_join_all(empty.map(|shard| shard.read(store, table, direction, at_once))).await?;
        Ok(())
    }
}

impl Shard {
    async fn read(&mut self, store: &Store, table: &str, direction: Direction, at_once: u32) -> Result<()> {
        while self.entries.is_empty() && !self.is_at_end {
            let condition = match (&self.after, direction) {
                (None, _) => "listing = :listing",
                (Some(_), Direction::Asc) => "listing = :listing AND listed_at > :after",
                (Some(_), Direction::Desc) => "listing = :listing AND listed_at < :after",
            };
            let mut query = store
                .client
                .query()
                .table_name(table)
                .index_name(BY_BUCKET.name)
                .key_condition_expression(condition)
                .expression_attribute_values(":listing", text(&self.partition))
                .scan_index_forward(direction == Direction::Asc)
                .limit(i32::try_from(at_once).unwrap_or(i32::MAX));
            if let Some(after) = &self.after {
                query = query.expression_attribute_values(":after", text(after.as_str()));
            }
            let answer = store.reading().send(|| query.clone().send()).await.map_err(Outcome::into_error)?;
            for item in answer.items.into_iter().flatten() {
                self.entries.push_back(entry(item)?);
            }
            match answer.last_evaluated_key {
                None => self.is_at_end = true,
                Some(last) => self.after = Some(entry(last)?.position),
            }
        }
        Ok(())
    }
}

/// An entry from what the index has of an item: its own attributes and the primary key.
fn entry(mut item: Item) -> Result<Entry> {
    item.remove(BY_BUCKET.partition);
    match item.remove(BY_BUCKET.sort) {
        Some(AttributeValue::S(listed_at)) => Ok(Entry { position: Position::new(listed_at), key: item }),
        _ => Err(Error::internal("an index entry without its sort key")),
    }
}

/// How many of `wanted` entries a shard is asked for: its even share, and what it may have more by
/// chance, so that a second read is rare.
fn share(wanted: u32, shards: u32) -> u32 {
    let even = wanted.div_ceil(shards.max(1));
    let by_chance = even.isqrt().saturating_mul(3);
    even.saturating_add(by_chance).saturating_add(1).min(wanted)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_shard_is_asked_for_a_little_more_than_its_share() {
        assert_eq!(share(1, 4), 1);
        assert_eq!(share(101, 4), 26 + 15 + 1);
        assert_eq!(share(1001, 4), 251 + 45 + 1);
        assert_eq!(share(101, 1), 101);
    }
}
