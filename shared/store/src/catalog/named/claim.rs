//! Names: the item whose existence keeps a name, and the id behind it.
//!
//! A name that was given up by a change of name leads nowhere at once. But functions that know it from
//! before take it for a while for what had it, so nothing else gets it meanwhile: a write to the one would
//! go to the other.

use aws_sdk_dynamodb::types::{AttributeValue, Delete, Put, TransactWriteItem, Update};
use stowage_domain::Result;
use stowage_domain::time::Timestamp;

use super::{Named, primary_key};
use crate::Store;
use crate::calls::unbuilt;
use crate::failure::Item;
use crate::item::{number, text};
use crate::pace::Pace;

/// The key of a name's claim.
fn claim_key<T: Named>(pk: &str, name: &str) -> Item {
    primary_key(pk, &format!("{}{name}", T::CLAIM))
}

impl Store {
    /// The id behind a name.
    pub(super) async fn claimed_id<T: Named>(
        &self,
        pk: &str,
        name: &str,
        pace: &mut Pace,
    ) -> Result<Option<String>> {
        let item = self.item_at(&self.tables.catalog, claim_key::<T>(pk, name), pace).await?;
        let Some(mut item) = item.filter(|item| !item.contains_key("free_from")) else { return Ok(None) };
        Ok(match item.remove("id") {
            Some(AttributeValue::S(id)) => Some(id),
            _ => None,
        })
    }

    /// Takes a name: one that nobody has, that was given up long enough ago, or that was its own.
    pub(crate) fn take_name<T: Named>(&self, pk: &str, of: &T, now: Timestamp) -> Result<TransactWriteItem> {
        let mut item = claim_key::<T>(pk, of.name());
        item.insert("id".to_owned(), text(of.id()));
        let put = Put::builder()
            .table_name(&self.tables.catalog)
            .set_item(Some(item))
            .condition_expression("attribute_not_exists(pk) OR id = :id OR free_from <= :now")
            .expression_attribute_values(":id", text(of.id()))
            .expression_attribute_values(":now", number(now.millis()))
            .build()
            .map_err(unbuilt)?;
        Ok(TransactWriteItem::builder().put(put).build())
    }

    /// Gives up a name for another. It is free when nobody can know it any more: after twice the time
    /// that it is kept in memory, since a request that has just read it may be slow to keep it.
    pub(super) fn give_up_name<T: Named>(
        &self,
        pk: &str,
        old: &T,
        now: Timestamp,
    ) -> Result<TransactWriteItem> {
        let kept = i64::try_from(self.settings.cache_for.as_millis()).unwrap_or(i64::MAX);
        let free_from = Timestamp::from_millis(now.millis().saturating_add(kept.saturating_mul(2)));
        let update = Update::builder()
            .table_name(&self.tables.catalog)
            .set_key(Some(claim_key::<T>(pk, old.name())))
            .update_expression("SET free_from = :free_from, #ttl = :ttl")
            .condition_expression("id = :id")
            .expression_attribute_names("#ttl", "ttl")
            .expression_attribute_values(":id", text(old.id()))
            .expression_attribute_values(":free_from", number(free_from.millis()))
            .expression_attribute_values(":ttl", number(free_from.seconds() + 1))
            .build()
            .map_err(unbuilt)?;
        Ok(TransactWriteItem::builder().update(update).build())
    }

    /// Removes the name of what is removed.
    pub(crate) fn remove_name<T: Named>(&self, pk: &str, of: &T) -> Result<TransactWriteItem> {
        let delete = Delete::builder()
            .table_name(&self.tables.catalog)
            .set_key(Some(claim_key::<T>(pk, of.name())))
            .condition_expression("attribute_not_exists(pk) OR id = :id")
            .expression_attribute_values(":id", text(of.id()))
            .build()
            .map_err(unbuilt)?;
        Ok(TransactWriteItem::builder().delete(delete).build())
    }
}
