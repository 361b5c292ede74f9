//! `POST /v1/namespaces/list` and `GET /v1/namespaces`.

use serde::Serialize;
use stowage_api::listing::{Source, average, in_memory, list_counted};
use stowage_api::{Organisation, Reply, Request};
use stowage_domain::listing::{ListKind, ListRequest, Pagination, Stretch, Walked};
use stowage_domain::namespace::NamespaceResponse;
use stowage_domain::{Error, Path, Result};
use stowage_store::ports::ListNamespaces;

/// The answer.
#[derive(Serialize)]
struct Answer {
    results: Vec<NamespaceResponse>,
    total_count: u64,
    pagination: Pagination,
    stats: Stats,
}

/// What this page adds up to.
#[derive(Serialize)]
struct Stats {
    total_buckets: u64,
    total_objects: u64,
    total_documents: u64,
    avg_buckets_per_namespace: f64,
    avg_objects_per_namespace: f64,
    avg_documents_per_namespace: f64,
}

/// Shows a page of the organisation's namespaces; of a key that is bound to some, those alone.
pub(crate) async fn list(
    store: &impl ListNamespaces,
    organisation: &Organisation,
    request: &Request,
) -> Result<Reply> {
    let asked = ListRequest::read(&request.json_value()?, &|name| request.query(name), ListKind::Namespaces)?;
    check_view(request)?;
    let name = organisation.id().as_str();
    let (results, pagination, total_count) = match organisation.only_namespaces() {
        None => list_counted(&InOrganisation { store, organisation, name }, &asked).await?,
        Some(ids) => {
            let these = store.these_namespaces(organisation.id(), ids).await?;
            let shown =
                these.into_iter().map(|(namespace, counts)| NamespaceResponse::new(namespace, counts));
            in_memory(shown.collect(), &asked, name)?
        }
    };
    let stats = Stats::of(&results);
    Reply::ok(&Answer { results, total_count, pagination, stats })
}

/// `view` and `include_system` are read and change nothing: there is no configuration that a summary
/// could leave out, and there are no system namespaces.
fn check_view(request: &Request) -> Result<()> {
    request.flag("include_system")?;
    match request.query("view").as_deref() {
        None | Some("full" | "summary") => Ok(()),
        Some(_) => Err(Error::field("enum", Path::query().key("view"), "must be one of full, summary")),
    }
}

/// An organisation's namespaces.
struct InOrganisation<'a, S> {
    store: &'a S,
    organisation: &'a Organisation,
    name: &'a str,
}

impl<S: ListNamespaces> Source for InOrganisation<'_, S> {
    type Shown = NamespaceResponse;

    fn scope(&self) -> &str {
        self.name
    }

    async fn walk(&self, stretch: &Stretch) -> Result<Walked<NamespaceResponse>> {
        let walked = self.store.list_namespaces(self.organisation.id(), stretch).await?;
        Ok(walked.map(|(namespace, counts)| NamespaceResponse::new(namespace, counts)))
    }

    async fn count(&self, _at_most: u64) -> Result<Option<u64>> {
        self.store.count_namespaces(self.organisation.id()).await.map(Some)
    }
}

impl Stats {
    fn of(page: &[NamespaceResponse]) -> Self {
        let total_buckets = page.iter().map(|namespace| namespace.bucket_count).sum();
        let total_objects = page.iter().map(|namespace| namespace.object_count).sum();
        Self {
            total_buckets,
            total_objects,
            total_documents: 0,
            avg_buckets_per_namespace: average(total_buckets, page.len()),
            avg_objects_per_namespace: average(total_objects, page.len()),
            avg_documents_per_namespace: 0.0,
        }
    }
}
