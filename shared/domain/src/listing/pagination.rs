//! What an answer says of its page (contract section 2.7).

use serde::Serialize;

use super::cursor::Cursor;
use super::page::Start;
use super::request::ListRequest;
use crate::limits::MAX_OFFSET;

/// The `pagination` of a list's answer. A client is at the end when `next_cursor` is null: a page may
/// be short, even empty, before it.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
#[cfg_attr(feature = "openapi", derive(schemars::JsonSchema))]
pub struct Pagination {
    /// How many results there are; null unless asked for, and where counting them would take too long.
    pub total: Option<u64>,
    /// The number of the page, from 1; of pages by cursor, how many there were so far.
    pub page: u32,
    /// Most results of a page.
    pub page_size: u32,
    /// How many pages they fill; null as `total` is.
    pub total_pages: Option<u64>,
    /// The `page` to ask for next; null where only the cursor leads on.
    pub next_page: Option<String>,
    /// The `page` before this one; null on the first, and where pages came by cursor.
    pub previous_page: Option<String>,
    /// The cursor of the next page; null at the end.
    pub next_cursor: Option<String>,
}

impl Pagination {
    /// Of a page that began at `from` and has `count` results.
    pub(super) fn new(
        request: &ListRequest,
        scope: &str,
        from: &Cursor,
        count: usize,
        next: Option<Cursor>,
        total: Option<u64>,
    ) -> Self {
        let limit = request.page.limit;
        // Numbers lead to pages only where all pages are full and none begins in between.
        let is_numbered = match request.page.start {
            Start::Beginning => true,
            Start::Offset(offset) => offset % limit == 0,
            Start::Cursor(_) => false,
        };
        let is_full = u32::try_from(count) == Ok(limit);
        let is_near = from.page.checked_mul(limit).is_some_and(|offset| offset <= MAX_OFFSET);
        let leads_on = next.is_some() && is_numbered && is_full && is_near;
        Self {
            total,
            page: from.page,
            page_size: limit,
            total_pages: total.map(|total| total.div_ceil(u64::from(limit))),
            next_page: leads_on.then(|| (from.page + 1).to_string()),
            previous_page: (is_numbered && from.page > 1).then(|| (from.page - 1).to_string()),
            next_cursor: next.map(|next| next.seal(&request.binding(scope))),
        }
    }
}
