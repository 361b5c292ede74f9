//! What the store and S3 hold before an event is played: `events/fixture.json`, seeded through the
//! ports that the functions themselves write with.

use std::collections::{BTreeMap, BTreeSet};

use bytes::Bytes;
use serde::Deserialize;
use serde_json::{Value, json};
use stowage_api::clock;
use stowage_api::request::parse;
use stowage_blobs::Blobs;
use stowage_blobs::ports::{
    BucketName as _, Chunks, Described, InspectUpload as _, MirrorBytes as _, PutInline as _, SignUpload as _,
};
use stowage_domain::batch::{Batch, BatchStatus, ObjectReport, ReportedStatus};
use stowage_domain::blob::Copied;
use stowage_domain::bucket::{Bucket, BucketSecret, CreateBucketRequest};
use stowage_domain::deletion::Deletion;
use stowage_domain::id::{BucketId, Incarnation, NamespaceId, ObjectId, OrganisationId, UploadId};
use stowage_domain::idempotency::fingerprint;
use stowage_domain::key::{ApiKey, ApiKeySecret, Permission};
use stowage_domain::namespace::{Namespace, Scope};
use stowage_domain::object::{CreateObjectRequest, Draft, MirrorMessage, Mirrored, Object, ObjectWrite};
use stowage_domain::place::Place;
use stowage_domain::policy::Policy;
use stowage_domain::task::Task;
use stowage_domain::time::Timestamp;
use stowage_domain::upload::{CreateUploadRequest, Upload, UploadStatus};
use stowage_local::Stack;
use stowage_store::Store;
use stowage_store::ports::{
    Change, ChangeNamespace as _, CompleteUpload as _, Completion, CreateBatch as _, CreateBucket as _,
    CreateNamespace as _, FindObject as _, ManageKeys as _, MirrorObject as _, PutTask as _, PutUpload as _,
    Recorded, ReportBatch as _, WriteObject as _,
};

use crate::Client;

/// The file.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Fixture {
    api_keys: Vec<KeySeed>,
    namespaces: Vec<Namespace>,
    buckets: Vec<BucketSeed>,
    uploads: Vec<UploadSeed>,
    objects: Vec<ObjectSeed>,
    batches: Vec<BatchSeed>,
    tasks: Vec<TaskSeed>,
}

#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
struct KeySeed {
    key: String,
    name: String,
    organisation_id: OrganisationId,
    permissions: BTreeSet<Permission>,
    namespaces: Option<BTreeSet<NamespaceId>>,
    expires_at: Option<Timestamp>,
    revoked_at: Option<Timestamp>,
}

#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
struct BucketSeed {
    bucket_id: BucketId,
    organisation_id: OrganisationId,
    namespace_id: NamespaceId,
    /// Fixed, so that the ids that derive from unique and idempotency keys are.
    secret: BucketSecret,
    at: Timestamp,
    /// Of one that is being deleted.
    deletion: Option<Deletion>,
    request: Value,
}

#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
struct UploadSeed {
    upload_id: UploadId,
    /// What it is there for, for people.
    #[serde(rename = "for")]
    purpose: String,
    bucket_id: BucketId,
    status: UploadStatus,
    at: Option<Timestamp>,
    /// Where a fixed time would be wrong one day: before an expiry, or soon after one.
    seconds_ago: Option<i64>,
    bytes: Option<String>,
    object_id: Option<ObjectId>,
    request: Value,
}

#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
struct BatchSeed {
    /// What it is there for, for people.
    #[serde(rename = "for")]
    purpose: String,
    batch: Batch,
    /// Those of its objects that its processor has begun with.
    #[serde(default)]
    in_progress: Vec<ObjectId>,
}

#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
struct TaskSeed {
    /// What it is there for, for people.
    #[serde(rename = "for")]
    purpose: String,
    task: Task,
}

#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
struct ObjectSeed {
    /// What it is there for, for people.
    #[serde(rename = "for")]
    purpose: String,
    bucket_id: BucketId,
    at: Option<Timestamp>,
    seconds_ago: Option<i64>,
    /// Instead of a random id; one that derives from a key can't be chosen.
    object_id: Option<ObjectId>,
    /// Fixed, so that the state of its content is, too.
    incarnation: Option<Incarnation>,
    policy: Option<Policy>,
    /// The bytes that its one source was copied with.
    copied: Option<String>,
    request: Value,
}

/// A request of the fixture, read as the functions read one.
fn read<T: serde::de::DeserializeOwned>(request: &Value, what: &str) -> T {
    parse(request.clone()).unwrap_or_else(|error| panic!("{what}: {}", error.message()))
}

