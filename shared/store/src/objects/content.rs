//! Content pointers: from the content of an object's blobs to an object that has it.
//!
//! A pointer is a hint. Whoever follows one reads the object and compares, so a stale pointer costs
//! a read and decides nothing.

use aws_sdk_dynamodb::types::{Delete, Put, TransactWriteItem};
use serde::{Deserialize, Serialize};
use stowage_domain::Result;
use stowage_domain::id::{BucketId, ObjectId};
use stowage_domain::object::{Object, ObjectWrite};

use crate::Store;
use crate::calls::unbuilt;
use crate::item::{from_item, text, to_item};
use crate::pace::Pace;

/// A pointer, as it is stored.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub(super) struct Pointer {
    pk: String,
    kind: String,
    object_id: ObjectId,
}

/// What is known under an object's content.
pub(super) enum Known {
    /// An object with this content.
    Object(Box<Object>),
    /// None, or a pointer that leads nowhere.
    Nothing(Option<Pointer>),
}

/// The partition key of the pointer to a bucket's objects with this content.
pub(crate) fn content_pk(bucket: &BucketId, identity: &str) -> String {
    format!("{bucket}#content#{identity}")
}

impl Pointer {
    /// The pointer to the object of a write, if its content was verified.
    pub(super) fn of(write: &ObjectWrite) -> Option<Self> {
        let identity = write.content_identity()?;
        Some(Self {
            pk: content_pk(&write.bucket_id, &identity),
            kind: "content".to_owned(),
            object_id: write.object_id.clone(),
        })
    }

    /// The action that makes the pointer where there is none, or replaces the stale one.
    pub(super) fn put(&self, table: &str, stale: Option<&Self>) -> Result<Put> {
        let mut put = Put::builder().table_name(table).set_item(Some(to_item(self)?));
        put = match stale {
            None => put.condition_expression("attribute_not_exists(pk)"),
            Some(stale) => put
                .condition_expression("attribute_not_exists(pk) OR object_id = :stale")
                .expression_attribute_values(":stale", text(&stale.object_id)),
        };
        put.build().map_err(unbuilt)
    }

    /// The action that removes the pointer to an object, refused where it leads to another one.
    pub(super) fn delete(table: &str, object: &Object, identity: &str) -> Result<TransactWriteItem> {
        let delete = Delete::builder()
            .table_name(table)
            .key("pk", text(content_pk(&object.bucket_id, identity)))
            .condition_expression("attribute_not_exists(pk) OR object_id = :object")
            .expression_attribute_values(":object", text(&object.object_id))
            .build()
            .map_err(unbuilt)?;
        Ok(TransactWriteItem::builder().delete(delete).build())
    }
}

impl Store {
    /// Follows the pointer under a write's content.
    pub(super) async fn known_content(
        &self,
        write: &ObjectWrite,
        own: &Pointer,
        pace: &mut Pace,
    ) -> Result<Known> {
        let item = self.item(&self.tables.objects, own.pk.clone(), pace).await?;
        let Some(item) = item else { return Ok(Known::Nothing(None)) };
        let pointer: Pointer = from_item(item)?;
        let object = self.object(&write.bucket_id, &pointer.object_id, pace).await?;
        Ok(match object {
            Some(object) if object.content_identity() == write.content_identity() => {
                Known::Object(Box::new(object))
            }
            _ => Known::Nothing(Some(pointer)),
        })
    }

    /// Leaves a pointer to an object that is being created, without waiting for either to succeed:
    /// at worst a later `skip_duplicates` misses this object, and makes its own.
    pub(super) async fn hint_content(&self, write: &ObjectWrite) {
        let Some(item) = Pointer::of(write).and_then(|pointer| to_item(&pointer).ok()) else { return };
        let put = self.client.put_item().table_name(&self.tables.objects).set_item(Some(item));
        if put.send().await.is_err() {
            tracing::debug!("a content pointer was not written");
        }
    }
}
