//! The store's capabilities, one trait each. A handler's signature names those that it needs; they
//! say which DynamoDB rights its function has.
//!
//! Every method fails with the domain's error: 404s and 409s as the contract has them, 503 when
//! DynamoDB is throttled or out of reach and nothing was stored, 500 when the outcome is unknown.

use std::collections::{BTreeMap, BTreeSet};
use std::time::Duration;

use stowage_domain::Result;
use stowage_domain::batch::{Batch, BatchProgress, ObjectReport, Refusal};
use stowage_domain::blob::Waiting;
use stowage_domain::bucket::{Bucket, BucketCounts};
use stowage_domain::counter::ObjectChange;
use stowage_domain::id::{BatchId, BucketId, NamespaceId, ObjectId, OrganisationId, TaskId, UploadId};
use stowage_domain::key::{ApiKey, KeyHash};
use stowage_domain::listing::{Stretch, Walked};
use stowage_domain::namespace::{Namespace, NamespaceCounts, Scope};
use stowage_domain::object::{Amendment, MirrorMessage, Mirrored, Object, ObjectWrite, Replaced, Written};
use stowage_domain::place::Place;
use stowage_domain::task::{Next, Task};
use stowage_domain::time::Timestamp;
use stowage_domain::upload::{Kept, Upload};

/// Which turn of which task `run-task` is to work on.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Turn {
    /// Whose task it is.
    pub organisation_id: OrganisationId,
    /// The task.
    pub task_id: TaskId,
    /// The turn, from 0.
    pub number: u32,
}

/// What is to become of something stored.
#[derive(Clone, Debug)]
pub struct Change<T> {
    /// What it is to be.
    pub to: T,
    /// The task that the change makes necessary, stored with it.
    pub task: Option<Task>,
}

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
    /// Stores a new namespace. A 409 if its name or id is taken, or its name was given up just now.
    fn create_namespace(&self, namespace: &Namespace) -> impl Future<Output = Result<()>> + Send;
}

/// Reads namespaces as they are now.
pub trait ReadNamespace: Send + Sync {
    /// The namespace with this id or name, and what is counted of it.
    fn read_namespace(
        &self,
        organisation: &OrganisationId,
        identifier: &str,
    ) -> impl Future<Output = Result<(Namespace, NamespaceCounts)>> + Send;
}

/// Lists namespaces.
pub trait ListNamespaces: Send + Sync {
    /// Walks a part of an organisation's namespaces in the order of their creation.
    fn list_namespaces(
        &self,
        organisation: &OrganisationId,
        stretch: &Stretch,
    ) -> impl Future<Output = Result<Walked<(Namespace, NamespaceCounts)>>> + Send;
    /// Those of these that are there.
    fn these_namespaces(
        &self,
        organisation: &OrganisationId,
        ids: &BTreeSet<NamespaceId>,
    ) -> impl Future<Output = Result<Vec<(Namespace, NamespaceCounts)>>> + Send;
    /// How many there are.
    fn count_namespaces(&self, organisation: &OrganisationId) -> impl Future<Output = Result<u64>> + Send;
}

/// Changes namespaces, and marks them as being deleted.
pub trait ChangeNamespace: Send + Sync {
    /// Changes the namespace with this id or name as it is now. `change` is asked again when somebody
    /// else changed it meanwhile; `None` leaves it. A 409 if its new name is taken.
    fn change_namespace(
        &self,
        organisation: &OrganisationId,
        identifier: &str,
        change: impl Fn(&Namespace) -> Result<Option<Change<Namespace>>> + Send + Sync,
    ) -> impl Future<Output = Result<Namespace>> + Send;
}

/// Removes namespaces.
pub trait RemoveNamespace: Send + Sync {
    /// Removes a namespace that is marked as being deleted and has no buckets left, with its name and
    /// counters. One that is gone is no error.
    fn remove_namespace(
        &self,
        organisation: &OrganisationId,
        namespace: &NamespaceId,
    ) -> impl Future<Output = Result<()>> + Send;
}

