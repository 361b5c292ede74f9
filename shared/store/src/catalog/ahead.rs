//! Reading ahead: a request's key, namespace and bucket in one call.
//!
//! A cold function would otherwise wait for one after the other. It is a matter of time only: what is
//! read goes into the cache, and the look-ups that follow decide and report as they always do.

use aws_sdk_dynamodb::types::KeysAndAttributes;
use stowage_domain::id::{BucketId, NamespaceId};
use stowage_domain::namespace::Scope;

use super::{buckets, keys, namespaces, primary_key};
use crate::Store;
use crate::cache::bucket_key;
use crate::failure::Item;
use crate::item::from_item;
use crate::ports::{Expected, ReadAhead};

impl ReadAhead for Store {
    async fn read_ahead(&self, expected: Expected<'_>) {
        let wanted = self.uncached(&expected);
        if wanted.len() < 2 || self.settings.cache_for.is_zero() {
            return;
        }
        let Ok(keys) = KeysAndAttributes::builder().set_keys(Some(wanted)).consistent_read(true).build()
        else {
            return;
        };
        let call = self.client.batch_get_item().request_items(&self.tables.catalog, keys);
        // Whatever goes wrong here goes wrong again, or doesn't, in the look-ups that follow.
        let Ok(answer) = call.send().await else { return };
        for item in answer.responses.into_iter().flatten().flat_map(|(_, items)| items) {
            self.keep(&expected, item);
        }
    }
}

impl Store {
    /// The keys of what isn't cached. A name has to be looked up before the item behind it can be, so
    /// only ids are of use.
    fn uncached(&self, expected: &Expected<'_>) -> Vec<Item> {
        let mut wanted = Vec::with_capacity(3);
        if self.cache.keys.get(expected.key).is_none() {
            wanted.push(primary_key(&keys::lookup_pk(expected.key), keys::LOOKUP_SK));
        }
        let Some(namespace_id) = NamespaceId::parse(expected.namespace) else { return wanted };
        let organisation = expected.organisation;
        if self.cache.namespaces.get(&(organisation.clone(), expected.namespace.to_owned())).is_none() {
            let pk = namespaces::organisation_pk(organisation);
            wanted.push(primary_key(&pk, &namespaces::sk(&namespace_id)));
        }
        if let Some(bucket_id) = expected.bucket.and_then(BucketId::parse) {
            let scope = Scope { organisation_id: organisation.clone(), namespace_id };
            if self.cache.buckets.get(&bucket_key(&scope, bucket_id.as_str())).is_none() {
                wanted.push(primary_key(&buckets::scope_pk(&scope), &buckets::sk(&bucket_id)));
            }
        }
        wanted
    }

    /// Puts an item into the cache that it belongs to.
    fn keep(&self, expected: &Expected<'_>, item: Item) {
        let organisation = expected.organisation;
        if item.contains_key("hash") {
            if let Ok(key) = from_item(item) {
                self.cache.keys.put(expected.key.clone(), key);
            }
        } else if item.contains_key("bucket_id") {
            if let Some((namespace_id, bucket)) = NamespaceId::parse(expected.namespace).zip(expected.bucket)
                && let Ok(found) = from_item(item)
            {
                let scope = Scope { organisation_id: organisation.clone(), namespace_id };
                self.cache.keep_bucket(bucket_key(&scope, bucket), &found);
            }
        } else if let Ok(namespace) = from_item(item) {
            self.cache.keep_namespace((organisation.clone(), expected.namespace.to_owned()), &namespace);
        }
    }
}
