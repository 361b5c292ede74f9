//! The `catalog` table: API keys, namespaces, buckets, the claims that keep names unique, and counters.
//!
//! | pk | sk | what |
//! |---|---|---|
//! | `key#{sha256}` | `key` | an API key, as requests look it up |
//! | `org#{org}` | `key#{name}` | the same key, as its organisation lists it; claims the name |
//! | `org#{org}` | `ns#{namespace_id}` | a namespace |
//! | `org#{org}` | `nsname#{name}` | a namespace's name: its id |
//! | `org#{org}` | `nsat#{created_at}#{namespace_id}` | the namespace in its organisation's list |
//! | `org#{org}` | `nscnt#{namespace_id}` | how many buckets and objects the namespace has |
//! | `org#{org}` | `orgcnt` | how many namespaces the organisation has |
//! | `org#{org}#{ns}` | `bkt#{bucket_id}` | a bucket |
//! | `org#{org}#{ns}` | `bktname#{name}` | a bucket's name: its id |
//! | `org#{org}#{ns}` | `bktat#{created_at}#{bucket_id}` | the bucket in its namespace's list |
//! | `org#{org}#{ns}` | `cnt#{bucket_id}` | what is counted of a bucket |
//! | `org#{org}#{ns}` | `tomb#{bucket_id}` | that a bucket was removed (TTL) |
//!
//! A counter of buckets or namespaces changes in the transaction that makes or removes one, so it is
//! exact; what is counted of objects comes from their table's stream.

mod ahead;
mod buckets;
mod keys;
mod named;
mod namespaces;

use aws_sdk_dynamodb::types::{Put, TransactWriteItem};
use serde::Serialize;
use stowage_domain::{Error, Result};

use crate::Store;
use crate::calls::unbuilt;
use crate::failure::Item;
use crate::item::{text, to_item};

pub(crate) use buckets::scope_pk;
pub(crate) use named::{counts, row};
pub(crate) use namespaces::organisation_pk;

#[derive(Serialize)]
struct Keyed<'a, T> {
    pk: &'a str,
    sk: &'a str,
    #[serde(flatten)]
    record: &'a T,
}

fn keyed<T: Serialize>(pk: &str, sk: &str, record: &T) -> Result<Item> {
    to_item(&Keyed { pk, sk, record })
}

/// The key of a catalog item.
pub(crate) fn primary_key(pk: &str, sk: &str) -> Item {
    Item::from([("pk".to_owned(), text(pk)), ("sk".to_owned(), text(sk))])
}

impl Store {
    /// One catalog item, read consistently.
    async fn catalog_item(&self, pk: &str, sk: &str) -> Result<Option<Item>> {
        self.item_at(&self.tables.catalog, primary_key(pk, sk), &mut self.reading()).await
    }

    /// The action that writes a catalog item where there is none.
    pub(crate) fn new_item(&self, item: Item) -> Result<TransactWriteItem> {
        let put = Put::builder()
            .table_name(&self.tables.catalog)
            .set_item(Some(item))
            .condition_expression("attribute_not_exists(pk)")
            .build()
            .map_err(unbuilt)?;
        Ok(TransactWriteItem::builder().put(put).build())
    }

    /// Writes new catalog items together, each where there is none; `taken` is the error if there is.
    async fn create_together(&self, items: Vec<Item>, taken: impl FnOnce() -> Error) -> Result<()> {
        let actions: Vec<_> = items.into_iter().map(|item| self.new_item(item)).collect::<Result<_>>()?;
        self.transact(&actions, &mut self.writing()).await?.map_or(Ok(()), |_| Err(taken()))
    }
}
