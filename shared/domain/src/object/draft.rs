//! A valid create, before its uploads are looked up and its bytes have a place.

use std::collections::{BTreeMap, BTreeSet};

use serde_json::{Map, Value};

use super::fields::check;
use super::request::{missing, read_unique_key};
use super::write::{Change, ObjectWrite, Replay, Requirement};
use crate::blob::{Blob, BlobInput, InlineBytes};
use crate::bucket::Bucket;
use crate::edge::Edge;
use crate::error::Resource;
use crate::id::{ObjectId, UploadId, WriteId};
use crate::limits::{MAX_BLOBS_BYTES, MAX_ITEM_TEXTS_BYTES, MAX_UPLOAD_REFERENCES};
use crate::namespace::Scope;
use crate::place::Place;
use crate::policy::Policy;
use crate::schema::BucketSchema;
use crate::time::Timestamp;
use crate::unique_key::{self, UniqueKey};
use crate::upload::{Upload, UploadStatus};
use crate::violation::{Path, Violations};
use crate::{Error, Result};

/// An idempotency key with what its request asked for.
#[derive(Clone, Debug, PartialEq)]
pub(super) struct Idempotency {
    pub(super) key: String,
    pub(super) fingerprint: String,
}

/// A valid create.
#[derive(Clone, Debug)]
pub struct Draft {
    pub(super) policy: Option<Policy>,
    pub(super) fields: Map<String, Value>,
    pub(super) defaults: Map<String, Value>,
    pub(super) key_prefix: Option<String>,
    pub(super) edges: Option<Vec<Edge>>,
    pub(super) blobs: Vec<BlobInput>,
    pub(super) requirements: Vec<Requirement>,
    pub(super) skip_duplicates: bool,
    pub(super) idempotency: Option<Idempotency>,
    pub(super) unique_key: Option<UniqueKey>,
}

/// Bytes that must be in S3 before the object's item is written.
#[derive(Clone, Debug, PartialEq)]
pub struct PendingBytes {
    /// Which blob of [`Change::blobs`] they belong to.
    pub blob: usize,
    /// Where they go.
    pub place: Place,
    /// What they are.
    pub inline: InlineBytes,
}

/// A create that is ready: the bytes to put into S3, then the write.
#[derive(Clone, Debug)]
pub struct Prepared {
    /// What S3 must have first.
    pub bytes: Vec<PendingBytes>,
    /// What DynamoDB gets.
    pub write: ObjectWrite,
}

impl Draft {
    /// The uploads that the blobs refer to.
    pub fn upload_ids(&self) -> BTreeSet<UploadId> {
        self.blobs.iter().filter_map(|blob| blob.upload_id().cloned()).collect()
    }

    /// Gives the object an id and its blobs their places. `uploads` holds what the store has under
    /// [`Self::upload_ids`] of the caller's organisation.
    pub fn prepare(
        self,
        scope: &Scope,
        bucket: &Bucket,
        uploads: &BTreeMap<UploadId, Upload>,
        now: Timestamp,
    ) -> Result<Prepared> {
        for id in self.upload_ids() {
            check_usable(uploads.get(&id), &id, bucket, now)?;
        }
        let (object_id, replay) = identify(bucket, self.unique_key.as_ref(), self.idempotency.clone());
        let mut blobs = Vec::with_capacity(self.blobs.len());
        let mut bytes = Vec::new();
        for input in self.blobs {
            let upload = input.upload_id().and_then(|id| uploads.get(id));
            let (blob, inline) = input.into_blob(scope, bucket, &object_id, upload)?;
            if let (Some(inline), Some(place)) = (inline, &blob.place) {
                bytes.push(PendingBytes { blob: blobs.len(), place: place.clone(), inline });
            }
            blobs.push(blob);
        }
        bound_size(&mut blobs, self.edges.as_deref())?;
        let write = ObjectWrite {
            scope: scope.clone(),
            bucket_id: bucket.bucket_id.clone(),
            shard: bucket.shard_of(object_id.as_str()),
            object_id,
            policy: self.policy,
            schema: bucket.bucket_schema.clone(),
            unique_key: self.unique_key,
            replay,
            skip_duplicates: self.skip_duplicates && bucket.unique_key.is_none(),
            change: Change {
                fields: self.fields,
                defaults: self.defaults,
                key_prefix: self.key_prefix,
                // `blobs: []` on an update keeps the blobs (contract section 17).
                blobs: (!blobs.is_empty()).then_some(blobs),
                edges: self.edges,
                requirements: self.requirements,
                fields_at: Path::body(),
            },
            write_id: WriteId::random(),
            now,
        };
        Ok(Prepared { bytes, write })
    }