fn instant(at: Option<Timestamp>, seconds_ago: Option<i64>) -> Timestamp {
    at.unwrap_or_else(|| clock::now().plus_seconds(-seconds_ago.unwrap_or(0)))
}

impl Fixture {
    /// Whose a key is.
    pub fn organisation_of(&self, key: &str) -> Option<&OrganisationId> {
        self.api_keys.iter().find(|seed| seed.key == key).map(|seed| &seed.organisation_id)
    }

    /// The id of an organisation's namespace, by that or its name.
    pub fn namespace_id(&self, organisation: &OrganisationId, identifier: &str) -> Option<&NamespaceId> {
        let mut own = self.namespaces.iter().filter(|namespace| namespace.organisation_id == *organisation);
        let found = own.find(|namespace| {
            namespace.namespace_name == identifier || namespace.namespace_id.as_str() == identifier
        });
        found.map(|namespace| &namespace.namespace_id)
    }

    /// The id of a namespace's bucket, by its name.
    pub fn bucket_id(&self, namespace: &NamespaceId, name: &str) -> Option<&BucketId> {
        let mut own = self.buckets.iter().filter(|bucket| bucket.namespace_id == *namespace);
        own.find(|bucket| bucket.request["bucket_name"] == name).map(|found| &found.bucket_id)
    }

    /// The ids of all that an organisation has outside of one namespace.
    pub fn ids_outside(&self, organisation: &OrganisationId, except: &NamespaceId) -> Vec<String> {
        let own = self.namespaces.iter().filter(|namespace| {
            namespace.organisation_id == *organisation && namespace.namespace_id != *except
        });
        let namespaces: Vec<&NamespaceId> = own.map(|namespace| &namespace.namespace_id).collect();
        let own = self.buckets.iter().filter(|bucket| namespaces.contains(&&bucket.namespace_id));
        let buckets: Vec<&BucketId> = own.map(|bucket| &bucket.bucket_id).collect();
        let uploads = self.uploads.iter().filter(|upload| buckets.contains(&&upload.bucket_id));
        let objects = self.objects.iter().filter(|object| buckets.contains(&&object.bucket_id));
        let mut ids: Vec<String> = namespaces.iter().map(ToString::to_string).collect();
        ids.extend(buckets.iter().map(ToString::to_string));
        ids.extend(uploads.map(|upload| upload.upload_id.to_string()));
        let in_namespaces = |namespace| namespaces.contains(&namespace);
        let batches = self.batches.iter().map(|seed| &seed.batch);
        let batches = batches.filter(|batch| in_namespaces(&batch.namespace_id));
        ids.extend(batches.map(|batch| batch.batch_id.to_string()));
        let tasks = self.tasks.iter().map(|seed| &seed.task);
        let tasks = tasks.filter(|task| in_namespaces(&task.namespace_id));
        ids.extend(tasks.map(|task| task.task_id.to_string()));
        ids.extend(objects.filter_map(|object| object.object_id.as_ref().map(ToString::to_string)));
        ids
    }

    /// Puts everything there.
    pub async fn seed(self, stack: &Stack, client: &Client) {
        let (store, blobs) = (stack.store(), stack.blobs());
        for key in self.api_keys {
            let what = key.name.clone();
            store.put_key(&key.into_key()).await.unwrap_or_else(|error| panic!("{what}: {error:?}"));
        }
        for namespace in &self.namespaces {
            let what = &namespace.namespace_name;
            let made = Namespace { deletion: None, ..namespace.clone() };
            store.create_namespace(&made).await.unwrap_or_else(|error| panic!("{what}: {error:?}"));
        }
        let mut buckets = BTreeMap::new();
        for seed in self.buckets {
            let bucket = seed.into_bucket();
            let what = &bucket.bucket_name;
            store.create_bucket(&bucket).await.unwrap_or_else(|error| panic!("{what}: {error:?}"));
            buckets.insert(bucket.bucket_id.clone(), bucket);
        }
        // Only now: none takes a bucket that is being deleted.
        for namespace in self.namespaces.into_iter().filter(|namespace| namespace.deletion.is_some()) {
            let id = namespace.namespace_id.as_str();
            let to_mark = |_: &Namespace| Ok(Some(Change { to: namespace.clone(), task: None }));
            let marked = store.change_namespace(&namespace.organisation_id, id, to_mark).await;
            marked.unwrap_or_else(|error| panic!("{id}: {error:?}"));
        }
        for upload in self.uploads {
            upload.seed(store, blobs, client, &buckets[&upload.bucket_id]).await;
        }
        for object in self.objects {
            object.seed(stack, client, &buckets[&object.bucket_id]).await;
        }
        for seed in self.batches {
            let made = store.create_batch(&seed.batch(), None).await;
            made.unwrap_or_else(|error| panic!("{}: {error:?}", seed.purpose));
            if !seed.in_progress.is_empty() {
                seed.begin(store, &buckets[&seed.batch.bucket_id]).await;
            }
        }
        for TaskSeed { purpose, task } in self.tasks {
            store.put_task(&task).await.unwrap_or_else(|error| panic!("{purpose}: {error:?}"));
        }
    }
}

