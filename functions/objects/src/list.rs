//! `POST …/objects/list` and `GET …/objects`.

use std::collections::BTreeMap;

use serde::Serialize;
use serde_json::Value;
use stowage_api::listing::{Source, average, list};
use stowage_api::{Reply, Request, Tenant};
use stowage_blobs::MAX_URL_CHARS;
use stowage_blobs::ports::{BucketName, SignGet};
use stowage_domain::blob::Blob;
use stowage_domain::bucket::Bucket;
use stowage_domain::listing::{ListKind, ListRequest, Pagination, Stretch, Walked};
use stowage_domain::object::{ObjectResponse, ObjectStatus};
use stowage_domain::{Error, Result};
use stowage_store::ports::{FindBucket, ListObjects};

use crate::Objects;

/// The answer.
#[derive(Serialize)]
struct Answer {
    results: Vec<Shape>,
    pagination: Pagination,
    stats: Stats,
}

/// A result: all of an object, or what was selected of it.
#[derive(Serialize)]
#[serde(untagged)]
enum Shape {
    Whole(Box<ObjectResponse>),
    Selected(Value),
}

/// What this page adds up to.
#[derive(Serialize)]
struct Stats {
    total_objects: usize,
    total_blobs: usize,
    avg_blobs_per_object: f64,
    objects_by_status: BTreeMap<ObjectStatus, usize>,
}

/// An object as the answer shows it, and the blobs whose URLs it will show, too.
#[derive(Serialize)]
#[serde(transparent)]
struct Shown {
    response: ObjectResponse,
    #[serde(skip)]
    blobs: Vec<Blob>,
}

impl<S, B> Objects<S, B>
where
    S: FindBucket + ListObjects,
    B: BucketName + SignGet,
{
    /// Shows a page of a bucket's objects.
    pub(crate) async fn list(&self, tenant: &Tenant, request: &Request) -> Result<Reply> {
        let asked =
            ListRequest::read(&request.json_value()?, &|name| request.query(name), ListKind::Objects)?;
        let bucket = self.store.find_bucket(tenant.scope(), request.parameter("bucket_identifier")).await?;
        let source = InBucket { function: self, bucket: &bucket, with_urls: asked.return_presigned_urls };
        let (page, pagination) = list(&source, &asked).await?;
        let stats = Stats::of(&page);
        let mut results = Vec::with_capacity(page.len());
        for Shown { response, blobs } in page {
            let response = response.with_urls(self.blobs.sign_blobs(&blobs).await?);
            results.push(match &asked.select {
                None => Shape::Whole(Box::new(response)),
                Some(select) => Shape::Selected(select.of(to_json(&response)?)),
            });
        }
        Reply::ok(&Answer { results, pagination, stats })
    }
}

fn to_json(response: &ObjectResponse) -> Result<Value> {
    serde_json::to_value(response).map_err(|error| Error::internal(format!("to JSON: {error}")))
}

/// A bucket's objects.
struct InBucket<'a, S, B> {
    function: &'a Objects<S, B>,
    bucket: &'a Bucket,
    with_urls: bool,
}

impl<S: ListObjects, B: BucketName> Source for InBucket<'_, S, B> {
    type Shown = Shown;

    fn scope(&self) -> &str {
        self.bucket.bucket_id.as_str()
    }

    async fn walk(&self, stretch: &Stretch) -> Result<Walked<Shown>> {
        let walked = self.function.store.list_objects(self.bucket, stretch).await?;
        Ok(walked.map(|object| {
            let blobs = if self.with_urls { object.blobs.clone() } else { Vec::new() };
            Shown { response: ObjectResponse::read(object, self.function.blobs.bucket_name()), blobs }
        }))
    }

    async fn count(&self, at_most: u64) -> Result<Option<u64>> {
        self.function.store.count_objects(self.bucket, at_most).await
    }

    /// Each URL is shown twice, with its name.
    fn more_bytes(&self, shown: &Shown) -> usize {
        shown.blobs.iter().filter(|blob| blob.place.is_some()).count() * 2 * (MAX_URL_CHARS + 32)
    }
}

impl Stats {
    fn of(page: &[Shown]) -> Self {
        let total_blobs = page.iter().map(|shown| shown.response.blobs.len()).sum();
        let mut objects_by_status = BTreeMap::new();
        for shown in page {
            *objects_by_status.entry(shown.response.status).or_default() += 1;
        }
        Self {
            total_objects: page.len(),
            total_blobs,
            avg_blobs_per_object: average(total_blobs as u64, page.len()),
            objects_by_status,
        }
    }
}
