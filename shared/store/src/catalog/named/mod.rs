//! What buckets and namespaces have in common: a row, a claim of its name, an entry in a list and counters,
//! side by side in one partition.

mod change;
mod claim;
mod list;

use aws_sdk_dynamodb::types::AttributeValue;
use serde::Serialize;
use serde::de::DeserializeOwned;
use stowage_domain::bucket::{Bucket, BucketCounts};
use stowage_domain::error::Resource;
use stowage_domain::id::{BucketId, NamespaceId};
use stowage_domain::limits::MAX_NAME_BYTES;
use stowage_domain::namespace::{Namespace, NamespaceCounts};
use stowage_domain::time::Timestamp;
use stowage_domain::{Error, Result};

use super::primary_key;
use crate::Store;
use crate::failure::Item;
use crate::item::from_item;
use crate::pace::Pace;

/// A bucket or a namespace.
pub(crate) trait Named: Serialize + DeserializeOwned + Send + Sync {
    /// What it is.
    const RESOURCE: Resource;
    /// What its id starts with; no name does.
    const ID_PREFIX: &'static str;
    /// What the sort keys of its row, its name's claim, its counters and its entry in the list start with.
    const ROW: &'static str;
    const CLAIM: &'static str;
    const COUNTS: &'static str;
    const LISTED: &'static str;
    /// What is counted of it.
    type Counts: DeserializeOwned + Default + Send;

    fn id(&self) -> &str;
    fn name(&self) -> &str;
    fn version(&self) -> u64;
    fn created_at(&self) -> Timestamp;
    fn updated_at(&self) -> Timestamp;
}

impl Named for Bucket {
    const RESOURCE: Resource = Resource::Bucket;
    const ID_PREFIX: &'static str = BucketId::PREFIX;
    const ROW: &'static str = "bkt#";
    const CLAIM: &'static str = "bktname#";
    const COUNTS: &'static str = "cnt#";
    const LISTED: &'static str = "bktat#";
    type Counts = BucketCounts;

    fn id(&self) -> &str {
        self.bucket_id.as_str()
    }

    fn name(&self) -> &str {
        &self.bucket_name
    }

    fn version(&self) -> u64 {
        self.version
    }

    fn created_at(&self) -> Timestamp {
        self.created_at
    }

    fn updated_at(&self) -> Timestamp {
        self.updated_at
    }
}

impl Named for Namespace {
    const RESOURCE: Resource = Resource::Namespace;
    const ID_PREFIX: &'static str = NamespaceId::PREFIX;
    const ROW: &'static str = "ns#";
    const CLAIM: &'static str = "nsname#";
    const COUNTS: &'static str = "nscnt#";
    const LISTED: &'static str = "nsat#";
    type Counts = NamespaceCounts;

    fn id(&self) -> &str {
        self.namespace_id.as_str()
    }

    fn name(&self) -> &str {
        &self.namespace_name
    }

    fn version(&self) -> u64 {
        self.version
    }

    fn created_at(&self) -> Timestamp {
        self.created_at
    }

    fn updated_at(&self) -> Timestamp {
        self.updated_at
    }
}

pub(crate) fn row<T: Named>(id: &str) -> String {
    format!("{}{id}", T::ROW)
}

pub(crate) fn counts<T: Named>(id: &str) -> String {
    format!("{}{id}", T::COUNTS)
}

/// The sort key of an item.
fn sk(item: &Item) -> &str {
    match item.get("sk") {
        Some(AttributeValue::S(sk)) => sk,
        _ => "",
    }
}

impl Store {
    /// The id behind an id or a name. A name may not look like an id, so the form tells which it is.
    async fn named_id<T: Named>(
        &self,
        pk: &str,
        identifier: &str,
        pace: &mut Pace,
    ) -> Result<Option<String>> {
        // No name or id is longer, and DynamoDB refuses keys over 1 KB.
        if identifier.is_empty() || identifier.len() > MAX_NAME_BYTES {
            return Ok(None);
        }
        if identifier.starts_with(T::ID_PREFIX) {
            return Ok(Some(identifier.to_owned()));
        }
        self.claimed_id::<T>(pk, identifier, pace).await
    }

    /// What has this id or name now.
    pub(super) async fn named<T: Named>(
        &self,
        pk: &str,
        identifier: &str,
        pace: &mut Pace,
    ) -> Result<Option<T>> {
        let Some(id) = self.named_id::<T>(pk, identifier, pace).await? else { return Ok(None) };
        let item = self.item_at(&self.tables.catalog, primary_key(pk, &row::<T>(&id)), pace).await?;
        item.map(from_item).transpose()
    }

    /// What has this id or name now, with what is counted of it.
    pub(super) async fn counted<T: Named>(&self, pk: &str, identifier: &str) -> Result<(T, T::Counts)> {
        let mut pace = self.reading();
        let missing = || Error::not_found(T::RESOURCE, identifier);
        let id = self.named_id::<T>(pk, identifier, &mut pace).await?.ok_or_else(missing)?;
        let keys = vec![primary_key(pk, &row::<T>(&id)), primary_key(pk, &counts::<T>(&id))];
        let (mut found, mut counted) = (None, T::Counts::default());
        for item in self.items_at(&self.tables.catalog, keys, &mut pace).await? {
            if sk(&item).starts_with(T::ROW) {
                found = Some(from_item(item)?);
            } else {
                counted = from_item(item)?;
            }
        }
        Ok((found.ok_or_else(missing)?, counted))
    }
}
