//! The `catalog` table: API keys, namespaces, buckets, and the claims that keep names unique.
//!
//! | pk | sk | what |
//! |---|---|---|
//! | `key#{sha256}` | `key` | an API key, as requests look it up |
//! | `org#{org}` | `key#{name}` | the same key, as its organisation lists it; claims the name |
//! | `org#{org}` | `ns#{namespace_id}` | a namespace |
//! | `org#{org}` | `nsname#{name}` | a namespace's name: its id |
//! | `org#{org}#{ns}` | `bkt#{bucket_id}` | a bucket |
//! | `org#{org}#{ns}` | `bktname#{name}` | a bucket's name: its id |

mod ahead;
mod buckets;
mod keys;
mod namespaces;

use aws_sdk_dynamodb::types::{AttributeValue, Put, TransactWriteItem};
use serde::Serialize;
use stowage_domain::{Error, Result};

use crate::Store;
use crate::calls::unbuilt;
use crate::failure::Item;
use crate::item::{text, to_item};

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

/// A name claim: the item whose existence keeps the name, and the id behind it.
fn claim(pk: &str, sk: &str, id: &str) -> Item {
    Item::from([("pk".to_owned(), text(pk)), ("sk".to_owned(), text(sk)), ("id".to_owned(), text(id))])
}

fn primary_key(pk: &str, sk: &str) -> Item {
    Item::from([("pk".to_owned(), text(pk)), ("sk".to_owned(), text(sk))])
}

impl Store {
    /// One catalog item, read consistently.
    async fn catalog_item(&self, pk: &str, sk: &str) -> Result<Option<Item>> {
        self.item_at(&self.tables.catalog, primary_key(pk, sk), &mut self.reading()).await
    }

    /// The id behind a name claim.
    async fn claimed_id(&self, pk: &str, sk: &str) -> Result<Option<String>> {
        let item = self.catalog_item(pk, sk).await?;
        Ok(item.and_then(|mut item| match item.remove("id") {
            Some(AttributeValue::S(id)) => Some(id),
            _ => None,
        }))
    }

    /// Writes new catalog items together, each where there is none; `taken` is the error if there is.
    async fn create_together(&self, items: Vec<Item>, taken: impl FnOnce() -> Error) -> Result<()> {
        let mut actions = Vec::with_capacity(items.len());
        for item in items {
            let put = Put::builder()
                .table_name(&self.tables.catalog)
                .set_item(Some(item))
                .condition_expression("attribute_not_exists(pk)")
                .build()
                .map_err(unbuilt)?;
            actions.push(TransactWriteItem::builder().put(put).build());
        }
        self.transact(&actions, &mut self.writing()).await?.map_or(Ok(()), |_| Err(taken()))
    }
}
