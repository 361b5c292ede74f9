//! `POST /v1/buckets/list` and `GET /v1/buckets`.

use serde::Serialize;
use stowage_api::listing::{Source, average, in_memory, list_counted};
use stowage_api::{Reply, Request, Visitor};
use stowage_domain::Result;
use stowage_domain::bucket::BucketResponse;
use stowage_domain::listing::{ListKind, ListRequest, Pagination, Stretch, Walked};
use stowage_domain::namespace::Scope;
use stowage_store::ports::ListBuckets;

/// The answer.
#[derive(Serialize)]
struct Answer {
    results: Vec<BucketResponse>,
    total_count: u64,
    pagination: Pagination,
    stats: Stats,
    warnings: Vec<Warning>,
}

/// What this page adds up to.
#[derive(Serialize)]
struct Stats {
    total_objects: u64,
    total_size_bytes: u64,
    avg_objects_per_bucket: f64,
    avg_size_per_bucket: f64,
}

/// Why the page may not be the whole answer.
#[derive(Serialize)]
struct Warning {
    resource: &'static str,
    id: String,
    reason: &'static str,
    next_step: &'static str,
    stage: Option<String>,
}

/// Shows a page of a namespace's buckets. Of a namespace that isn't there it is empty, and says so, where
/// every other operation answers 404 (contract section 2.1).
pub(crate) async fn list(store: &impl ListBuckets, visitor: Visitor, request: &Request) -> Result<Reply> {
    let asked = ListRequest::read(&request.json_value()?, &|name| request.query(name), ListKind::Buckets)?;
    match visitor {
        Visitor::Tenant(tenant) => {
            let scope = tenant.scope();
            let name = format!("{}#{}", scope.organisation_id, scope.namespace_id);
            let source = InNamespace { store, scope, name };
            let (page, pagination, total_count) = list_counted(&source, &asked).await?;
            Reply::ok(&Answer::new(page, pagination, total_count, Vec::new()))
        }
        Visitor::Unresolved(namespace) => {
            let warning = Warning {
                resource: "namespace",
                id: namespace,
                reason: "unresolved",
                next_step: "name a namespace of this API key in X-Namespace; GET /v1/namespaces lists them",
                stage: None,
            };
            let (page, pagination, total_count) = in_memory(Vec::new(), &asked, "")?;
            let answer = Answer::new(page, pagination, total_count, vec![warning]);
            Ok(Reply::ok(&answer)?.with_header("x-namespace-unresolved", "true"))
        }
    }
}

/// A namespace's buckets.
struct InNamespace<'a, S> {
    store: &'a S,
    scope: &'a Scope,
    name: String,
}

impl<S: ListBuckets> Source for InNamespace<'_, S> {
    type Shown = BucketResponse;

    fn scope(&self) -> &str {
        &self.name
    }

    async fn walk(&self, stretch: &Stretch) -> Result<Walked<BucketResponse>> {
        let walked = self.store.list_buckets(self.scope, stretch).await?;
        Ok(walked.map(|(bucket, counts)| BucketResponse::new(bucket, &counts)))
    }

    async fn count(&self, _at_most: u64) -> Result<Option<u64>> {
        Ok(Some(self.store.count_in_namespace(self.scope).await?.buckets()))
    }
}

impl Answer {
    fn new(
        results: Vec<BucketResponse>,
        pagination: Pagination,
        total_count: u64,
        warnings: Vec<Warning>,
    ) -> Self {
        let stats = Stats::of(&results);
        Self { results, total_count, pagination, stats, warnings }
    }
}

impl Stats {
    fn of(page: &[BucketResponse]) -> Self {
        let total_objects = page.iter().map(|bucket| bucket.object_count).sum();
        let total_size_bytes = page.iter().map(|bucket| bucket.total_size_bytes).sum();
        Self {
            total_objects,
            total_size_bytes,
            avg_objects_per_bucket: average(total_objects, page.len()),
            avg_size_per_bucket: average(total_size_bytes, page.len()),
        }
    }
}
