//! The answers of lists, which their functions put together. They are only described here.

use std::collections::BTreeMap;

use schemars::JsonSchema;
use serde_json::Value;
use stowage_domain::batch::BatchResponse;
use stowage_domain::bucket::BucketResponse;
use stowage_domain::id::{BucketId, ObjectId};
use stowage_domain::listing::Pagination;
use stowage_domain::namespace::NamespaceResponse;
use stowage_domain::object::ObjectResponse;
use stowage_domain::task::TaskResponse;
use stowage_domain::upload::UploadResponse;

/// A page of a bucket's objects.
#[derive(JsonSchema)]
#[expect(dead_code, reason = "it is only described")]
pub(crate) struct ListObjectsResponse {
    /// The objects.
    results: Vec<ListedObject>,
    /// Which page it is, and how to go on.
    pagination: Pagination,
    /// What this page adds up to.
    stats: ObjectListStats,
}

/// An object, or what was selected of it.
#[derive(JsonSchema)]
#[schemars(untagged, inline)]
#[expect(dead_code, reason = "it is only described")]
enum ListedObject {
    Whole(Box<ObjectResponse>),
    Selected(SelectedObject),
}

/// What was selected of an object.
#[derive(JsonSchema)]
#[expect(dead_code, reason = "it is only described")]
struct SelectedObject {
    /// Its id.
    object_id: ObjectId,
    /// The bucket that holds it.
    bucket_id: BucketId,
    /// The selected fields.
    #[schemars(flatten)]
    selected: BTreeMap<String, Value>,
}

/// What a page of objects adds up to.
#[derive(JsonSchema)]
#[expect(dead_code, reason = "it is only described")]
struct ObjectListStats {
    /// Objects.
    total_objects: u64,
    /// Their blobs.
    total_blobs: u64,
    /// Blobs of an object on average.
    avg_blobs_per_object: f64,
    /// Objects by their status.
    objects_by_status: BTreeMap<String, u64>,
}

/// A page of a namespace's buckets.
#[derive(JsonSchema)]
#[expect(dead_code, reason = "it is only described")]
pub(crate) struct ListBucketsResponse {
    /// The buckets.
    results: Vec<BucketResponse>,
    /// How many there are on all pages.
    total_count: u64,
    /// Which page it is, and how to go on.
    pagination: Pagination,
    /// What this page adds up to.
    stats: BucketListStats,
    /// Why the page may not be the whole answer: with `resource` `namespace`, because there is none of
    /// the name that the request gave. The header `X-Namespace-Unresolved` says so, too.
    warnings: Vec<Warning>,
}

/// What a page of buckets adds up to.
#[derive(JsonSchema)]
#[expect(dead_code, reason = "it is only described")]
struct BucketListStats {
    /// Objects in them.
    total_objects: u64,
    /// Bytes of those.
    total_size_bytes: u64,
    /// Objects of a bucket on average.
    avg_objects_per_bucket: f64,
    /// Bytes of a bucket on average.
    avg_size_per_bucket: f64,
}

/// Why a page may not be the whole answer.
#[derive(JsonSchema)]
#[expect(dead_code, reason = "it is only described")]
struct Warning {
    /// What it is about.
    resource: String,
    /// Its name or id.
    id: String,
    /// What is wrong with it.
    reason: String,
    /// What to do.
    next_step: String,
    /// Always null.
    stage: Option<String>,
}

/// A page of an organisation's namespaces.
#[derive(JsonSchema)]
#[expect(dead_code, reason = "it is only described")]
pub(crate) struct ListNamespacesResponse {
    /// The namespaces; with a key that is bound to some, those alone.
    results: Vec<NamespaceResponse>,
    /// How many there are on all pages.
    total_count: u64,
    /// Which page it is, and how to go on.
    pagination: Pagination,
    /// What this page adds up to.
    stats: NamespaceListStats,
}

/// What a page of namespaces adds up to.
#[derive(JsonSchema)]
#[expect(dead_code, reason = "it is only described")]
struct NamespaceListStats {
    /// Buckets in them.
    total_buckets: u64,
    /// Objects in those.
    total_objects: u64,
    /// Always 0: documents are made by processors.
    total_documents: u64,
    /// Buckets of a namespace on average.
    avg_buckets_per_namespace: f64,
    /// Objects of a namespace on average.
    avg_objects_per_namespace: f64,
    /// Always 0.
    avg_documents_per_namespace: f64,
}

/// A page of a bucket's uploads.
#[derive(JsonSchema)]
#[expect(dead_code, reason = "it is only described")]
pub(crate) struct ListUploadsResponse {
    /// The uploads.
    results: Vec<UploadResponse>,
    /// Which page it is, and how to go on.
    pagination: Pagination,
    /// What this page adds up to.
    stats: UploadListStats,
}

/// What a page of uploads adds up to.
#[derive(JsonSchema)]
#[expect(dead_code, reason = "it is only described")]
struct UploadListStats {
    /// Uploads.
    total_uploads: u64,
    /// Bytes of their files.
    total_size_bytes: u64,
    /// Uploads by their status.
    uploads_by_status: BTreeMap<String, u64>,
    /// Bytes of a file on average.
    avg_file_size_bytes: f64,
    /// Buckets that they are in: one, unless the page is empty.
    unique_buckets: u64,
}

/// A page of batches, the newest first.
#[derive(JsonSchema)]
#[expect(dead_code, reason = "it is only described")]
pub(crate) struct ListBatchesResponse {
    /// The batches.
    results: Vec<BatchResponse>,
    /// How many there are on all pages; where a filter makes that too dear to tell, at least as many.
    total_count: u64,
    /// Which page it is, and how to go on.
    pagination: Pagination,
}

/// A page of tasks, the newest first.
#[derive(JsonSchema)]
#[expect(dead_code, reason = "it is only described")]
pub(crate) struct ListTasksResponse {
    /// The tasks.
    results: Vec<TaskResponse>,
    /// Which page it is, and how to go on.
    pagination: Pagination,
}
