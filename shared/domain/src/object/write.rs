//! One create under its policy: what it changes, and what it makes of the stored object.

use std::collections::BTreeSet;

use serde::Serialize;
use serde_json::{Map, Value};

use super::{Object, ObjectStatus, content_identity, upload_ids};
use crate::blob::Blob;
use crate::edge::Edge;
use crate::id::{BucketId, Incarnation, ObjectId, UploadId, WriteId};
use crate::namespace::Scope;
use crate::policy::Policy;
use crate::schema::BucketSchema;
use crate::time::Timestamp;
use crate::unique_key::UniqueKey;
use crate::violation::Path;

/// A required property that the request itself doesn't provide; the stored object must.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Requirement {
    /// The property.
    pub name: String,
    /// Whether a stored blob of it is enough: not when the request replaces the blobs.
    pub blob_will_do: bool,
}

/// How a repeat of the request is told from a new one.
#[derive(Clone, Debug, PartialEq)]
pub enum Replay {
    /// The client named no idempotency key.
    Never,
    /// The key decided the object's id; the object itself keeps the fingerprint.
    ById {
        /// What the request asks for.
        fingerprint: String,
    },
    /// A claim beside the object, on buckets whose unique key decides the id.
    ByClaim {
        /// The claim's id within the bucket.
        claim_id: String,
        /// What the request asks for.
        fingerprint: String,
    },
}

/// What the client named that led to an object of an earlier request.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
#[cfg_attr(feature = "openapi", derive(schemars::JsonSchema))]
#[serde(rename_all = "snake_case")]
pub enum ReplayedBy {
    /// Its idempotency key.
    IdempotencyKey,
    /// Its content, which was not to be stored twice.
    SkipDuplicates,
}

/// What came of a write.
#[derive(Clone, Debug, PartialEq)]
pub struct Written {
    /// The object, as it is stored.
    pub object: Object,
    /// How an earlier request turned out to have made it; `None` if this one wrote it.
    pub replayed_by: Option<ReplayedBy>,
}

impl Written {
    /// An object that this request wrote, on whichever of its attempts.
    pub fn now(object: Object) -> Self {
        Self { object, replayed_by: None }
    }

    /// An object of an earlier request.
    pub fn before(object: Object, by: ReplayedBy) -> Self {
        Self { object, replayed_by: Some(by) }
    }
}

/// What a request sets. On an update, what it doesn't set stays.
#[derive(Clone, Debug, PartialEq)]
pub struct Change {
    /// The custom fields that it sends.
    pub fields: Map<String, Value>,
    /// The schema's defaults of fields that it doesn't send, for where the stored object lacks them.
    pub defaults: Map<String, Value>,
    /// A logical path of the client's.
    pub key_prefix: Option<String>,
    /// The whole new list of blobs.
    pub blobs: Option<Vec<Blob>>,
    /// The whole new list of edges.
    pub edges: Option<Vec<Edge>>,
    /// What the stored object must provide.
    pub requirements: Vec<Requirement>,
    /// Where the custom fields stand in the request.
    pub fields_at: Path,
}

/// One create, ready to be written.
#[derive(Clone, Debug)]
pub struct ObjectWrite {
    /// Whose object it is.
    pub scope: Scope,
    /// The bucket.
    pub bucket_id: BucketId,
    /// The object's id, if this write makes it or if it is there.
    pub object_id: ObjectId,
    /// The listing shard, if this write makes the object.
    pub shard: u32,
    /// What to do about an existing object; `None` on a bucket without a unique key.
    pub policy: Option<Policy>,
    /// The bucket's schema, which says when two key values are one.
    pub schema: BucketSchema,
    /// The key that the id derives from.
    pub unique_key: Option<UniqueKey>,
    /// How a repeat is told.
    pub replay: Replay,
    /// Whether an object with the same content is to be returned instead.
    pub skip_duplicates: bool,
    /// What the request sets.
    pub change: Change,
    /// This request's mark on what it writes, the same for all its attempts.
    pub write_id: WriteId,
    /// The time of the request.
    pub now: Timestamp,
}

impl ObjectWrite {
    /// The object that this write makes where there is none.
    pub fn create(&self) -> Object {
        let mut fields = self.change.defaults.clone();
        fields.extend(self.change.fields.clone());
        Object {
            scope: self.scope.clone(),
            bucket_id: self.bucket_id.clone(),
            object_id: self.object_id.clone(),
            key_prefix: self.change.key_prefix.clone(),
            blobs: self.change.blobs.clone().unwrap_or_default(),
            edges: self.change.edges.clone().unwrap_or_default(),
            fields,
            status: ObjectStatus::Pending,
            error: None,
            document_count: 0,
            processing: None,
            unique_key: self.unique_key.as_ref().map(|key| key.values.clone()),
            fingerprint: match &self.replay {
                Replay::ById { fingerprint } => Some(fingerprint.clone()),
                _ => None,
            },
            incarnation: Incarnation::random(),
            version: 1,
            write_id: self.write_id.clone(),
            shard: self.shard,
            created_at: self.now,
            updated_at: self.now,
        }
    }

    /// The object that this write makes of an existing one (contract section 6, "Update keeps …").
    pub fn update(&self, old: &Object) -> Object {
        let mut fields = self.change.defaults.clone();
        fields.extend(old.fields.clone());
        fields.extend(self.change.fields.clone());
        Object {
            key_prefix: self.change.key_prefix.clone().or_else(|| old.key_prefix.clone()),
            blobs: self.change.blobs.clone().unwrap_or_else(|| old.blobs.clone()),
            edges: self.change.edges.clone().unwrap_or_else(|| old.edges.clone()),
            fields,
            status: ObjectStatus::Pending,
            error: None,
            version: old.version + 1,
            write_id: self.write_id.clone(),
            updated_at: self.now,
            ..old.clone()
        }
    }

    /// The uploads that the new blobs refer to.
    pub fn upload_ids(&self) -> BTreeSet<UploadId> {
        upload_ids(self.change.blobs.as_deref().unwrap_or_default())
    }

    /// See [`Object::content_identity`]; of the blobs that this write brings.
    pub fn content_identity(&self) -> Option<String> {
        content_identity(self.change.blobs.as_deref().unwrap_or_default())
    }
}
