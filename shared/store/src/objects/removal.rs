//! What an object leaves in S3: a record of the places that were its alone, for whoever removes the bytes
//! once nobody can be reading them any more. A deletion writes it in its transaction; what an update
//! replaces is noted from the table's stream, since the update itself is one write without a read. Bytes
//! that no row names get such a record, too ([`super::orphan`]).
//!
//! The bytes of uploads are not its alone; their rows count who refers to them. Records are found
//! through the listing index under `removals#{shard}`, oldest first, over all buckets of the
//! deployment: a bucket may be gone before its bytes are. They are spread over sixteen partitions.

use aws_sdk_dynamodb::types::{Put, TransactWriteItem};
use serde::{Deserialize, Serialize};
use stowage_domain::Result;
use stowage_domain::id::{BucketId, Incarnation, NamespaceId, ObjectId, OrganisationId};
use stowage_domain::listing::{Stretch, Walked};
use stowage_domain::object::{Object, Replaced};
use stowage_domain::place::Place;
use stowage_domain::time::Timestamp;

use super::listed_at;
use crate::Store;
use crate::calls::unbuilt;
use crate::item::{text, to_item};
use crate::listing::List;
use crate::pace::Outcome;
use crate::ports::{NoteReplaced, Removal, RemoveBytes, Row};

/// What the partitions of the records' list start with, and how many they are.
const REMOVALS: &str = "removals";
const SHARDS: u32 = 16;

/// The `kind` of a record's item.
pub(super) const KIND: &str = "removal";

#[derive(Serialize)]
struct RemovalItem<'a> {
    pk: String,
    kind: &'static str,
    listing: String,
    listed_at: String,
    organisation_id: &'a OrganisationId,
    namespace_id: &'a NamespaceId,
    bucket_id: &'a BucketId,
    object_id: &'a ObjectId,
    incarnation: &'a Incarnation,
    /// The places, each with its S3 version.
    places: Vec<&'a Place>,
    /// When the object was deleted or updated.
    removed_at: Timestamp,
}

impl Store {
    /// The action that records which bytes are left when this object is gone; none if none are.
    pub(super) fn removal(&self, object: &Object, now: Timestamp) -> Result<Option<TransactWriteItem>> {
        let own = object.blobs.iter().filter(|blob| blob.upload_id.is_none());
        let places: Vec<&Place> = own.filter_map(|blob| blob.place.as_ref()).collect();
        if places.is_empty() {
            return Ok(None);
        }
        let incarnation = &object.incarnation;
        let item = to_item(&RemovalItem {
            pk: format!("{}#removal#{incarnation}", object.bucket_id),
            kind: KIND,
            listing: listing(incarnation),
            listed_at: listed_at(now, incarnation.as_str()),
            organisation_id: &object.scope.organisation_id,
            namespace_id: &object.scope.namespace_id,
            bucket_id: &object.bucket_id,
            object_id: &object.object_id,
            incarnation: &object.incarnation,
            places,
            removed_at: now,
        })?;
        let put = Put::builder().table_name(&self.tables.objects).set_item(Some(item));
        Ok(Some(TransactWriteItem::builder().put(put.build().map_err(unbuilt)?).build()))
    }
}

/// The partition that the records of a life are listed in.
fn listing(incarnation: &Incarnation) -> String {
    let digit = incarnation.as_str().chars().last().and_then(|digit| digit.to_digit(16)).unwrap_or(0);
    partition(digit)
}

/// One of the partitions that records are listed in.
pub(super) fn partition(number: u32) -> String {
    format!("{REMOVALS}#{}", number % SHARDS)
}

impl NoteReplaced for Store {
    async fn note_replaced(&self, replaced: &Replaced, at: Timestamp) -> Result<()> {
        let id = format!("{}#{}", replaced.incarnation, replaced.version);
        let item = to_item(&RemovalItem {
            pk: format!("{}#removal#{id}", replaced.bucket_id),
            kind: KIND,
            listing: listing(&replaced.incarnation),
            listed_at: listed_at(at, &id),
            organisation_id: &replaced.scope.organisation_id,
            namespace_id: &replaced.scope.namespace_id,
            bucket_id: &replaced.bucket_id,
            object_id: &replaced.object_id,
            incarnation: &replaced.incarnation,
            places: replaced.places.iter().collect(),
            removed_at: at,
        })?;
        let put = self.client.put_item().table_name(&self.tables.objects).set_item(Some(item));
        self.writing().send(|| put.clone().send()).await.map_err(Outcome::into_error)?;
        Ok(())
    }
}

#[derive(Deserialize)]
struct Read {
    pk: String,
    places: Vec<Place>,
    removed_at: Timestamp,
    #[serde(default)]
    orphan: bool,
}

impl From<Read> for Removal {
    fn from(read: Read) -> Self {
        Self { key: read.pk, places: read.places, removed_at: read.removed_at, is_orphan: read.orphan }
    }
}

impl RemoveBytes for Store {
    async fn list_removals(&self, stretch: &Stretch) -> Result<Walked<Row<Removal>>> {
        let list = List { table: &self.tables.objects, name: REMOVALS.to_owned(), shards: SHARDS };
        self.walk_rows::<Read, _>(&list, stretch).await
    }

    async fn is_in_use(&self, removal: &Removal) -> Result<bool> {
        let keys = removal.places.iter().map(|place| place.key.as_str());
        Ok(!self.keys_in_use(keys).await?.is_empty())
    }

    async fn forget_removal(&self, removal: &Removal) -> Result<()> {
        let delete = self.client.delete_item().table_name(&self.tables.objects).key("pk", text(&removal.key));
        self.writing().send(|| delete.clone().send()).await.map_err(Outcome::into_error)?;
        Ok(())
    }
}