/// Looks up buckets.
pub trait FindBucket: Send + Sync {
    /// The bucket with this id or name. Cached, unless it is being deleted.
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
    /// Stores a new bucket. A 409 if its name is taken or was given up just now, or if the namespace is
    /// being deleted.
    fn create_bucket(&self, bucket: &Bucket) -> impl Future<Output = Result<()>> + Send;
}

/// Reads buckets as they are now.
pub trait ReadBucket: Send + Sync {
    /// The bucket with this id or name, and what is counted of it.
    fn read_bucket(
        &self,
        scope: &Scope,
        identifier: &str,
    ) -> impl Future<Output = Result<(Bucket, BucketCounts)>> + Send;
}

/// Lists buckets.
pub trait ListBuckets: Send + Sync {
    /// Walks a part of a namespace's buckets in the order of their creation.
    fn list_buckets(
        &self,
        scope: &Scope,
        stretch: &Stretch,
    ) -> impl Future<Output = Result<Walked<(Bucket, BucketCounts)>>> + Send;
    /// What is counted of the namespace.
    fn count_in_namespace(&self, scope: &Scope) -> impl Future<Output = Result<NamespaceCounts>> + Send;
}

/// Changes buckets, and marks them as being deleted.
pub trait ChangeBucket: Send + Sync {
    /// Changes the bucket with this id or name as it is now. `change` is asked again when somebody else
    /// changed it meanwhile; `None` leaves it. A 409 if its new name is taken.
    fn change_bucket(
        &self,
        scope: &Scope,
        identifier: &str,
        change: impl Fn(&Bucket) -> Result<Option<Change<Bucket>>> + Send + Sync,
    ) -> impl Future<Output = Result<Bucket>> + Send;
}

/// Removes buckets.
pub trait RemoveBucket: Send + Sync {
    /// Removes a bucket that is marked as being deleted, with its name and counters, and leaves a
    /// tombstone. What it held must be gone. One that is gone itself is no error.
    fn remove_bucket(
        &self,
        scope: &Scope,
        bucket: &BucketId,
        now: Timestamp,
    ) -> impl Future<Output = Result<()>> + Send;
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

/// What was recorded of a copy.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Recorded {
    /// How it ended; the blob has these very bytes, if there are any.
    This,
    /// The blob has the same bytes in another place, which were there before: these are nobody's.
    Another,
    /// Nothing: there is no such blob that waits any more.
    Nothing,
}

/// Brings copies of sources into objects.
pub trait MirrorObject: Send + Sync {
    /// Records how the copy of a blob ended, in the object that the message means. Unless the client wants one
    /// of its own, the copy is one that objects of the bucket share: an earlier one, where there is any with
    /// the same content.
    fn mirror_object(
        &self,
        message: &MirrorMessage,
        waiting: &Waiting,
        mirrored: &Mirrored,
        now: Timestamp,
    ) -> impl Future<Output = Result<Recorded>> + Send;
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

/// Lists objects.
pub trait ListObjects: Send + Sync {
    /// Walks a part of a bucket's objects in the order of their creation. An object shows once the index
    /// has it, and one that was deleted until all replicas know, either for moments.
    fn list_objects(
        &self,
        bucket: &Bucket,
        stretch: &Stretch,
    ) -> impl Future<Output = Result<Walked<Object>>> + Send;

    /// How many objects the index lists; `None` if they are more than `at_most`.
    fn count_objects(
        &self,
        bucket: &Bucket,
        at_most: u64,
    ) -> impl Future<Output = Result<Option<u64>>> + Send;
}

/// Stores new uploads.
pub trait PutUpload: Send + Sync {
    /// Stores a new upload.
    fn put_upload(&self, upload: &Upload) -> impl Future<Output = Result<()>> + Send;

    /// Stores new uploads, each by itself. After a failure some of them may be there, unused until
    /// their records end; the error is a 503 only if none is.
    fn put_uploads(&self, uploads: &[&Upload]) -> impl Future<Output = Result<()>> + Send;
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

/// Lists uploads.
pub trait ListUploads: Send + Sync {
    /// Walks a part of a bucket's uploads in the order of their creation, as [`ListObjects`] does.
    fn list_uploads(
        &self,
        bucket: &Bucket,
        stretch: &Stretch,
    ) -> impl Future<Output = Result<Walked<Upload>>> + Send;

