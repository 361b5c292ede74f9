//! What every request reads and few change: kept in memory for a short, stated time.

use std::collections::HashMap;
use std::hash::Hash;
use std::sync::{Mutex, PoisonError};
use std::time::Duration;

use stowage_domain::bucket::Bucket;
use stowage_domain::id::{NamespaceId, OrganisationId};
use stowage_domain::key::{ApiKey, KeyHash};
use stowage_domain::namespace::{Namespace, Scope};
use tokio::time::Instant;

/// Most entries of one cache: beyond it the cache starts over, which costs reads and no truth.
const MAX_ENTRIES: usize = 2_000;

/// Values by key, each good for a fixed time. What isn't there is never remembered as missing, so
/// that a new bucket works at once.
#[derive(Debug)]
pub(crate) struct Cache<K, V> {
    keep_for: Duration,
    entries: Mutex<HashMap<K, (Instant, V)>>,
}

impl<K: Eq + Hash, V: Clone> Cache<K, V> {
    fn new(keep_for: Duration) -> Self {
        Self { keep_for, entries: Mutex::default() }
    }

    pub(crate) fn get(&self, key: &K) -> Option<V> {
        let entries = self.entries.lock().unwrap_or_else(PoisonError::into_inner);
        let (since, value) = entries.get(key)?;
        (since.elapsed() < self.keep_for).then(|| value.clone())
    }

    pub(crate) fn put(&self, key: K, value: V) {
        let mut entries = self.entries.lock().unwrap_or_else(PoisonError::into_inner);
        if entries.len() >= MAX_ENTRIES {
            entries.clear();
        }
        entries.insert(key, (Instant::now(), value));
    }
}

/// The cached parts of the catalog. Namespaces and buckets are kept by what the request called them.
#[derive(Debug)]
pub(crate) struct CatalogCache {
    pub(crate) keys: Cache<KeyHash, ApiKey>,
    pub(crate) namespaces: Cache<(OrganisationId, String), Namespace>,
    pub(crate) buckets: Cache<(OrganisationId, NamespaceId, String), Bucket>,
}

impl CatalogCache {
    pub(crate) fn new(keep_for: Duration) -> Self {
        Self { keys: Cache::new(keep_for), namespaces: Cache::new(keep_for), buckets: Cache::new(keep_for) }
    }

    /// Keeps a bucket, unless it is being deleted: the mark must not outlive the bucket, whose name may
    /// be another's then.
    pub(crate) fn keep_bucket(&self, key: (OrganisationId, NamespaceId, String), bucket: &Bucket) {
        if bucket.deletion.is_none() {
            self.buckets.put(key, bucket.clone());
        }
    }

    /// Keeps a namespace, unless it is being deleted: for the same reason.
    pub(crate) fn keep_namespace(&self, key: (OrganisationId, String), namespace: &Namespace) {
        if namespace.deletion.is_none() {
            self.namespaces.put(key, namespace.clone());
        }
    }
}

/// The cache key of a bucket.
pub(crate) fn bucket_key(scope: &Scope, identifier: &str) -> (OrganisationId, NamespaceId, String) {
    (scope.organisation_id.clone(), scope.namespace_id.clone(), identifier.to_owned())
}
