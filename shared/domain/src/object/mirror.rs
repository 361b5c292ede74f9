//! Bringing copies of sources into an object (contract section 8.1, `canonicalize_source`).

use serde::{Deserialize, Serialize};

use super::{Object, ObjectStatus};
use crate::blob::{Blob, Copied, MirrorState, Waiting};
use crate::id::{BlobId, BucketId, Incarnation, NamespaceId, ObjectId, OrganisationId};
use crate::namespace::Scope;
use crate::place::Place;
use crate::time::Timestamp;

/// Word that blobs of an object wait for their copies. It may come late, and more than once.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct MirrorMessage {
    /// The object's bucket.
    pub bucket_id: BucketId,
    /// Whose it is.
    pub organisation_id: OrganisationId,
    /// See [`Self::organisation_id`].
    pub namespace_id: NamespaceId,
    /// The object.
    pub object_id: ObjectId,
    /// The life of the object that is meant.
    pub incarnation: Incarnation,
}

impl MirrorMessage {
    /// Whose object is meant.
    pub fn scope(&self) -> Scope {
        Scope { organisation_id: self.organisation_id.clone(), namespace_id: self.namespace_id.clone() }
    }

    /// Whether this is the object that is meant, in the same life.
    pub fn means(&self, object: &Object) -> bool {
        object.scope == self.scope()
            && object.bucket_id == self.bucket_id
            && object.object_id == self.object_id
            && object.incarnation == self.incarnation
    }
}

/// How the copy of one blob ended.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Mirrored {
    /// The bytes are in S3.
    Copied(Copied),
    /// They will not be, for this reason, which names no URL.
    Failed(String),
}

impl Mirrored {
    /// Where the bytes are, if there are any.
    pub fn place(&self) -> Option<&Place> {
        match self {
            Self::Copied(copied) => Some(&copied.place),
            Self::Failed(_) => None,
        }
    }
}

impl Object {
    /// Whether any blob waits for its copy.
    pub fn is_waiting(&self) -> bool {
        self.blobs.iter().any(|blob| blob.mirror == Some(MirrorState::Waiting))
    }

    /// The object with the outcome of a blob's copy; `None` if that blob doesn't wait any more, or for
    /// another source. Who wrote it last stays: a create that is repeated knows its object by that.
    pub fn with_mirrored(&self, waiting: &Waiting, mirrored: &Mirrored, now: Timestamp) -> Option<Self> {
        let is_meant = |blob: &Blob| {
            blob.waiting().is_some_and(|now| now.blob_id == waiting.blob_id && now.url == waiting.url)
        };
        let index = self.blobs.iter().position(is_meant)?;
        let mut new = Self { version: self.version + 1, updated_at: now, ..self.clone() };
        match mirrored {
            Mirrored::Copied(copied) => new.blobs[index].fill_from_copy(copied.clone()),
            Mirrored::Failed(reason) => {
                new.blobs[index].mirror = Some(MirrorState::Failed);
                // Who processes it meanwhile says how that ends.
                if new.status == ObjectStatus::Pending {
                    new.status = ObjectStatus::Failed;
                }
                // Of several, the first.
                new.error.get_or_insert_with(|| format!("blob '{}': {reason}", waiting.property));
            }
        }
        Some(new)
    }

    /// Where the bytes of a blob are by now, if it is there and has some: an earlier attempt was stored, and
    /// only its answer was lost, or another run was first.
    pub fn place_of(&self, blob: &BlobId) -> Option<&Place> {
        self.blobs.iter().find(|known| known.blob_id == *blob)?.place.as_ref()
    }
}