    /// How many uploads the index lists; `None` if they are more than `at_most`.
    fn count_uploads(
        &self,
        bucket: &Bucket,
        at_most: u64,
    ) -> impl Future<Output = Result<Option<u64>>> + Send;
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
    /// The task of what is still to be verified, if it has bytes of its own.
    pub verification: Option<Task>,
}

/// Confirms uploads.
pub trait CompleteUpload: Send + Sync {
    /// Moves an upload from PENDING to COMPLETED and writes its object in one transaction. Where it
    /// may stand for an earlier upload with the same bytes, it becomes its duplicate. If another
    /// confirm was first, that one's outcome is the answer.
    fn complete_upload(&self, completion: Completion) -> impl Future<Output = Result<Upload>> + Send;
}

/// Records what became of the verification of a declared SHA-256. An upload that is gone or going stays so.
pub trait VerifyUpload: Send + Sync {
    /// The bytes have it: the upload is found by it from now on, if the bucket's uploads are found by content
    /// and no other is found by this.
    fn upload_verified(&self, upload: &Upload, indexed: bool) -> impl Future<Output = Result<()>> + Send;

    /// They don't: the upload's message says so, and it stands for no other any more.
    fn upload_contradicted(&self, upload: &Upload) -> impl Future<Output = Result<()>> + Send;
}

/// Cancels uploads.
pub trait CancelUpload: Send + Sync {
    /// Moves an upload from PENDING to CANCELED; one that is CANCELED stays so. A 400 if a confirm was
    /// first, a 404 if it is gone. Whether its bytes are to stay is noted for whoever removes what a
    /// late PUT brings.
    fn cancel_upload(&self, upload: &Upload, keep_bytes: bool) -> impl Future<Output = Result<()>> + Send;
}

/// A row that was come by.
#[derive(Clone, Debug)]
pub struct Row<T> {
    /// Its partition key.
    pub key: String,
    /// What it says, if it can be read.
    pub record: Result<T>,
}

/// A part of all rows of a kind.
#[derive(Clone, Debug)]
pub struct Scanned<T> {
    /// What is in it.
    pub found: Vec<Row<T>>,
    /// Behind which row the next part begins; none at the end.
    pub next: Option<String>,
}

/// Clears up after uploads.
pub trait CleanUploads: Send + Sync {
    /// A part of the uploads of all organisations, of at most so many rows, read consistently.
    fn scan_uploads(
        &self,
        after: Option<&str>,
        at_most: u32,
    ) -> impl Future<Output = Result<Scanned<Kept>>> + Send;

    /// Moves an upload from PENDING to FAILED, for good; false if somebody was first.
    fn fail_upload(&self, upload: &Upload) -> impl Future<Output = Result<bool>> + Send;

    /// Whether it is confirmed and claimed by nobody, by a consistent read.
    fn is_to_stay(&self, upload: &Upload) -> impl Future<Output = Result<bool>> + Send;

    /// Notes that its bytes were removed, as of an instant.
    fn note_removed_bytes(&self, upload: &Upload, at: Timestamp) -> impl Future<Output = Result<()>> + Send;

    /// Claims an upload that no object has referred to since then, so that none can any more; false if
    /// one does, or has meanwhile.
    fn claim_unreferenced(
        &self,
        upload: &Upload,
        since: Timestamp,
    ) -> impl Future<Output = Result<bool>> + Send;

    /// Removes the pointers from content to an upload whose bytes are gone.
    fn forget_content(&self, upload: &Upload) -> impl Future<Output = Result<()>> + Send;

