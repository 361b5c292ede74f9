//! Reading ahead: a request's namespace and bucket in one call.
//!
//! A cold function would otherwise wait for one after the other. It is a matter of time only: what is
//! read goes into the cache, and the look-ups that follow decide and report as they always do.

use aws_sdk_dynamodb::types::KeysAndAttributes;
use stowage_domain::id::{BucketId, NamespaceId, OrganisationId};
use stowage_domain::namespace::Scope;

use super::{buckets, namespaces, primary_key};
use crate::Store;
use crate::cache::bucket_key;
use crate::item::from_item;
use crate::ports::ReadAhead;

impl ReadAhead for Store {
    async fn read_ahead(&self, organisation: &OrganisationId, namespace: &str, bucket: &str) {
        // A name has to be looked up before the item behind it can be.
        let Some((namespace_id, bucket_id)) = NamespaceId::parse(namespace).zip(BucketId::parse(bucket))
        else {
            return;
        };
        let namespace_key = (organisation.clone(), namespace.to_owned());
        let scope = Scope { organisation_id: organisation.clone(), namespace_id: namespace_id.clone() };
        let bucket_key = bucket_key(&scope, bucket);
        let cached = self.cache.namespaces.get(&namespace_key).is_some()
            || self.cache.buckets.get(&bucket_key).is_some();
        if cached || self.settings.cache_for.is_zero() {
            return;
        }
        let keys = vec![
            primary_key(&namespaces::organisation_pk(organisation), &namespaces::sk(&namespace_id)),
            primary_key(&buckets::scope_pk(&scope), &buckets::sk(&bucket_id)),
        ];
        let Ok(keys) = KeysAndAttributes::builder().set_keys(Some(keys)).consistent_read(true).build() else {
            return;
        };
        let call = self.client.batch_get_item().request_items(&self.tables.catalog, keys);
        // Whatever goes wrong here goes wrong again, or doesn't, in the look-ups that follow.
        let Ok(answer) = call.send().await else { return };
        for item in answer.responses.into_iter().flatten().flat_map(|(_, items)| items) {
            if item.contains_key("bucket_id") {
                if let Ok(found) = from_item(item) {
                    self.cache.buckets.put(bucket_key.clone(), found);
                }
            } else if let Ok(found) = from_item(item) {
                self.cache.namespaces.put(namespace_key.clone(), found);
            }
        }
    }
}
