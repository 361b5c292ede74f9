//! Lists of batches, the newest first: a bucket's, and the organisation's.

use serde::Serialize;
use serde_json::{Value, json};
use stowage_api::listing::{Source, list};
use stowage_api::{Caller, Reply, Request, Tenant};
use stowage_domain::batch::BatchResponse;
use stowage_domain::bucket::Bucket;
use stowage_domain::listing::{ListKind, ListRequest, Pagination, Stretch, Walked};
use stowage_domain::{Error, Path, Result};
use stowage_store::ports::{FindBucket, ListBatches};

use crate::Batches;

/// The answer.
#[derive(Serialize)]
pub(crate) struct Answer<T> {
    results: Vec<T>,
    /// Tasks are answered without (contract section 9).
    #[serde(skip_serializing_if = "Option::is_none")]
    total_count: Option<u64>,
    pagination: Pagination,
}

impl<S: FindBucket + ListBatches, B> Batches<S, B> {
    pub(crate) async fn list_of_bucket(&self, tenant: &Tenant, request: &Request) -> Result<Reply> {
        let asked = read(request, ListKind::Batches)?;
        let bucket = self.bucket(tenant, request).await?;
        answer(&OfBucket { store: &self.store, bucket: &bucket }, &asked).await
    }
}

impl<S: ListBatches, B> Batches<S, B> {
    pub(crate) async fn list_all(&self, caller: &Caller, request: &Request) -> Result<Reply> {
        let asked = read(request, ListKind::Batches)?;
        answer(&OfOrganisation { store: &self.store, caller }, &asked).await
    }
}

/// Reads a list's request. Some of its keys are conditions by themselves (contract section 9).
pub(crate) fn read(request: &Request, kind: ListKind) -> Result<ListRequest> {
    let mut body = request.json_value()?;
    let mut conditions = Vec::new();
    for &(name, field, operator) in kind.conditions() {
        match body.get(name).filter(|value| !value.is_null()) {
            None => {}
            Some(Value::String(value)) => {
                conditions.push(json!({"field": field, "operator": operator, "value": value}));
            }
            Some(_) => {
                return Err(Error::field("string_type", Path::body().key(name), "must be a string"));
            }
        }
    }
    if !conditions.is_empty() {
        // What the body filters by besides is checked where it stands.
        ListRequest::read(&body, &|name| request.query(name), kind)?;
        conditions.extend(body.get("filters").filter(|filters| !filters.is_null()).cloned());
        body["filters"] = json!({"AND": conditions});
    }
    ListRequest::read(&body, &|name| request.query(name), kind)
}

/// Answers with a page and how many there are: of all that the request is about, where that can be
/// told at a bearable price, else at least as many as there are up to here.
pub(crate) async fn answer<S: Source>(source: &S, asked: &ListRequest) -> Result<Reply> {
    let mut counting = asked.clone();
    counting.page.include_total = true;
    let (results, pagination) = list(source, &counting).await?;
    let shown = u64::from(pagination.page.saturating_sub(1)) * u64::from(pagination.page_size);
    let total_count = pagination.total.unwrap_or(shown + results.len() as u64);
    let total_count = (asked.kind == ListKind::Batches).then_some(total_count);
    let pagination = if asked.page.include_total {
        pagination
    } else {
        Pagination { total: None, total_pages: None, ..pagination }
    };
    Reply::ok(&Answer { results, total_count, pagination })
}

/// A bucket's batches.
struct OfBucket<'a, S> {
    store: &'a S,
    bucket: &'a Bucket,
}

impl<S: ListBatches> Source for OfBucket<'_, S> {
    type Shown = BatchResponse;

    fn scope(&self) -> &str {
        self.bucket.bucket_id.as_str()
    }

    async fn walk(&self, stretch: &Stretch) -> Result<Walked<BatchResponse>> {
        Ok(self.store.list_batches_of_bucket(self.bucket, stretch).await?.map(BatchResponse::from))
    }

    async fn count(&self, at_most: u64) -> Result<Option<u64>> {
        self.store.count_batches_of_bucket(self.bucket, at_most).await
    }
}

/// An organisation's batches, as far as the key reaches.
struct OfOrganisation<'a, S> {
    store: &'a S,
    caller: &'a Caller,
}

impl<S: ListBatches> Source for OfOrganisation<'_, S> {
    type Shown = BatchResponse;

    fn scope(&self) -> &str {
        self.caller.organisation_id().as_str()
    }

    async fn walk(&self, stretch: &Stretch) -> Result<Walked<BatchResponse>> {
        let mut walked = self.store.list_batches(self.caller.organisation_id(), stretch).await?;
        walked.found.retain(|listed| self.caller.reaches_id(&listed.record.namespace_id));
        Ok(walked.map(BatchResponse::from))
    }

    async fn count(&self, at_most: u64) -> Result<Option<u64>> {
        // How many are out of the key's reach is none of its business.
        if !self.caller.is_unrestricted() {
            return Ok(None);
        }
        self.store.count_batches(self.caller.organisation_id(), at_most).await
    }
}