    /// Removes the row of an upload that was claimed.
    fn remove_claimed(&self, upload: &Upload) -> impl Future<Output = Result<()>> + Send;
}

/// A note of bytes that nobody needs any more.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Removal {
    /// The note's partition key.
    pub key: String,
    /// Where they are.
    pub places: Vec<Place>,
    /// When an object left them that was deleted or updated, or when they were found to be nobody's.
    pub removed_at: Timestamp,
    /// Whether no row ever named them, as far as is known.
    pub is_orphan: bool,
}

/// Notes bytes that updates have replaced.
pub trait NoteReplaced: Send + Sync {
    /// Notes them, or notes the same again.
    fn note_replaced(&self, replaced: &Replaced, at: Timestamp) -> impl Future<Output = Result<()>> + Send;
}

/// Finds the notes of bytes that objects have left.
pub trait RemoveBytes: Send + Sync {
    /// Walks them, of all organisations.
    fn list_removals(&self, stretch: &Stretch) -> impl Future<Output = Result<Walked<Row<Removal>>>> + Send;

    /// Whether a row has any of these bytes, by a consistent read of those that may.
    fn is_in_use(&self, removal: &Removal) -> impl Future<Output = Result<bool>> + Send;

    /// Removes a note whose bytes are gone.
    fn forget_removal(&self, removal: &Removal) -> impl Future<Output = Result<()>> + Send;
}

/// Finds bytes that no row names.
pub trait FindOrphans: Send + Sync {
    /// Those of these keys that no row has, by consistent reads; keys that name no row are none of them.
    fn without_row<'a>(&self, keys: &'a [String]) -> impl Future<Output = Result<Vec<&'a str>>> + Send;

    /// Notes that this key's bytes are nobody's; false if that is noted already.
    fn note_orphan(&self, key: &str, at: Timestamp) -> impl Future<Output = Result<bool>> + Send;
}

/// Goes through all objects.
pub trait ScanObjects: Send + Sync {
    /// A part of the objects of all organisations, of at most so many rows; if asked, of those alone that
    /// wait for a copy. What it shows may be out of date by moments.
    fn scan_objects(
        &self,
        after: Option<&str>,
        at_most: u32,
        waiting: bool,
    ) -> impl Future<Output = Result<Scanned<Object>>> + Send;
}

/// Has the copies of an object's sources tried again.
pub trait RemindOfCopies: Send + Sync {
    /// Tells of the object once more, as it is; false if it has changed since it was read.
    fn remind_of_copies(&self, object: &Object, now: Timestamp) -> impl Future<Output = Result<bool>> + Send;
}

/// Says of objects that something is wrong with their bytes.
pub trait FailObject: Send + Sync {
    /// Makes the object FAILED for this reason, if it is there in this life and still has the bytes of this
    /// place; false if it hasn't.
    fn fail_object(
        &self,
        object: &Object,
        place: &Place,
        reason: &str,
        now: Timestamp,
    ) -> impl Future<Output = Result<bool>> + Send;
}

/// How far a pass of `reconcile` is that takes more than one run.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct PassState {
    /// Behind what it goes on; none at its beginning.
    pub after: Option<String>,
    /// When it last came to its end, if that decides when it begins anew.
    pub ended_at: Option<Timestamp>,
}

/// Remembers where the passes of `reconcile` stand.
pub trait RememberPass: Send + Sync {
    /// How far a pass is.
    fn pass(&self, name: &str) -> impl Future<Output = Result<PassState>> + Send;

    /// Notes that.
    fn remember_pass(&self, name: &str, state: &PassState) -> impl Future<Output = Result<()>> + Send;
}

/// Stores tasks.
pub trait PutTask: Send + Sync {
    /// Stores a task, or the same again.
    fn put_task(&self, task: &Task) -> impl Future<Output = Result<()>> + Send;
}

/// Stores tasks that `run-task` is to do.
pub trait SubmitTask: Send + Sync {
    /// Stores a task and what makes `run-task` begin with it, together.
    fn submit_task(&self, task: &Task) -> impl Future<Output = Result<()>> + Send;
}

/// Looks up tasks.
pub trait FindTask: Send + Sync {
    /// The task with this id, read consistently.
    fn find_task(
        &self,
        organisation: &OrganisationId,
        task: &TaskId,
    ) -> impl Future<Output = Result<Option<Task>>> + Send;
}

/// Calls tasks off.
pub trait CancelTask: Send + Sync {
    /// Moves a task from PENDING to CANCELED; one that is CANCELED stays so. A 400 if it has begun, or
    /// can't be called off at all.
    fn cancel_task(&self, task: &Task, now: Timestamp) -> impl Future<Output = Result<Task>> + Send;
}

