//! The `objects` table.
//!
//! | pk | what |
//! |---|---|
//! | `{bucket_id}#{object_id}` | an object |
//! | `{bucket_id}#claim#{claim_id}` | an idempotency claim of a unique-key bucket (TTL) |
//! | `{bucket_id}#content#{identity}` | the last object with this content; a hint, checked when followed |
//! | `{bucket_id}#removal#{incarnation}` | the bytes that a deleted object left in S3 |
//! | `{bucket_id}#removal#{incarnation}#{version}` | those that an update replaced |
//! | `orphan#{key}` | bytes that no row names |
//!
//! A create is one conditional write to the object's item ([`single`]). It is a transaction
//! ([`versioned`]) where more than that item has to change with it. So are changes ([`amend`]) and
//! deletions ([`delete`]).

mod amend;
mod claim;
mod content;
mod delete;
mod expression;
mod item;
mod mirror;
mod orphan;
mod processing;
mod references;
mod removal;
mod scan;
mod single;
mod upkeep;
mod versioned;

use stowage_domain::bucket::Bucket;
use stowage_domain::id::{BucketId, ObjectId};
use stowage_domain::object::{Object, ObjectWrite, Replay, Written};
use stowage_domain::{Error, Result};

use crate::Store;
use crate::pace::Pace;
use crate::ports::{FindObject, WriteObject};

pub(crate) use content::content_pk;
pub(crate) use item::{from_object_item, listed_at, listing, object_pk};
pub(crate) use versioned::{Companion, CompanionKind, Ended};

impl FindObject for Store {
    async fn find_object(&self, bucket: &Bucket, object: &ObjectId) -> Result<Option<Object>> {
        self.object(&bucket.bucket_id, object, &mut self.reading()).await
    }
}

impl WriteObject for Store {
    async fn write_object(&self, write: &ObjectWrite) -> Result<Written> {
        let claims = matches!(write.replay, Replay::ByClaim { .. });
        let deduplicates = write.skip_duplicates && write.content_identity().is_some();
        if claims || deduplicates || !write.upload_ids().is_empty() {
            return self.write_versioned(write).await;
        }
        self.write_single(write).await
    }
}

impl Store {
    /// An object, read consistently.
    pub(crate) async fn object(
        &self,
        bucket: &BucketId,
        object: &ObjectId,
        pace: &mut Pace,
    ) -> Result<Option<Object>> {
        let item = self.item(&self.tables.objects, object_pk(bucket, object), pace).await?;
        item.map(from_object_item).transpose()
    }

    async fn write_versioned(&self, write: &ObjectWrite) -> Result<Written> {
        match self.transact_object(write, &[], None, &mut self.writing()).await? {
            Ended::Written(object) => Ok(Written::now(object)),
            Ended::Replayed(written) => Ok(written),
            Ended::CompanionRefused(_) => Err(Error::internal("a write without companions had one refused")),
        }
    }
}
