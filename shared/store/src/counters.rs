//! Counters of buckets and namespaces, in the `catalog` table, fed from the stream of `objects`.
//!
//! | pk | sk | what |
//! |---|---|---|
//! | `org#{org}#{ns}` | `cnt#{bucket_id}` | what a bucket holds |
//! | `org#{org}` | `nscnt#{ns}` | what a namespace holds |
//! | `seen#{event_id}` | `seen` | that a change has been counted (TTL) |
//!
//! A change is counted in one transaction with the marker that it has been, so neither a second
//! delivery nor a lost answer counts it again. What comes after its bucket or namespace is gone makes
//! no counter: the transaction asks for the row of each.

use std::collections::HashSet;

use aws_sdk_dynamodb::types::{ConditionCheck, TransactWriteItem, Update};
use stowage_domain::Result;
use stowage_domain::bucket::Bucket;
use stowage_domain::counter::{Delta, ObjectChange};
use stowage_domain::id::{BucketId, NamespaceId, OrganisationId};
use stowage_domain::limits::COUNTED_SECONDS;
use stowage_domain::namespace::{Namespace, Scope};
use stowage_domain::time::Timestamp;

use crate::Store;
use crate::calls::unbuilt;
use crate::catalog::{counts, organisation_pk, primary_key, row, scope_pk};
use crate::failure::{Item, Reason};
use crate::item::{number, text};
use crate::pace::{Outcome, Pace};
use crate::ports::CountObjects;

/// Most changes of one transaction, which holds 100 actions.
const MAX_CHANGES: usize = 90;

/// The key of a bucket's counters.
fn bucket_counter(scope: &Scope, bucket: &BucketId) -> Item {
    primary_key(&scope_pk(scope), &counts::<Bucket>(bucket.as_str()))
}

/// The key of a namespace's counters.
fn namespace_counter(organisation: &OrganisationId, namespace: &NamespaceId) -> Item {
    primary_key(&organisation_pk(organisation), &counts::<Namespace>(namespace.as_str()))
}

fn marker(event_id: &str) -> Item {
    primary_key(&format!("seen#{event_id}"), "seen")
}

/// What an action of the transaction is, in the order of the actions.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Role {
    Marker(usize),
    Bucket,
    Namespace,
    Counter,
}

impl CountObjects for Store {
    async fn count_objects(
        &self,
        scope: &Scope,
        bucket: &BucketId,
        changes: &[ObjectChange],
        now: Timestamp,
    ) -> Result<()> {
        // An event may bring a change twice, and a transaction takes each item once.
        let mut seen = HashSet::new();
        let mut counting: Vec<&ObjectChange> = changes.iter().collect();
        counting.retain(|change| !change.delta.is_zero() && seen.insert(change.event_id.as_str()));
        let mut pace = self.writing();
        for chunk in counting.chunks(MAX_CHANGES) {
            self.count_chunk(scope, bucket, chunk.to_vec(), now, &mut pace).await?;
        }
        match changes.iter().filter_map(|change| change.created_at).max() {
            Some(latest) => self.note_upload(scope, bucket, latest, &mut pace).await,
            None => Ok(()),
        }
    }
}

