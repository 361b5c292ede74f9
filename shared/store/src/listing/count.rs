//! How long a list is.

use std::sync::atomic::{AtomicU64, Ordering};

use aws_sdk_dynamodb::types::Select;
use futures::future::try_join_all;
use stowage_domain::Result;

use super::List;
use crate::Store;
use crate::failure::Item;
use crate::item::text;
use crate::pace::Outcome;
use crate::tables::BY_BUCKET;

impl Store {
    /// How many entries a list has; `None` if they are more than `at_most`.
    pub(crate) async fn count(&self, list: &List<'_>, at_most: u64) -> Result<Option<u64>> {
        let counted = AtomicU64::new(0);
        let shards =
            list.partitions().map(|partition| self.count_shard(list.table, partition, &counted, at_most));
        try_join_all(shards).await?;
        let counted = counted.into_inner();
        Ok((counted <= at_most).then_some(counted))
    }

    /// Adds a shard's entries, until they are more than anybody asks for.
    async fn count_shard(
        &self,
        table: &str,
        partition: String,
        counted: &AtomicU64,
        at_most: u64,
    ) -> Result<()> {
        let mut pace = self.reading();
        let mut from: Option<Item> = None;
        loop {
            let query = self
                .client
                .query()
                .table_name(table)
                .index_name(BY_BUCKET.name)
                .select(Select::Count)
                .key_condition_expression("listing = :listing")
                .expression_attribute_values(":listing", text(&partition))
                .set_exclusive_start_key(from);
            let answer = pace.send(|| query.clone().send()).await.map_err(Outcome::into_error)?;
            let found = u64::try_from(answer.count).unwrap_or(0);
            let so_far = counted.fetch_add(found, Ordering::Relaxed) + found;
            from = answer.last_evaluated_key;
            if from.is_none() || so_far > at_most {
                return Ok(());
            }
        }
    }
}
