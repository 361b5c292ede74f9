//! Objects: a record of custom fields and blobs in a bucket.

mod amend;
mod batch;
mod decide;
mod draft;
mod failed;
mod fields;
mod mirror;
mod processing;
mod replaced;
mod request;
mod response;
mod write;

use std::collections::{BTreeMap, BTreeSet};

use serde::de::DeserializeOwned;
use serde::{Deserialize, Serialize};
use serde_json::{Map, Value};
use sha2::{Digest as _, Sha256};

use crate::blob::Blob;
use crate::edge::Edge;
use crate::id::{BucketId, Incarnation, ObjectId, UploadId, WriteId, hex};
use crate::namespace::Scope;
use crate::time::Timestamp;

pub use amend::{Amended, Amendment, PatchObjectRequest, UpdateObjectRequest};
pub use batch::{CreateObjectsBatchRequest, CreateObjectsBatchResponse, FailedRow, SucceededRow, in_turns};
pub use decide::Decision;
pub use draft::{Draft, PendingBytes, Prepared};
pub use mirror::{MirrorMessage, Mirrored};
pub use processing::{ContentVersion, Processed, Processing};
pub use replaced::Replaced;
pub use request::CreateObjectRequest;
pub use response::ObjectResponse;
pub use write::{Change, ObjectWrite, Replay, ReplayedBy, Requirement, Written};

pub(crate) use fields::check as check_fields;

/// How far an object's processing is.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(schemars::JsonSchema))]
#[serde(rename_all = "SCREAMING_SNAKE_CASE")]
pub enum ObjectStatus {
    /// Stored, not processed.
    Pending,
    /// A processor has begun with it.
    InProgress,
    /// It is processed.
    Completed,
    /// It could not be processed; its error says why.
    Failed,
}

/// An object, as it is stored.
#[derive(Clone, Debug, PartialEq)]
pub struct Object {
    /// Whose it is.
    pub scope: Scope,
    /// The bucket that holds it.
    pub bucket_id: BucketId,
    /// Its id, unique in the bucket.
    pub object_id: ObjectId,
    /// A logical path of the client's.
    pub key_prefix: Option<String>,
    /// Its blobs, in the order of the request.
    pub blobs: Vec<Blob>,
    /// Its edges.
    pub edges: Vec<Edge>,
    /// The custom root fields.
    pub fields: Map<String, Value>,
    /// How far its processing is.
    pub status: ObjectStatus,
    /// Why its processing failed.
    pub error: Option<String>,
    /// Documents that processors made of it.
    pub document_count: u64,
    /// The last report of its processing.
    pub processing: Option<Processing>,
    /// The clear values behind a derived id, so that a collision can't merge two objects.
    pub unique_key: Option<BTreeMap<String, Value>>,
    /// What the request that made it asked for, when an idempotency key decided its id.
    pub fingerprint: Option<String>,
    /// One life under this id.
    pub incarnation: Incarnation,
    /// Counts the writes of this life, from 1.
    pub version: u64,
    /// The request that wrote it last.
    pub write_id: WriteId,
    /// Its shard of the listing index.
    pub shard: u32,
    /// When it was made.
    pub created_at: Timestamp,
    /// When it last changed.
    pub updated_at: Timestamp,
}

impl Object {
    /// The uploads that its blobs refer to, each once.
    pub fn upload_ids(&self) -> BTreeSet<UploadId> {
        upload_ids(&self.blobs)
    }

    /// What makes two objects of a bucket the same content: the sorted pairs of property and
    /// verified hash, hashed. `None` without blobs, or if any blob's content wasn't verified.
    pub fn content_identity(&self) -> Option<String> {
        content_identity(&self.blobs)
    }
}

/// What a type shows of an object's item, given as plain JSON; `None` of any other item.
pub(crate) fn read_image<T: DeserializeOwned>(item: &Map<String, Value>) -> Option<T> {
    let is_object = item.get("kind").is_some_and(|kind| kind == "object");
    is_object.then(|| serde_json::from_value(Value::Object(item.clone())).ok()).flatten()
}

fn content_identity(blobs: &[Blob]) -> Option<String> {
    if blobs.is_empty() {
        return None;
    }
    let pairs = blobs.iter().map(|blob| Some((blob.property.as_str(), blob.verified.as_deref()?)));
    let mut pairs = pairs.collect::<Option<Vec<_>>>()?;
    pairs.sort_unstable();
    let text = serde_json::to_string(&pairs).ok()?;
    Some(hex(&Sha256::digest(text)))
}

fn upload_ids(blobs: &[Blob]) -> BTreeSet<UploadId> {
    blobs.iter().filter_map(|blob| blob.upload_id.clone()).collect()
}