impl BatchSeed {
    /// The batch; a draft is of now, since it ends by itself.
    fn batch(&self) -> Batch {
        let batch = self.batch.clone();
        match batch.status {
            BatchStatus::Draft => Batch { created_at: clock::now(), updated_at: clock::now(), ..batch },
            _ => batch,
        }
    }
}

impl BatchSeed {
    /// Reports that the batch's processor has begun with objects.
    async fn begin(&self, store: &Store, bucket: &Bucket) {
        for id in &self.in_progress {
            let object = store.find_object(bucket, id).await.expect("DynamoDB answers").expect("an object");
            let report = ObjectReport {
                object_id: id.clone(),
                content_version: object.content_version(),
                status: ReportedStatus::InProgress,
                error: None,
                document_count: 0,
            };
            let reported = store.report_objects(&self.batch, &[report], clock::now()).await;
            assert_eq!(reported.ok(), Some(vec![None]), "{}", self.purpose);
        }
    }
}

impl KeySeed {
    fn into_key(self) -> ApiKey {
        ApiKey {
            name: self.name,
            hash: ApiKeySecret::new(self.key).hash(),
            organisation_id: self.organisation_id,
            permissions: self.permissions,
            namespaces: self.namespaces,
            created_at: Timestamp::from_millis(0),
            expires_at: self.expires_at,
            revoked_at: self.revoked_at,
        }
    }
}

impl BucketSeed {
    fn into_bucket(self) -> Bucket {
        let request: CreateBucketRequest = read(&self.request, self.bucket_id.as_str());
        let scope = Scope { organisation_id: self.organisation_id, namespace_id: self.namespace_id };
        let made = request.into_bucket(&scope, self.at).expect("the fixture's buckets are valid");
        Bucket { bucket_id: self.bucket_id, secret: self.secret, deletion: self.deletion, ..made }
    }
}

fn scope_of(bucket: &Bucket) -> Scope {
    Scope { organisation_id: bucket.organisation_id.clone(), namespace_id: bucket.namespace_id.clone() }
}

impl UploadSeed {
    async fn seed(&self, store: &Store, blobs: &Blobs, client: &Client, bucket: &Bucket) {
        let what = &self.purpose;
        let upload = self.upload(bucket);
        store.put_upload(&upload).await.unwrap_or_else(|error| panic!("{what}: {error:?}"));
        if let Some(bytes) = &self.bytes {
            // Without the declared size, so that other bytes than were declared can be there.
            let mut signed = upload.clone();
            signed.file_size_bytes = None;
            let url = blobs.sign_upload(&signed).await.expect("a URL");
            let put = client.put(&url, &upload.content_type, bytes.clone()).await;
            assert_eq!(put.status, 200, "{what}: {}", put.body);
        }
        if self.status == UploadStatus::Completed {
            self.confirm(store, blobs, bucket, &upload).await;
        }
    }

    fn upload(&self, bucket: &Bucket) -> Upload {
        let what = &self.purpose;
        let request: CreateUploadRequest = read(&self.request, what);
        let scope = scope_of(bucket);
        let now = instant(self.at, self.seconds_ago);
        let draft = request.into_draft(&scope, bucket, 86_400, now);
        let mut upload = draft.unwrap_or_else(|error| panic!("{what}: {}", error.message())).upload;
        upload.upload_id = self.upload_id.clone();
        upload.place = Place::for_upload(
            &scope.organisation_id,
            &scope.namespace_id,
            &self.upload_id,
            &upload.record.filename,
        );
        if self.status == UploadStatus::Canceled {
            upload.status = UploadStatus::Canceled;
        }
        upload
    }

    async fn confirm(&self, store: &Store, blobs: &Blobs, bucket: &Bucket, upload: &Upload) {
        let what = &self.purpose;
        let now = upload.created_at;
        let stored = blobs.inspect(&upload.place).await.expect("S3 answers").expect("the bytes are there");
        let sha256 = blobs.sha256(&upload.place, &stored).await.expect("S3 answers");
        let done = upload.completed(stored, sha256.as_deref(), now).expect("the bytes are the right ones");
        let object = done.create_object_on_confirm.then(|| {
            let policy = bucket.policy(None, true).expect("a policy");
            let write = Draft::for_upload(&done, bucket, policy, now).expect("a valid object");
            named(write, self.object_id.clone(), bucket)
        });
        let indexed = bucket.unique_key.is_none();
        let completion = Completion { upload: done, object, indexed, task: None, verification: None };
        store.complete_upload(completion).await.unwrap_or_else(|error| panic!("{what}: {error:?}"));
    }
}

