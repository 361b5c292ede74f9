//! Buckets.

use std::fmt::Display;

use stowage_domain::bucket::Bucket;
use stowage_domain::error::Resource;
use stowage_domain::id::BucketId;
use stowage_domain::limits::MAX_NAME_BYTES;
use stowage_domain::namespace::Scope;
use stowage_domain::{Error, Result};

use super::{claim, keyed};
use crate::Store;
use crate::cache::bucket_key;
use crate::item::from_item;
use crate::ports::{CreateBucket, FindBucket};

pub(super) fn scope_pk(scope: &Scope) -> String {
    format!("org#{}#{}", scope.organisation_id, scope.namespace_id)
}

pub(super) fn sk(bucket: impl Display) -> String {
    format!("bkt#{bucket}")
}

impl FindBucket for Store {
    async fn find_bucket(&self, scope: &Scope, identifier: &str) -> Result<Bucket> {
        let cache_key = bucket_key(scope, identifier);
        if let Some(bucket) = self.cache.buckets.get(&cache_key) {
            return Ok(bucket);
        }
        let missing = || Error::not_found(Resource::Bucket, identifier);
        // No name or id is longer, and DynamoDB refuses keys over 1 KB.
        if identifier.is_empty() || identifier.len() > MAX_NAME_BYTES {
            return Err(missing());
        }
        let pk = scope_pk(scope);
        let id = if identifier.starts_with(BucketId::PREFIX) {
            identifier.to_owned()
        } else {
            self.claimed_id(&pk, &format!("bktname#{identifier}")).await?.ok_or_else(missing)?
        };
        let item = self.catalog_item(&pk, &sk(id)).await?.ok_or_else(missing)?;
        let bucket: Bucket = from_item(item)?;
        self.cache.buckets.put(cache_key, bucket.clone());
        Ok(bucket)
    }
}

impl CreateBucket for Store {
    async fn create_bucket(&self, bucket: &Bucket) -> Result<()> {
        let scope = Scope {
            organisation_id: bucket.organisation_id.clone(),
            namespace_id: bucket.namespace_id.clone(),
        };
        let pk = scope_pk(&scope);
        let items = vec![
            keyed(&pk, &sk(&bucket.bucket_id), bucket)?,
            claim(&pk, &format!("bktname#{}", bucket.bucket_name), bucket.bucket_id.as_str()),
        ];
        self.create_together(items, || Error::NameTaken {
            resource: Resource::Bucket,
            name: bucket.bucket_name.clone(),
        })
        .await
    }
}
