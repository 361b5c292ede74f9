//! The store's capabilities, one trait each. A handler's signature names those that it needs; they
//! say which DynamoDB rights its function has.
//!
//! Every method fails with the domain's error: 404s and 409s as the contract has them, 503 when
//! DynamoDB is throttled or out of reach and nothing was stored, 500 when the outcome is unknown.

use std::collections::{BTreeMap, BTreeSet};

use stowage_domain::Result;
use stowage_domain::bucket::Bucket;
use stowage_domain::id::{ObjectId, OrganisationId, UploadId};
use stowage_domain::key::{ApiKey, KeyHash};
use stowage_domain::namespace::{Namespace, Scope};
use stowage_domain::object::{Amendment, Object, ObjectWrite, Written};
use stowage_domain::task::Task;
use stowage_domain::time::Timestamp;
use stowage_domain::upload::Upload;

/// Looks up API keys.
pub trait FindKey: Send + Sync {
    /// The key with this hash, valid or not. Cached.
    fn find_key(&self, hash: &KeyHash) -> impl Future<Output = Result<Option<ApiKey>>> + Send;
}

/// Manages API keys; for the command line, no function has it.
pub trait ManageKeys: Send + Sync {
    /// Stores a new key. A 409 if the organisation has one of this name.
    fn put_key(&self, key: &ApiKey) -> impl Future<Output = Result<()>> + Send;
    /// The organisation's keys, by name.
    fn list_keys(&self, organisation: &OrganisationId) -> impl Future<Output = Result<Vec<ApiKey>>> + Send;
    /// Marks a key revoked. Functions notice within the cache's time.
    fn revoke_key(&self, key: &ApiKey, now: Timestamp) -> impl Future<Output = Result<()>> + Send;
}

/// Looks up namespaces.
pub trait FindNamespace: Send + Sync {
    /// The namespace with this id or name. Cached.
    fn find_namespace(
        &self,
        organisation: &OrganisationId,
        identifier: &str,
    ) -> impl Future<Output = Result<Option<Namespace>>> + Send;
}

/// Makes namespaces.
pub trait CreateNamespace: Send + Sync {
    /// Stores a new namespace. A 409 if its name or id is taken.
    fn create_namespace(&self, namespace: &Namespace) -> impl Future<Output = Result<()>> + Send;
}

/// Looks up buckets.
pub trait FindBucket: Send + Sync {
    /// The bucket with this id or name. Cached.
    fn find_bucket(&self, scope: &Scope, identifier: &str) -> impl Future<Output = Result<Bucket>> + Send;
}

/// What a request is about to look up.
#[derive(Clone, Copy, Debug)]
pub struct Expected<'a> {
    /// Whose key it says that it comes with.
    pub organisation: &'a OrganisationId,
    /// The key.
    pub key: &'a KeyHash,
    /// The namespace that it names.
    pub namespace: &'a str,
    /// The bucket that it names, if it names one.
    pub bucket: Option<&'a str>,
}

/// Fills the cache.
pub trait ReadAhead: Send + Sync {
    /// Reads what is expected in one call, if there is more than one thing that is given by its id and
    /// not cached. Nothing is reported, and nothing decided: the look-ups that follow do both.
    fn read_ahead(&self, expected: Expected<'_>) -> impl Future<Output = ()> + Send;
}

/// Makes buckets.
pub trait CreateBucket: Send + Sync {
    /// Stores a new bucket. A 409 if its name is taken.
    fn create_bucket(&self, bucket: &Bucket) -> impl Future<Output = Result<()>> + Send;
}

/// Looks up whether an object is there.
pub trait FindObject: Send + Sync {
    /// The object with this id, read consistently.
    fn find_object(
        &self,
        bucket: &Bucket,
        object: &ObjectId,
    ) -> impl Future<Output = Result<Option<Object>>> + Send;
}

/// Writes objects under their policies.
pub trait WriteObject: Send + Sync {
    /// Writes an object, or finds that an earlier request did: one conditional write, or one
    /// transaction where uploads, an idempotency claim or a content pointer are part of it.
    fn write_object(&self, write: &ObjectWrite) -> impl Future<Output = Result<Written>> + Send;
}

/// Changes fields of objects.
pub trait AmendObject: Send + Sync {
    /// Sets what the amendment sets in the object as it is by then, which it gives. A 404 if it isn't
    /// there.
    fn amend_object(
        &self,
        bucket: &Bucket,
        object: &ObjectId,
        amendment: &Amendment,
    ) -> impl Future<Output = Result<Object>> + Send;
}

/// Deletes objects.
pub trait DeleteObject: Send + Sync {
    /// Deletes an object with its references to uploads. A 404 if it isn't there. Bytes stay, and what
    /// is recorded of them: the uploads' reference counts, and the places that were the object's own.
    fn delete_object(
        &self,
        bucket: &Bucket,
        object: &ObjectId,
        now: Timestamp,
    ) -> impl Future<Output = Result<()>> + Send;
}

/// Stores new uploads.
pub trait PutUpload: Send + Sync {
    /// Stores a new upload.
    fn put_upload(&self, upload: &Upload) -> impl Future<Output = Result<()>> + Send;
}

/// Looks up uploads.
pub trait FindUploads: Send + Sync {
    /// The upload with this id, read consistently.
    fn find_upload(
        &self,
        organisation: &OrganisationId,
        upload: &UploadId,
    ) -> impl Future<Output = Result<Option<Upload>>> + Send;

    /// Those of these uploads that are there, read consistently.
    fn find_uploads(
        &self,
        organisation: &OrganisationId,
        uploads: &BTreeSet<UploadId>,
    ) -> impl Future<Output = Result<BTreeMap<UploadId, Upload>>> + Send;
}

/// Looks up confirmed uploads by what Stowage verified of their bytes.
pub trait FindContent: Send + Sync {
    /// A confirmed upload of the bucket whose verified content has this identity, and whose object, if
    /// it made one, is still there.
    fn find_content(
        &self,
        bucket: &Bucket,
        identity: &str,
    ) -> impl Future<Output = Result<Option<Upload>>> + Send;
}

/// A confirmed upload that is to be stored, all of it or nothing.
#[derive(Clone, Debug)]
pub struct Completion {
    /// The upload as it is to be, without an object of its own yet.
    pub upload: Upload,
    /// The object to write with it.
    pub object: Option<ObjectWrite>,
    /// Whether the bucket's confirmed uploads are to be found by content.
    pub indexed: bool,
    /// The finished task to write with it.
    pub task: Option<Task>,
}

/// Confirms uploads.
pub trait CompleteUpload: Send + Sync {
    /// Moves an upload from PENDING to COMPLETED and writes its object in one transaction. Where it
    /// may stand for an earlier upload with the same bytes, it becomes its duplicate. If another
    /// confirm was first, that one's outcome is the answer.
    fn complete_upload(&self, completion: Completion) -> impl Future<Output = Result<Upload>> + Send;
}

/// Stores tasks.
pub trait PutTask: Send + Sync {
    /// Stores a task, or the same again.
    fn put_task(&self, task: &Task) -> impl Future<Output = Result<()>> + Send;
}