impl ObjectSeed {
    async fn seed(&self, stack: &Stack, client: &Client, bucket: &Bucket) {
        let (store, blobs) = (stack.store(), stack.blobs());
        let what = &self.purpose;
        let request: CreateObjectRequest = read(&self.request, what);
        let policy = bucket.policy(self.policy, false).expect("a policy");
        let mark = fingerprint(&self.request, self.policy);
        let draft = request.into_draft(bucket, policy, mark, blobs.bucket_name());
        let draft = draft.unwrap_or_else(|error| panic!("{what}: {}", error.message()));
        let now = instant(self.at, self.seconds_ago);
        let prepared = draft.prepare(&scope_of(bucket), bucket, &BTreeMap::new(), now).expect("no uploads");
        let mut write = named(prepared.write, self.object_id.clone(), bucket);
        for mut bytes in prepared.bytes {
            let blob = &mut write.change.blobs.as_mut().expect("blobs")[bytes.blob];
            // The key names the object by its own id.
            let filename = blob.details.filename.as_deref().expect("a filename");
            bytes.place =
                Place::for_inline(&write.scope, &write.bucket_id, &write.object_id, &blob.blob_id, filename);
            let mut place = bytes.place.clone();
            place.version_id = blobs.put_inline(bytes, bucket.storage_class).await.expect("S3 takes them");
            blob.place = Some(place);
        }
        store.write_object(&write).await.unwrap_or_else(|error| panic!("{what}: {error:?}"));
        if let Some(incarnation) = &self.incarnation {
            let update = json!({
                "TableName": "stowage-objects",
                "Key": {"pk": {"S": format!("{}#{}", bucket.bucket_id, write.object_id)}},
                "UpdateExpression": "SET incarnation = :incarnation",
                "ExpressionAttributeValues": {":incarnation": {"S": incarnation}},
            });
            client.dynamodb(&stack.info().dynamodb, "UpdateItem", &update).await;
        }
        if let Some(bytes) = &self.copied {
            let object = store.find_object(bucket, &write.object_id).await.expect("DynamoDB answers");
            copy_source(store, blobs, &object.expect("an object"), bytes, now).await;
        }
    }
}

/// Bytes in one piece.
struct Once(Option<Bytes>);

impl Chunks for Once {
    type Error = std::convert::Infallible;

    async fn next_chunk(&mut self) -> Result<Option<Bytes>, Self::Error> {
        Ok(self.0.take())
    }
}

/// Puts the bytes of an object's source where mirror-source would.
async fn copy_source(store: &Store, blobs: &Blobs, object: &Object, bytes: &str, now: Timestamp) {
    let waiting = object.blobs[0].waiting().expect("its blob waits for its copy");
    let filename = waiting.filename.clone().expect("a filename");
    let copy = UploadId::random();
    let mut place = Place::for_mirror(&object.scope, &object.bucket_id, &object.object_id, &copy, &filename);
    let described =
        Described { content_type: "application/pdf", content_encoding: None, storage_class: None };
    let mut chunks = Once(Some(Bytes::copy_from_slice(bytes.as_bytes())));
    let streamed = blobs.mirror_bytes(&place, described, &mut chunks).await.expect("S3 takes the bytes");
    place.version_id = streamed.version_id;
    let copied = Copied {
        place,
        copy_id: None,
        is_encoded: false,
        size_bytes: streamed.size_bytes,
        mime_type: described.content_type.to_owned(),
        sha256: streamed.sha256,
        filename,
    };
    let message = MirrorMessage {
        bucket_id: object.bucket_id.clone(),
        organisation_id: object.scope.organisation_id.clone(),
        namespace_id: object.scope.namespace_id.clone(),
        object_id: object.object_id.clone(),
        incarnation: object.incarnation.clone(),
    };
    let kept = store.mirror_object(&message, &waiting, &Mirrored::Copied(copied), now).await;
    assert_eq!(kept.ok(), Some(Recorded::This), "the copy is the object's");
}

/// The write under an id of the fixture's choice.
fn named(write: ObjectWrite, object_id: Option<ObjectId>, bucket: &Bucket) -> ObjectWrite {
    match object_id {
        Some(object_id) => ObjectWrite { shard: bucket.shard_of(object_id.as_str()), object_id, ..write },
        None => write,
    }
}