    /// The object that confirming an upload creates: its `object_metadata` and the one blob.
    pub fn for_upload(
        upload: &Upload,
        bucket: &Bucket,
        policy: Option<Policy>,
        now: Timestamp,
    ) -> Result<ObjectWrite> {
        let (Some(property), Some(blob_type)) = (&upload.blob_property, upload.blob_type) else {
            return Err(Error::internal("an upload that creates an object has no blob property"));
        };
        let schema = &bucket.bucket_schema;
        let at = Path::body().key("object_metadata");
        let fields = upload.object_metadata.clone().unwrap_or_default();
        let mut violations = check(&fields, schema, &at);
        if let Err(found) = schema.check_blob(property, blob_type, &Path::body().key("blob_property")) {
            violations.extend(found.into());
        }
        let requirements = missing(schema, &fields, &BTreeSet::from([property.clone()]));
        if policy.is_none_or(|policy| policy == Policy::Insert) {
            for requirement in &requirements {
                let found = BucketSchema::missing_violation(&requirement.name, &at);
                violations.extend_new_places(found.into());
            }
        }
        let unique_key = read_unique_key(bucket, &fields, &at, &mut violations);
        violations.into_result()?;

        let mut blob = Blob::new(property.clone(), blob_type);
        blob.fill_from(upload);
        let (object_id, replay) = identify(bucket, unique_key.as_ref(), None);
        Ok(ObjectWrite {
            scope: upload.scope.clone(),
            bucket_id: bucket.bucket_id.clone(),
            shard: bucket.shard_of(object_id.as_str()),
            object_id,
            policy,
            schema: schema.clone(),
            unique_key,
            replay,
            skip_duplicates: false,
            change: Change {
                defaults: schema.defaults_for(&fields),
                fields,
                key_prefix: None,
                blobs: Some(vec![blob]),
                edges: None,
                requirements,
                fields_at: at,
            },
            write_id: WriteId::random(),
            now,
        })
    }
}

/// An upload that an object may refer to: in this bucket, and confirmed. Any other is as if it
/// weren't there.
fn check_usable(upload: Option<&Upload>, id: &UploadId, bucket: &Bucket, now: Timestamp) -> Result<()> {
    match upload {
        Some(upload) if upload.bucket_id == bucket.bucket_id => match upload.status_at(now) {
            UploadStatus::Completed => Ok(()),
            other => Err(Error::UploadNotConfirmed { upload_id: id.clone(), status: other.name() }),
        },
        _ => Err(Error::not_found(Resource::Upload, id.as_str())),
    }
}

/// The object's id: derived from the unique key, else from the idempotency key, else random. On a
/// unique-key bucket an idempotency key is a claim beside the object.
fn identify(
    bucket: &Bucket,
    unique_key: Option<&UniqueKey>,
    idempotency: Option<Idempotency>,
) -> (ObjectId, Replay) {
    let secret = bucket.secret.bytes();
    match (unique_key, idempotency) {
        (Some(key), idempotency) => {
            let id = unique_key::derive_object_id(secret, &key.canonical(&bucket.bucket_schema));
            let replay = idempotency.map_or(Replay::Never, |Idempotency { key, fingerprint }| {
                Replay::ByClaim { claim_id: unique_key::claim_id(secret, &key), fingerprint }
            });
            (id, replay)
        }
        (None, Some(Idempotency { key, fingerprint })) => {
            (unique_key::derive_idempotent_id(secret, &key), Replay::ById { fingerprint })
        }
        (None, None) => (ObjectId::random(), Replay::Never),
    }
}

/// Keeps the blobs and edges within their share of a DynamoDB item: texts beyond theirs stay in S3
/// alone, metadata beyond its is refused.
fn bound_size(blobs: &mut [Blob], edges: Option<&[Edge]>) -> Result<()> {
    let mut texts = 0;
    for blob in blobs.iter_mut() {
        texts += blob.text.as_ref().map_or(0, String::len);
        if texts > MAX_ITEM_TEXTS_BYTES {
            blob.text = None;
        }
    }
    let bytes = serde_json::to_vec(&(&blobs, edges)).map_or(usize::MAX, |json| json.len());
    if bytes > MAX_BLOBS_BYTES {
        let mut violations = Violations::new();
        let message = format!(
            "blobs, their metadata and the edges must be at most {MAX_BLOBS_BYTES} bytes of JSON together"
        );
        violations.add("too_long", Path::body().key("blobs"), message);
        return Err(Error::invalid(violations));
    }
    Ok(())
}

/// Refuses a write that would change more upload references than one transaction holds, or leave
/// more than the object's deletion could give up in one.
pub(super) fn check_references(count: usize) -> Result<()> {
    if count <= MAX_UPLOAD_REFERENCES {
        return Ok(());
    }
    let message = format!(
        "an object may refer to at most {MAX_UPLOAD_REFERENCES} uploads, and one write may start or stop \
         referring to as many"
    );
    Err(Error::field("too_long", Path::body().key("blobs"), message))
}
