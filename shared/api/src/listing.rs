//! How a list is answered, whatever it is of.

use serde::Serialize;
use stowage_domain::limits::{MAX_COUNTED, MAX_WHOLE, MAX_WHOLE_BYTES};
use stowage_domain::listing::{
    Assembly, Direction, ListRequest, Pagination, Stretch, Walked, page_in_memory, page_measured,
};
use stowage_domain::{Error, Path, Result, json};

/// What a list is made of.
pub trait Source: Sync {
    /// A thing as the answer shows it; filters, searches and orders are about what it shows.
    type Shown: Serialize + Send;

    /// Names what is listed: cursors of it are good for nothing else.
    fn scope(&self) -> &str;

    /// Walks a part of it in the order of creation.
    fn walk(&self, stretch: &Stretch) -> impl Future<Output = Result<Walked<Self::Shown>>> + Send;

    /// How many there are; `None` if they are more than `at_most`.
    fn count(&self, at_most: u64) -> impl Future<Output = Result<Option<u64>>> + Send;

    /// What a thing will take of the answer beyond what it shows by now, in bytes.
    fn more_bytes(&self, _: &Self::Shown) -> usize {
        0
    }
}

/// One page of a list.
pub async fn list<S: Source>(source: &S, request: &ListRequest) -> Result<(Vec<S::Shown>, Pagination)> {
    let measure = |shown: &S::Shown| json::transported_len(shown).saturating_add(source.more_bytes(shown));
    if request.by_creation().is_none() {
        let all = whole(source).await?.ok_or_else(|| too_many_to_sort(request))?;
        return page_measured(all, request, source.scope(), measure);
    }
    let mut page = Assembly::new(request, source.scope())?;
    while let Some(stretch) = page.next_stretch() {
        let walked = source.walk(&stretch).await?;
        page.take(walked, |shown| matches(request, shown), measure);
    }
    let total = if request.page.include_total { total(source, request).await? } else { None };
    Ok(page.finish(total))
}

/// One page of a list that always says how many results there are, and that number.
///
/// A search, a filter or another order than that of creation takes a list of at most [`MAX_WHOLE`] entries:
/// a 422 beyond, since there would be no number.
pub async fn list_counted<S: Source>(
    source: &S,
    request: &ListRequest,
) -> Result<(Vec<S::Shown>, Pagination, u64)> {
    if request.narrows() || request.by_creation().is_none() {
        let all = whole(source).await?.ok_or_else(|| too_many_to_count(request))?;
        return in_memory(all, request, source.scope());
    }
    let (page, pagination) = list(source, &with_total(request)).await?;
    Ok(counted(page, pagination, request))
}

/// The same of what is all there.
pub fn in_memory<T: Serialize>(
    all: Vec<T>,
    request: &ListRequest,
    scope: &str,
) -> Result<(Vec<T>, Pagination, u64)> {
    let (page, pagination) = page_in_memory(all, &with_total(request), scope)?;
    Ok(counted(page, pagination, request))
}

fn with_total(request: &ListRequest) -> ListRequest {
    let mut request = request.clone();
    request.page.include_total = true;
    request
}

/// The number apart; in the pagination only if it was asked for.
fn counted<T>(page: Vec<T>, pagination: Pagination, request: &ListRequest) -> (Vec<T>, Pagination, u64) {
    let total = pagination.total.unwrap_or(0);
    if request.page.include_total {
        return (page, pagination, total);
    }
    (page, Pagination { total: None, total_pages: None, ..pagination }, total)
}

fn matches(request: &ListRequest, shown: &impl Serialize) -> bool {
    serde_json::to_value(shown).is_ok_and(|record| request.matches(&record))
}

/// How many there are that the request is about, if that can be told at a bearable price.
async fn total<S: Source>(source: &S, request: &ListRequest) -> Result<Option<u64>> {
    if !request.narrows() {
        return source.count(MAX_COUNTED).await;
    }
    let all = whole(source).await?;
    Ok(all.map(|all| all.iter().filter(|shown| matches(request, shown)).count() as u64))
}

/// All there is, oldest first; `None` if it is too much to be read for one page.
async fn whole<S: Source>(source: &S) -> Result<Option<Vec<S::Shown>>> {
    let stretch = Stretch {
        direction: Direction::Asc,
        after: None,
        skip: 0,
        records: MAX_WHOLE,
        bytes: MAX_WHOLE_BYTES,
    };
    let walked = source.walk(&stretch).await?;
    Ok((!walked.more).then(|| walked.found.into_iter().map(|listed| listed.record).collect()))
}

fn too_many_to_count(request: &ListRequest) -> Error {
    if request.by_creation().is_none() {
        return too_many_to_sort(request);
    }
    let key = if request.filter.is_some() { "filters" } else { "search" };
    let message = format!(
        "takes a list of at most {MAX_WHOLE} entries and {} MiB of them: list all, page by page, and look \
         through what comes",
        MAX_WHOLE_BYTES / (1024 * 1024)
    );
    Error::field("value_error", Path::body().key(key), message)
}

fn too_many_to_sort(request: &ListRequest) -> Error {
    let field = request.sort.first().map_or("", |sort| sort.field.as_str());
    let message = format!(
        "sorting by '{field}' takes a list of at most {MAX_WHOLE} entries and {} MiB of them: list by \
         created_at, page by page, and sort what comes",
        MAX_WHOLE_BYTES / (1024 * 1024)
    );
    Error::field("value_error", Path::body().key("sort").key("field"), message)
}

/// What a page's records have on average; 0 of none.
#[expect(clippy::cast_precision_loss, reason = "an average needn't be exact beyond 2^52")]
pub fn average(sum: u64, count: usize) -> f64 {
    if count == 0 { 0.0 } else { sum as f64 / count as f64 }
}
