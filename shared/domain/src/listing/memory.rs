//! Lists of what is small enough to be read whole.

use serde::Serialize;
use serde_json::Value;

use super::cursor::Cursor;
use super::pagination::Pagination;
use super::request::ListRequest;
use super::sort;
use crate::limits::MAX_ANSWER_BYTES;
use crate::{Result, json};

/// One page of items, which are shown as they serialise. `scope` names what is listed: its cursors are
/// good for nothing else.
///
/// By cursor, whatever is there throughout comes exactly once, however much comes and goes meanwhile:
/// a cursor holds where the last item stood in the order.
pub fn page_in_memory<T: Serialize>(
    items: Vec<T>,
    request: &ListRequest,
    scope: &str,
) -> Result<(Vec<T>, Pagination)> {
    page_measured(items, request, scope, json::transported_len)
}

/// The same, where items take more of the answer than they show by now: `measure` gives the bytes.
pub fn page_measured<T: Serialize>(
    items: Vec<T>,
    request: &ListRequest,
    scope: &str,
    measure: impl Fn(&T) -> usize,
) -> Result<(Vec<T>, Pagination)> {
    let from = request.resume(scope)?;
    let id = request.kind.spec().id;
    let mut entries: Vec<(Vec<Value>, T)> = items
        .into_iter()
        .filter_map(|item| {
            let record = serde_json::to_value(&item).unwrap_or_default();
            request.matches(&record).then(|| (sort::keys(&record, &request.sort, id), item))
        })
        .collect();
    let total = request.page.include_total.then_some(entries.len() as u64);
    let order = |one: &[Value], other: &[Value]| sort::compare(one, other, &request.sort);
    entries.sort_by(|one, other| order(&one.0, &other.0));

    let passed = match &from.position {
        Value::Null => 0,
        Value::Array(last) if last.len() == request.sort.len() + 1 => {
            entries.partition_point(|(keys, _)| order(keys, last).is_le())
        }
        _ => return Err(request.strange_cursor()),
    };
    let skip = usize::try_from(from.skip).unwrap_or(usize::MAX);
    let left = entries.split_off(passed.saturating_add(skip).min(entries.len()));
    let (page, last) = fill(left, request.page.limit, measure);
    let next = last.map(|position| Cursor { page: from.page.saturating_add(1), skip: 0, position });
    let pagination = Pagination::new(request, scope, &from, page.len(), next, total);
    Ok((page, pagination))
}

/// As many items as a page and an answer hold, and where the last one stood, if others follow.
fn fill<T>(
    items: Vec<(Vec<Value>, T)>,
    limit: u32,
    measure: impl Fn(&T) -> usize,
) -> (Vec<T>, Option<Value>) {
    let limit = usize::try_from(limit).unwrap_or(usize::MAX);
    let mut room = MAX_ANSWER_BYTES;
    let mut page = Vec::new();
    let mut last = None;
    for (keys, item) in items {
        let bytes = measure(&item);
        if page.len() == limit || (bytes > room && !page.is_empty()) {
            return (page, last);
        }
        room = room.saturating_sub(bytes);
        page.push(item);
        last = Some(Value::from(keys));
    }
    (page, None)
}