/// Lists tasks.
pub trait ListTasks: Send + Sync {
    /// Walks a part of an organisation's tasks in the order of their creation.
    fn list_tasks(
        &self,
        organisation: &OrganisationId,
        stretch: &Stretch,
    ) -> impl Future<Output = Result<Walked<Task>>> + Send;

    /// How many there are; `None` if they are more than `at_most`.
    fn count_tasks(
        &self,
        organisation: &OrganisationId,
        at_most: u64,
    ) -> impl Future<Output = Result<Option<u64>>> + Send;
}

/// Tells which objects aren't there.
pub trait AbsentObjects: Send + Sync {
    /// Those of these objects that aren't in the bucket, by consistent reads.
    fn absent_objects(
        &self,
        bucket: &Bucket,
        objects: &[ObjectId],
    ) -> impl Future<Output = Result<BTreeSet<ObjectId>>> + Send;
}

/// Makes batches.
pub trait CreateBatch: Send + Sync {
    /// Stores a new batch, with its task if it is submitted with it. Gives the batch that has this id
    /// now: an earlier request may have made it, if the id is derived.
    fn create_batch(&self, batch: &Batch, task: Option<&Task>) -> impl Future<Output = Result<Batch>> + Send;
}

/// Looks up batches.
pub trait FindBatch: Send + Sync {
    /// The batch with this id, read consistently.
    fn find_batch(
        &self,
        organisation: &OrganisationId,
        batch: &BatchId,
    ) -> impl Future<Output = Result<Option<Batch>>> + Send;
}

/// Changes and deletes batches.
pub trait ChangeBatch: Send + Sync {
    /// Changes a batch, beginning with it as it was read, and stores the task that the change makes
    /// necessary with it. `change` is asked again when somebody else changed it meanwhile. A 404 if it
    /// is gone by then.
    fn change_batch(
        &self,
        batch: &Batch,
        change: impl Fn(&Batch) -> Result<(Batch, Option<Task>)> + Send + Sync,
    ) -> impl Future<Output = Result<(Batch, Option<Task>)>> + Send;

    /// Deletes a batch that no processor may be working on; a 400 of one that one may.
    fn delete_batch(&self, batch: &Batch) -> impl Future<Output = Result<()>> + Send;
}

/// Reads how far batches are.
pub trait ReadProgress: Send + Sync {
    /// What is counted of a batch's last attempt; `None` of one that was never submitted.
    fn batch_progress(&self, batch: &Batch) -> impl Future<Output = Result<Option<BatchProgress>>> + Send;

    /// The objects of a batch that were reported as completed, in any attempt.
    fn completed_objects(&self, batch: &Batch) -> impl Future<Output = Result<BTreeSet<ObjectId>>> + Send;
}

/// Records what processors report.
pub trait ReportBatch: Send + Sync {
    /// Records what became of objects of a batch's present attempt, and gives for each why it is
    /// refused, if it is. What was recorded already isn't counted again. A 409 if the attempt isn't the
    /// present one any more, a 400 if it takes no reports.
    fn report_objects(
        &self,
        batch: &Batch,
        reports: &[ObjectReport],
        now: Timestamp,
    ) -> impl Future<Output = Result<Vec<Option<Refusal>>>> + Send;
}

/// An attempt at a batch that takes reports.
#[derive(Clone, Debug)]
pub struct OpenAttempt {
    /// Whose batch it is.
    pub organisation_id: OrganisationId,
    /// The batch.
    pub batch_id: BatchId,
    /// What is counted of it.
    pub progress: BatchProgress,
}

/// Lists open attempts.
pub trait ListAttempts: Send + Sync {
    /// Walks a part of all open attempts, of any organisation, in the order of their submission. The index
    /// shows an attempt's beginning and end after moments.
    fn list_attempts(
        &self,
        stretch: &Stretch,
    ) -> impl Future<Output = Result<Walked<Row<OpenAttempt>>>> + Send;
}

