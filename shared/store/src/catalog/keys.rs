//! API keys.

use aws_sdk_dynamodb::types::{AttributeValue, TransactWriteItem, Update};
use stowage_domain::error::Resource;
use stowage_domain::id::OrganisationId;
use stowage_domain::key::{ApiKey, KeyHash};
use stowage_domain::time::Timestamp;
use stowage_domain::{Error, Result};

use super::keyed;
use crate::Store;
use crate::calls::unbuilt;
use crate::item::{from_item, text};
use crate::pace::Outcome;
use crate::ports::{FindKey, ManageKeys};

/// The sort key of a key as requests look it up.
pub(super) const LOOKUP_SK: &str = "key";

pub(super) fn lookup_pk(hash: &KeyHash) -> String {
    format!("key#{}", hash.as_str())
}

fn list_place(organisation: &OrganisationId, name: &str) -> (String, String) {
    (format!("org#{organisation}"), format!("key#{name}"))
}

impl FindKey for Store {
    async fn find_key(&self, hash: &KeyHash) -> Result<Option<ApiKey>> {
        if let Some(key) = self.cache.keys.get(hash) {
            return Ok(Some(key));
        }
        let Some(item) = self.catalog_item(&lookup_pk(hash), LOOKUP_SK).await? else { return Ok(None) };
        let key: ApiKey = from_item(item)?;
        self.cache.keys.put(hash.clone(), key.clone());
        Ok(Some(key))
    }
}

impl ManageKeys for Store {
    async fn put_key(&self, key: &ApiKey) -> Result<()> {
        let (pk, sk) = list_place(&key.organisation_id, &key.name);
        let items = vec![keyed(&lookup_pk(&key.hash), LOOKUP_SK, key)?, keyed(&pk, &sk, key)?];
        self.create_together(items, || Error::NameTaken {
            resource: Resource::ApiKey,
            name: key.name.clone(),
        })
        .await
    }

    async fn list_keys(&self, organisation: &OrganisationId) -> Result<Vec<ApiKey>> {
        let mut keys = Vec::new();
        let mut start = None;
        loop {
            let query = self
                .client
                .query()
                .table_name(&self.tables.catalog)
                .key_condition_expression("pk = :pk AND begins_with(sk, :keys)")
                .expression_attribute_values(":pk", text(format!("org#{organisation}")))
                .expression_attribute_values(":keys", text("key#"))
                .consistent_read(true)
                .set_exclusive_start_key(start);
            let page = self.reading().send(|| query.clone().send()).await.map_err(Outcome::into_error)?;
            for item in page.items.unwrap_or_default() {
                keys.push(from_item(item)?);
            }
            start = page.last_evaluated_key;
            if start.is_none() {
                return Ok(keys);
            }
        }
    }

    async fn revoke_key(&self, key: &ApiKey, now: Timestamp) -> Result<()> {
        let (pk, sk) = list_place(&key.organisation_id, &key.name);
        let places = [(lookup_pk(&key.hash), LOOKUP_SK.to_owned()), (pk, sk)];
        let mut actions = Vec::with_capacity(places.len());
        for (pk, sk) in places {
            let update = Update::builder()
                .table_name(&self.tables.catalog)
                .key("pk", text(pk))
                .key("sk", text(sk))
                .update_expression("SET revoked_at = :now")
                .condition_expression("attribute_exists(pk)")
                .expression_attribute_values(":now", AttributeValue::S(now.to_string()))
                .build()
                .map_err(unbuilt)?;
            actions.push(TransactWriteItem::builder().update(update).build());
        }
        let refused = self.transact(&actions, &mut self.writing()).await?;
        refused.map_or(Ok(()), |_| Err(Error::not_found(Resource::ApiKey, &key.name)))
    }
}
