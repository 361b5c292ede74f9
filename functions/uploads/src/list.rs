//! `POST …/uploads/list`.

use std::collections::BTreeMap;

use serde::Serialize;
use stowage_api::listing::{Source, average, list};
use stowage_api::{Reply, Request, Tenant};
use stowage_blobs::MAX_URL_CHARS;
use stowage_blobs::ports::SignGet;
use stowage_domain::Result;
use stowage_domain::bucket::Bucket;
use stowage_domain::listing::{ListKind, ListRequest, Pagination, Stretch, Walked};
use stowage_domain::place::Place;
use stowage_domain::time::Timestamp;
use stowage_domain::upload::{UploadResponse, UploadStatus};
use stowage_store::ports::{FindBucket, ListUploads};

use crate::Uploads;

/// The answer.
#[derive(Serialize)]
struct Answer {
    results: Vec<UploadResponse>,
    pagination: Pagination,
    stats: Stats,
}

/// What this page adds up to.
#[derive(Serialize)]
struct Stats {
    total_uploads: usize,
    total_size_bytes: u64,
    uploads_by_status: BTreeMap<&'static str, usize>,
    avg_file_size_bytes: f64,
    unique_buckets: usize,
}

/// An upload as the answer shows it, and where its bytes are if it will show their URL, too.
#[derive(Serialize)]
#[serde(transparent)]
struct Shown {
    response: UploadResponse,
    #[serde(skip)]
    place: Option<Place>,
}

impl<S, B> Uploads<S, B>
where
    S: FindBucket + ListUploads,
    B: SignGet,
{
    /// Shows a page of a bucket's uploads, the newest first.
    pub(crate) async fn list(&self, tenant: &Tenant, request: &Request) -> Result<Reply> {
        let asked =
            ListRequest::read(&request.json_value()?, &|name| request.query(name), ListKind::Uploads)?;
        let bucket = self.store.find_bucket(tenant.scope(), request.parameter("bucket_identifier")).await?;
        let source = InBucket {
            store: &self.store,
            bucket: &bucket,
            now: request.now(),
            with_urls: asked.return_presigned_urls,
        };
        let (page, pagination) = list(&source, &asked).await?;
        let mut results = Vec::with_capacity(page.len());
        for Shown { mut response, place } in page {
            if let Some(place) = place {
                response.presigned_url =
                    Some(self.blobs.sign_get(&place, Some(&response.content_type)).await?);
            }
            results.push(response);
        }
        let stats = Stats::of(&results);
        Reply::ok(&Answer { results, pagination, stats })
    }
}

/// A bucket's uploads.
struct InBucket<'a, S> {
    store: &'a S,
    bucket: &'a Bucket,
    now: Timestamp,
    with_urls: bool,
}

impl<S: ListUploads> Source for InBucket<'_, S> {
    type Shown = Shown;

    fn scope(&self) -> &str {
        self.bucket.bucket_id.as_str()
    }

    async fn walk(&self, stretch: &Stretch) -> Result<Walked<Shown>> {
        let walked = self.store.list_uploads(self.bucket, stretch).await?;
        Ok(walked.map(|upload| {
            let has_bytes = self.with_urls && upload.status == UploadStatus::Completed;
            let place = has_bytes.then(|| upload.place.clone());
            Shown { response: UploadResponse::new(upload, self.now), place }
        }))
    }

    async fn count(&self, at_most: u64) -> Result<Option<u64>> {
        self.store.count_uploads(self.bucket, at_most).await
    }

    fn more_bytes(&self, shown: &Shown) -> usize {
        if shown.place.is_some() { MAX_URL_CHARS } else { 0 }
    }
}

impl Stats {
    fn of(page: &[UploadResponse]) -> Self {
        let total_size_bytes = page.iter().filter_map(|upload| upload.file_size_bytes).sum();
        let mut uploads_by_status = BTreeMap::new();
        for upload in page {
            *uploads_by_status.entry(upload.status.name()).or_default() += 1;
        }
        Self {
            total_uploads: page.len(),
            total_size_bytes,
            uploads_by_status,
            avg_file_size_bytes: average(total_size_bytes, page.len()),
            unique_buckets: usize::from(!page.is_empty()),
        }
    }
}
