//! Buckets.

use std::fmt::Display;

use aws_sdk_dynamodb::types::{
    ConditionCheck, Delete, Put, ReturnValuesOnConditionCheckFailure, TransactWriteItem, Update,
};
use serde::Serialize;
use stowage_domain::bucket::{Bucket, BucketCounts};
use stowage_domain::error::Resource;
use stowage_domain::id::{BucketId, NamespaceId, OrganisationId};
use stowage_domain::limits::TOMBSTONE_SECONDS;
use stowage_domain::listing::{Stretch, Walked};
use stowage_domain::namespace::{Namespace, NamespaceCounts, Scope};
use stowage_domain::time::Timestamp;
use stowage_domain::{Error, Result};

use super::named::{Named as _, counts, row};
use super::{keyed, organisation_pk, primary_key};
use crate::Store;
use crate::cache::bucket_key;
use crate::calls::unbuilt;
use crate::failure::Reason;
use crate::item::{from_item, number, to_item};
use crate::ports::{Change, ChangeBucket, CreateBucket, FindBucket, ListBuckets, ReadBucket, RemoveBucket};

pub(crate) fn scope_pk(scope: &Scope) -> String {
    format!("org#{}#{}", scope.organisation_id, scope.namespace_id)
}

pub(crate) fn sk(bucket: impl Display) -> String {
    format!("{}{bucket}", Bucket::ROW)
}

/// That a bucket was there, for whoever finds bytes of it later.
#[derive(Serialize)]
struct Tombstone<'a> {
    pk: String,
    sk: String,
    bucket_id: &'a BucketId,
    organisation_id: &'a OrganisationId,
    namespace_id: &'a NamespaceId,
    removed_at: Timestamp,
    /// Seconds since the Unix epoch.
    ttl: i64,
}

impl FindBucket for Store {
    async fn find_bucket(&self, scope: &Scope, identifier: &str) -> Result<Bucket> {
        let cache_key = bucket_key(scope, identifier);
        if let Some(bucket) = self.cache.buckets.get(&cache_key) {
            return Ok(bucket);
        }
        let found: Option<Bucket> = self.named(&scope_pk(scope), identifier, &mut self.reading()).await?;
        let bucket = found.ok_or_else(|| Error::not_found(Resource::Bucket, identifier))?;
        self.cache.keep_bucket(cache_key, &bucket);
        Ok(bucket)
    }
}

impl ReadBucket for Store {
    async fn read_bucket(&self, scope: &Scope, identifier: &str) -> Result<(Bucket, BucketCounts)> {
        self.counted(&scope_pk(scope), identifier).await
    }
}

impl ListBuckets for Store {
    async fn list_buckets(&self, scope: &Scope, stretch: &Stretch) -> Result<Walked<(Bucket, BucketCounts)>> {
        self.walk_named(&scope_pk(scope), stretch).await
    }

    async fn count_in_namespace(&self, scope: &Scope) -> Result<NamespaceCounts> {
        let sk = counts::<Namespace>(scope.namespace_id.as_str());
        let item = self.catalog_item(&organisation_pk(&scope.organisation_id), &sk).await?;
        Ok(item.map(from_item).transpose()?.unwrap_or_default())
    }
}

impl CreateBucket for Store {
    async fn create_bucket(&self, bucket: &Bucket) -> Result<()> {
        let scope = bucket.scope();
        let pk = scope_pk(&scope);
        let actions = [
            self.new_item(keyed(&pk, &sk(&bucket.bucket_id), bucket)?)?,
            self.take_name(&pk, bucket, bucket.created_at)?,
            self.namespace_is_writable(&scope)?,
            self.count_bucket(&scope, 1)?,
            self.list_entry(&pk, bucket)?,
        ];
        let Some(reasons) = self.transact(&actions, &mut self.writing()).await? else { return Ok(()) };
        if let Some(Reason::Condition(namespace)) = reasons.into_iter().nth(2) {
            let id = scope.namespace_id.as_str();
            let missing = || Error::not_found(Resource::Namespace, id);
            from_item::<Namespace>(namespace.ok_or_else(missing)?)?.check_writable()?;
        }
        Err(Error::NameTaken { resource: Resource::Bucket, name: bucket.bucket_name.clone() })
    }
}

