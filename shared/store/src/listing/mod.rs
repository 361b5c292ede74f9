//! Lists in the order of creation, by the index `by_bucket`.
//!
//! A list is spread over shards, because one partition takes 1,000 writes a second. A walk reads its
//! shards side by side and merges them ([`merge`]), then reads the items behind the entries
//! ([`read`]). So a page costs what it shows, however long the list is.
//!
//! The index follows the table within moments. What it lists and the table no longer has is passed
//! over; so is an entry of an earlier life of an item that was deleted and made again.

mod count;
mod merge;
mod read;

use serde::de::DeserializeOwned;
use stowage_domain::Result;
use stowage_domain::bucket::Bucket;
use stowage_domain::listing::{Listed, Stretch, Walked};
use stowage_domain::object::Object;
use stowage_domain::upload::Upload;

use crate::Store;
use crate::failure::Item;
use crate::item::{legible, row_of};
use crate::objects::from_object_item;
use crate::ports::{ListObjects, ListUploads, Row};
use crate::uploads::from_upload_item;
use merge::Merge;
use read::Found;

pub(crate) use read::size;

/// A list in the index of a table: its shards are the partitions `{name}#0`, `{name}#1`, …
#[derive(Clone, Debug)]
pub(crate) struct List<'a> {
    /// The table's full name.
    pub(crate) table: &'a str,
    /// What the partitions' names start with.
    pub(crate) name: String,
    /// How many they are.
    pub(crate) shards: u32,
}

impl<'a> List<'a> {
    fn of_bucket(table: &'a str, bucket: &Bucket) -> Self {
        Self { table, name: bucket.bucket_id.to_string(), shards: bucket.shards.max(1) }
    }

    fn partitions(&self) -> impl Iterator<Item = String> {
        (0..self.shards).map(|shard| format!("{}#{shard}", self.name))
    }
}

impl ListObjects for Store {
    async fn list_objects(&self, bucket: &Bucket, stretch: &Stretch) -> Result<Walked<Object>> {
        let list = List::of_bucket(&self.tables.objects, bucket);
        self.walk(&list, stretch, from_object_item).await
    }

    async fn count_objects(&self, bucket: &Bucket, at_most: u64) -> Result<Option<u64>> {
        self.count(&List::of_bucket(&self.tables.objects, bucket), at_most).await
    }
}

impl ListUploads for Store {
    async fn list_uploads(&self, bucket: &Bucket, stretch: &Stretch) -> Result<Walked<Upload>> {
        let list = List::of_bucket(&self.tables.uploads, bucket);
        self.walk(&list, stretch, from_upload_item).await
    }

    async fn count_uploads(&self, bucket: &Bucket, at_most: u64) -> Result<Option<u64>> {
        self.count(&List::of_bucket(&self.tables.uploads, bucket), at_most).await
    }
}

impl Store {
    /// Walks a part of a list whose rows are passed over where they can't be read.
    pub(crate) async fn walk_rows<R: DeserializeOwned, T: From<R>>(
        &self,
        list: &List<'_>,
        stretch: &Stretch,
    ) -> Result<Walked<Row<T>>> {
        self.walk(list, stretch, |item| {
            let key = row_of(&item).unwrap_or_default();
            Ok(Row { key, record: legible::<R>(item).map(T::from) })
        })
        .await
    }

    /// Walks a part of a list.
    pub(crate) async fn walk<T>(
        &self,
        list: &List<'_>,
        stretch: &Stretch,
        from_item: fn(Item) -> Result<T>,
    ) -> Result<Walked<T>> {
        // One entry more than is read tells whether the list goes on.
        let wanted = stretch.skip.saturating_add(stretch.records).saturating_add(1);
        let mut entries = Merge::new(self, list, stretch.direction, stretch.after.as_ref(), wanted);
        let mut walked = Walked { found: Vec::new(), entries: 0, end: stretch.after.clone(), more: false };
        for _ in 0..stretch.skip {
            let Some(entry) = entries.next().await? else { return Ok(walked) };
            walked.end = Some(entry.position);
        }
        let mut bytes = 0;
        while walked.entries < stretch.records {
            let most = read::most_at_once(&walked, bytes, stretch);
            let batch = entries.take(most).await?;
            if batch.is_empty() {
                return Ok(walked);
            }
            let mut items = self.items_of(list.table, &batch, stretch.bytes.saturating_sub(bytes)).await?;
            let mut batch = batch.into_iter();
            while let Some(entry) = batch.next() {
                match items.take(&entry) {
                    Found::Gone => {}
                    Found::Unread => {
                        // What came instead was large: by now it is known how much to ask for.
                        entries.put_back(std::iter::once(entry).chain(batch));
                        break;
                    }
                    Found::Item(item) => {
                        let size = read::size(&item);
                        if bytes + size > stretch.bytes && !walked.found.is_empty() {
                            return Ok(Walked { more: true, ..walked });
                        }
                        bytes += size;
                        let (position, record) = (entry.position.clone(), from_item(item)?);
                        walked.found.push(Listed { position, bytes: size, record });
                    }
                }
                walked.entries += 1;
                walked.end = Some(entry.position);
            }
        }
        walked.more = entries.has_next().await?;
        Ok(walked)
    }
}
