//! The calls that every table shares: consistent reads of items, a scan, and a transaction.

use std::collections::HashMap;

use aws_sdk_dynamodb::error::BuildError;
use aws_sdk_dynamodb::operation::scan::builders::ScanFluentBuilder;
use aws_sdk_dynamodb::types::{AttributeValue, KeysAndAttributes, TransactWriteItem};
use stowage_domain::{Error, Result};

use crate::Store;
use crate::failure::{Item, Reason};
use crate::item::text;
use crate::pace::{Outcome, Pace};

/// Most keys of one batch read: DynamoDB's limit.
const MAX_BATCH_KEYS: usize = 100;

/// A request that lacks a required part: a bug of ours.
#[expect(clippy::needless_pass_by_value, reason = "it is what `map_err` hands over")]
pub(crate) fn unbuilt(error: BuildError) -> Error {
    Error::internal(format!("DynamoDB: {error}"))
}

impl Store {
    /// The item under a partition key, read consistently.
    pub(crate) async fn item(&self, table: &str, pk: String, pace: &mut Pace) -> Result<Option<Item>> {
        self.item_at(table, HashMap::from([("pk".to_owned(), text(pk))]), pace).await
    }

    /// The item under a whole key, read consistently.
    pub(crate) async fn item_at(
        &self,
        table: &str,
        key: HashMap<String, AttributeValue>,
        pace: &mut Pace,
    ) -> Result<Option<Item>> {
        let get = self.client.get_item().table_name(table).set_key(Some(key)).consistent_read(true);
        let answer = pace.read(|| get.clone().send()).await.map_err(Outcome::into_error)?;
        Ok(answer.item)
    }

    /// Those of the items under these whole keys that are there, in any order, read consistently.
    pub(crate) async fn items_at(&self, table: &str, keys: Vec<Item>, pace: &mut Pace) -> Result<Vec<Item>> {
        self.parts_at(table, keys, None, pace).await
    }

    /// The same of some attributes alone, where the rest may be large; of all, if none is named.
    pub(crate) async fn parts_at(
        &self,
        table: &str,
        mut keys: Vec<Item>,
        attributes: Option<&str>,
        pace: &mut Pace,
    ) -> Result<Vec<Item>> {
        let mut found = Vec::with_capacity(keys.len());
        while !keys.is_empty() {
            let chunk: Vec<_> = keys.drain(..keys.len().min(MAX_BATCH_KEYS)).collect();
            let wanted = KeysAndAttributes::builder()
                .set_keys(Some(chunk))
                .consistent_read(true)
                .set_projection_expression(attributes.map(str::to_owned));
            let get = self.client.batch_get_item().request_items(table, wanted.build().map_err(unbuilt)?);
            let answer = pace.read(|| get.clone().send()).await.map_err(Outcome::into_error)?;
            found.extend(answer.responses.into_iter().flatten().flat_map(|(_, items)| items));
            let left: Vec<_> =
                answer.unprocessed_keys.into_iter().flatten().flat_map(|(_, keys)| keys.keys).collect();
            if !left.is_empty() {
                pace.wait("DynamoDB: throttled").await?;
                keys.extend(left);
            }
        }
        Ok(found)
    }

    /// The call that goes through a table: behind a row, at most so many of them.
    pub(crate) fn scan(&self, table: &str, after: Option<&str>, at_most: u32) -> ScanFluentBuilder {
        let start = after.map(|pk| HashMap::from([("pk".to_owned(), text(pk))]));
        let scan = self.client.scan().table_name(table).set_exclusive_start_key(start);
        scan.limit(i32::try_from(at_most).unwrap_or(i32::MAX))
    }

    /// Sends a transaction; `None` if it was written, else what became of each action.
    pub(crate) async fn transact(
        &self,
        actions: &[TransactWriteItem],
        pace: &mut Pace,
    ) -> Result<Option<Vec<Reason>>> {
        // One token for all tries of these very actions: a repeat after a lost answer is no second write.
        let call = self
            .client
            .transact_write_items()
            .set_transact_items(Some(actions.to_vec()))
            .client_request_token(stowage_domain::id::random_hex::<16>());
        match pace.send(|| call.clone().send()).await {
            Ok(_) => Ok(None),
            Err(Outcome::Refused(reasons)) => Ok(Some(reasons)),
            Err(outcome) => Err(outcome.into_error()),
        }
    }
}
