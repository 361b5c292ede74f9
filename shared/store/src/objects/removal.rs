//! What a deleted object leaves in S3: a record of the places that were its alone, written together
//! with the deletion, for whoever removes the bytes once nobody can be reading them any more.
//!
//! The bytes of uploads are not its alone; their rows count who refers to them. Records are found
//! through the listing index under `removals#{shard}`, oldest first, over all buckets of the
//! deployment: a bucket may be gone before its bytes are. They are spread over sixteen partitions.

use aws_sdk_dynamodb::types::{Put, TransactWriteItem};
use serde::{Deserialize, Serialize};
use stowage_domain::Result;
use stowage_domain::id::{BucketId, Incarnation, NamespaceId, ObjectId, OrganisationId};
use stowage_domain::listing::{Stretch, Walked};
use stowage_domain::object::Object;
use stowage_domain::place::Place;
use stowage_domain::time::Timestamp;

use super::listed_at;
use crate::Store;
use crate::calls::unbuilt;
use crate::item::{legible, row_of, text, to_item};
use crate::listing::List;
use crate::pace::Outcome;
use crate::ports::{Removal, RemoveBytes, Row};

/// What the partitions of the records' list start with, and how many they are.
const REMOVALS: &str = "removals";
const SHARDS: u32 = 16;

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
    /// When the object was deleted.
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
        let incarnation = object.incarnation.as_str();
        let digit = incarnation.chars().last().and_then(|digit| digit.to_digit(16)).unwrap_or(0);
        let item = to_item(&RemovalItem {
            pk: format!("{}#removal#{incarnation}", object.bucket_id),
            kind: "removal",
            listing: format!("{REMOVALS}#{digit}"),
            listed_at: listed_at(now, incarnation),
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

#[derive(Deserialize)]
struct Read {
    bucket_id: BucketId,
    object_id: ObjectId,
    incarnation: Incarnation,
    places: Vec<Place>,
    removed_at: Timestamp,
}

impl From<Read> for Removal {
    fn from(read: Read) -> Self {
        Self {
            bucket_id: read.bucket_id,
            object_id: read.object_id,
            incarnation: read.incarnation,
            places: read.places,
            removed_at: read.removed_at,
        }
    }
}

impl RemoveBytes for Store {
    async fn list_removals(&self, stretch: &Stretch) -> Result<Walked<Row<Removal>>> {
        let list = List { table: &self.tables.objects, name: REMOVALS.to_owned(), shards: SHARDS };
        self.walk(&list, stretch, |item| {
            let key = row_of(&item).unwrap_or_default();
            Ok(Row { key, record: legible::<Read>(item).map(Removal::from) })
        })
        .await
    }

    async fn is_in_use(&self, removal: &Removal) -> Result<bool> {
        let object = self.object(&removal.bucket_id, &removal.object_id, &mut self.reading()).await?;
        let Some(object) = object else { return Ok(false) };
        let in_use = |place: &Place| {
            object.blobs.iter().any(|blob| blob.place.as_ref().is_some_and(|own| own.key == place.key))
        };
        Ok(removal.places.iter().any(in_use))
    }

    async fn forget_removal(&self, removal: &Removal) -> Result<()> {
        let pk = format!("{}#removal#{}", removal.bucket_id, removal.incarnation);
        let delete = self.client.delete_item().table_name(&self.tables.objects).key("pk", text(pk));
        self.writing().send(|| delete.clone().send()).await.map_err(Outcome::into_error)?;
        Ok(())
    }
}