impl ChangeBucket for Store {
    async fn change_bucket(
        &self,
        scope: &Scope,
        identifier: &str,
        change: impl Fn(&Bucket) -> Result<Option<Change<Bucket>>> + Send + Sync,
    ) -> Result<Bucket> {
        self.change_named(&scope_pk(scope), identifier, change).await
    }
}

impl RemoveBucket for Store {
    async fn remove_bucket(&self, scope: &Scope, bucket: &BucketId, now: Timestamp) -> Result<()> {
        let pk = scope_pk(scope);
        let mut pace = self.writing();
        loop {
            let Some(bucket) = self.named::<Bucket>(&pk, bucket.as_str(), &mut pace).await? else {
                return Ok(());
            };
            if bucket.deletion.is_none() {
                return Err(Error::internal("a bucket is removed that isn't marked as being deleted"));
            }
            let counters = Delete::builder()
                .table_name(&self.tables.catalog)
                .set_key(Some(primary_key(&pk, &counts::<Bucket>(bucket.id()))))
                .build()
                .map_err(unbuilt)?;
            let actions = [
                self.remove_row(&pk, &bucket)?,
                self.remove_name(&pk, &bucket)?,
                self.remove_entry(&pk, &bucket)?,
                TransactWriteItem::builder().delete(counters).build(),
                self.tombstone(&pk, &bucket, now)?,
                self.count_bucket(scope, -1)?,
            ];
            if self.transact(&actions, &mut pace).await?.is_none() {
                return Ok(());
            }
            pace.wait_for_others("DynamoDB: the bucket changed meanwhile").await?;
        }
    }
}

impl Store {
    /// That the namespace is there and not being deleted: no bucket comes into one that is.
    fn namespace_is_writable(&self, scope: &Scope) -> Result<TransactWriteItem> {
        let pk = organisation_pk(&scope.organisation_id);
        let check = ConditionCheck::builder()
            .table_name(&self.tables.catalog)
            .set_key(Some(primary_key(&pk, &row::<Namespace>(scope.namespace_id.as_str()))))
            .condition_expression("attribute_exists(pk) AND attribute_not_exists(deletion)")
            .return_values_on_condition_check_failure(ReturnValuesOnConditionCheckFailure::AllOld)
            .build()
            .map_err(unbuilt)?;
        Ok(TransactWriteItem::builder().condition_check(check).build())
    }

    /// One bucket more or less in the namespace.
    fn count_bucket(&self, scope: &Scope, by: i64) -> Result<TransactWriteItem> {
        let pk = organisation_pk(&scope.organisation_id);
        let update = Update::builder()
            .table_name(&self.tables.catalog)
            .set_key(Some(primary_key(&pk, &counts::<Namespace>(scope.namespace_id.as_str()))))
            .update_expression("ADD bucket_count :by")
            .expression_attribute_values(":by", number(by))
            .build()
            .map_err(unbuilt)?;
        Ok(TransactWriteItem::builder().update(update).build())
    }

    fn tombstone(&self, pk: &str, bucket: &Bucket, now: Timestamp) -> Result<TransactWriteItem> {
        let item = to_item(&Tombstone {
            pk: pk.to_owned(),
            sk: format!("tomb#{}", bucket.bucket_id),
            bucket_id: &bucket.bucket_id,
            organisation_id: &bucket.organisation_id,
            namespace_id: &bucket.namespace_id,
            removed_at: now,
            ttl: now.plus_seconds(TOMBSTONE_SECONDS).seconds(),
        })?;
        let put = Put::builder().table_name(&self.tables.catalog).set_item(Some(item)).build();
        Ok(TransactWriteItem::builder().put(put.map_err(unbuilt)?).build())
    }
}
