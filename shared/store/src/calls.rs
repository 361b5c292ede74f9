//! The calls that every table shares: a consistent read of one item, and a transaction.

use std::collections::HashMap;

use aws_sdk_dynamodb::error::BuildError;
use aws_sdk_dynamodb::types::{AttributeValue, TransactWriteItem};
use stowage_domain::{Error, Result};

use crate::Store;
use crate::failure::{Item, Reason};
use crate::item::text;
use crate::pace::{Outcome, Pace};

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