impl Store {
    /// Counts changes that have not been counted before.
    async fn count_chunk(
        &self,
        scope: &Scope,
        bucket: &BucketId,
        mut changes: Vec<&ObjectChange>,
        now: Timestamp,
        pace: &mut Pace,
    ) -> Result<()> {
        let (mut in_bucket, mut in_namespace) = (true, true);
        while !changes.is_empty() && (in_bucket || in_namespace) {
            let mut plan = Vec::with_capacity(changes.len() + 4);
            for (position, change) in changes.iter().enumerate() {
                plan.push((Role::Marker(position), self.mark(&change.event_id, now)?));
            }
            let delta = changes.iter().fold(Delta::default(), |sum, change| sum.plus(change.delta));
            if in_bucket {
                let parent = primary_key(&scope_pk(scope), &row::<Bucket>(bucket.as_str()));
                plan.push((Role::Bucket, self.is_there(parent)?));
                plan.push((Role::Counter, self.add(bucket_counter(scope, bucket), delta, now)?));
            }
            if in_namespace {
                let (organisation, namespace) = (&scope.organisation_id, &scope.namespace_id);
                let parent =
                    primary_key(&organisation_pk(organisation), &row::<Namespace>(namespace.as_str()));
                plan.push((Role::Namespace, self.is_there(parent)?));
                let counter = namespace_counter(organisation, namespace);
                plan.push((Role::Counter, self.add_objects(counter, delta)?));
            }
            let (roles, actions): (Vec<Role>, Vec<TransactWriteItem>) = plan.into_iter().unzip();
            let Some(reasons) = self.transact(&actions, pace).await? else { return Ok(()) };
            let mut counted = Vec::new();
            for (role, reason) in roles.into_iter().zip(reasons) {
                match (role, reason) {
                    (Role::Marker(position), Reason::Condition(_)) => counted.push(position),
                    (Role::Bucket, Reason::Condition(_)) => in_bucket = false,
                    (Role::Namespace, Reason::Condition(_)) => in_namespace = false,
                    _ => {}
                }
            }
            let mut position = 0;
            changes.retain(|_| {
                position += 1;
                !counted.contains(&(position - 1))
            });
        }
        Ok(())
    }

    /// Marks a change as counted, unless it is.
    fn mark(&self, event_id: &str, now: Timestamp) -> Result<TransactWriteItem> {
        let mut item = marker(event_id);
        item.insert("ttl".to_owned(), number(now.plus_seconds(COUNTED_SECONDS).seconds()));
        self.new_item(item)
    }

    fn is_there(&self, key: Item) -> Result<TransactWriteItem> {
        let check = ConditionCheck::builder()
            .table_name(&self.tables.catalog)
            .set_key(Some(key))
            .condition_expression("attribute_exists(pk)")
            .build()
            .map_err(unbuilt)?;
        Ok(TransactWriteItem::builder().condition_check(check).build())
    }

    fn add(&self, key: Item, delta: Delta, now: Timestamp) -> Result<TransactWriteItem> {
        let update = Update::builder()
            .table_name(&self.tables.catalog)
            .set_key(Some(key))
            .update_expression(
                "ADD object_count :objects, total_size_bytes :bytes, failed_object_count :failed \
                 SET stats_updated_at = :now",
            )
            .expression_attribute_values(":objects", number(delta.objects))
            .expression_attribute_values(":bytes", number(delta.bytes))
            .expression_attribute_values(":failed", number(delta.failed))
            .expression_attribute_values(":now", text(now))
            .build()
            .map_err(unbuilt)?;
        Ok(TransactWriteItem::builder().update(update).build())
    }

    fn add_objects(&self, key: Item, delta: Delta) -> Result<TransactWriteItem> {
        let update = Update::builder()
            .table_name(&self.tables.catalog)
            .set_key(Some(key))
            .update_expression("ADD object_count :objects")
            .expression_attribute_values(":objects", number(delta.objects))
            .build()
            .map_err(unbuilt)?;
        Ok(TransactWriteItem::builder().update(update).build())
    }

    /// Raises the time of the bucket's last new object. The highest wins, however often and in
    /// whichever order they come.
    async fn note_upload(
        &self,
        scope: &Scope,
        bucket: &BucketId,
        at: Timestamp,
        pace: &mut Pace,
    ) -> Result<()> {
        let update = self
            .client
            .update_item()
            .table_name(&self.tables.catalog)
            .set_key(Some(bucket_counter(scope, bucket)))
            .update_expression("SET last_upload_at = :at")
            .condition_expression(
                "attribute_exists(pk) AND (attribute_not_exists(last_upload_at) OR last_upload_at < :at)",
            )
            .expression_attribute_values(":at", text(at));
        match pace.send(|| update.clone().send()).await {
            Ok(_) | Err(Outcome::Condition(_)) => Ok(()),
            Err(outcome) => Err(outcome.into_error()),
        }
    }
}