/// Ends the processing of objects from outside.
pub trait ReleaseObjects: Send + Sync {
    /// Ends what the processor of a batch began with and won't end: its objects that are `IN_PROGRESS`
    /// become FAILED with this error, or PENDING without.
    fn release_objects(
        &self,
        batch: &Batch,
        error: Option<&str>,
        now: Timestamp,
    ) -> impl Future<Output = Result<()>> + Send;
}

/// Lists batches.
pub trait ListBatches: Send + Sync {
    /// Walks a part of a bucket's batches in the order of their creation.
    fn list_batches_of_bucket(
        &self,
        bucket: &Bucket,
        stretch: &Stretch,
    ) -> impl Future<Output = Result<Walked<Batch>>> + Send;

    /// How many a bucket has; `None` if they are more than `at_most`.
    fn count_batches_of_bucket(
        &self,
        bucket: &Bucket,
        at_most: u64,
    ) -> impl Future<Output = Result<Option<u64>>> + Send;

    /// Walks a part of an organisation's batches in the order of their creation.
    fn list_batches(
        &self,
        organisation: &OrganisationId,
        stretch: &Stretch,
    ) -> impl Future<Output = Result<Walked<Batch>>> + Send;

    /// How many an organisation has; `None` if they are more than `at_most`.
    fn count_batches(
        &self,
        organisation: &OrganisationId,
        at_most: u64,
    ) -> impl Future<Output = Result<Option<u64>>> + Send;
}

/// Works on tasks, for `run-task`.
pub trait WorkOnTask: Send + Sync {
    /// Begins a turn of a task, or begins it again. `None` if there is nothing to do: the task is
    /// finished, called off or gone, or another turn is to work on it.
    fn begin_turn(&self, turn: &Turn, now: Timestamp) -> impl Future<Output = Result<Option<Task>>> + Send;

    /// Stores how far a task is, and who goes on with it. False if it isn't this turn's any more.
    fn save_task(&self, task: &Task, next: Next) -> impl Future<Output = Result<bool>> + Send;
}

/// A turn that was handed out.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct HandedOut {
    /// The turn.
    pub turn: Turn,
    /// When that was.
    pub at: Timestamp,
}

/// Finds tasks that nobody works on any more.
pub trait ReviveTasks: Send + Sync {
    /// Walks the rows of turns that were handed out, of all organisations.
    fn list_turns(&self, stretch: &Stretch) -> impl Future<Output = Result<Walked<Row<HandedOut>>>> + Send;

    /// Gives a task another turn; false if it isn't as it was read any more.
    fn give_turn(&self, task: &Task, now: Timestamp) -> impl Future<Output = Result<bool>> + Send;

    /// Gives a task up, and says why; false if it isn't as it was read any more.
    fn give_up(&self, task: &Task, error: &str, now: Timestamp) -> impl Future<Output = Result<bool>> + Send;

    /// Removes the row of a turn that is over.
    fn forget_turn(&self, turn: &Turn) -> impl Future<Output = Result<()>> + Send;
}

/// Removes what a bucket holds that is marked as being deleted. Rows alone: their bytes go first.
pub trait SweepBucket: Send + Sync {
    /// How long after it was marked others may still write to a bucket, because they keep it in memory.
    fn remembered_for(&self) -> Duration;

    /// Removes an object as it was read, with the pointer to its content. False if it has changed
    /// since, or is gone.
    fn sweep_object(&self, object: &Object) -> impl Future<Output = Result<bool>> + Send;

    /// Removes a batch, whatever became of it since it was read, and calls its task off.
    fn sweep_batch(&self, batch: &Batch, now: Timestamp) -> impl Future<Output = Result<()>> + Send;

    /// Removes an upload, whatever became of it since it was read, with the pointers to its content.
    fn sweep_upload(&self, upload: &Upload) -> impl Future<Output = Result<()>> + Send;
}

/// Counts objects.
pub trait CountObjects: Send + Sync {
    /// Adds changes of a bucket's objects to its counters and its namespace's, each change once.
    fn count_objects(
        &self,
        scope: &Scope,
        bucket: &BucketId,
        changes: &[ObjectChange],
        now: Timestamp,
    ) -> impl Future<Output = Result<()>> + Send;
}
