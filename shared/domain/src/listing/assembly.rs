//! A page, assembled from a walk: how far to go, what belongs to it, and where the next one begins.

use serde_json::Value;

use super::cursor::Cursor;
use super::pagination::Pagination;
use super::request::ListRequest;
use super::sort::Direction;
use super::walk::{Position, Stretch, Walked};
use crate::Result;
use crate::limits::{MAX_ANSWER_BYTES, MAX_SCANNED, MAX_SCANNED_BYTES};

/// Fewest and most records that are read at once where a filter or search decides: matches may be
/// rare, or near.
const SCANNED_AT_ONCE: std::ops::RangeInclusive<u32> = 50..=400;

/// A page in the making. Walk what [`Self::next_stretch`] says, hand it to [`Self::take`], and again,
/// until it says nothing more.
///
/// A page ends when it is full, when the list does, when an answer holds no more, or when it has cost
/// enough: then it is short, and its cursor leads on from there.
#[derive(Debug)]
pub struct Assembly<'a, T> {
    request: &'a ListRequest,
    scope: &'a str,
    direction: Direction,
    from: Cursor,
    results: Vec<T>,
    room: usize,
    /// Results that are to be skipped still.
    skip: u32,
    after: Option<Position>,
    more: bool,
    is_done: bool,
    scanned: u32,
    scanned_bytes: u64,
    at_once: u32,
}

impl<'a, T> Assembly<'a, T> {
    /// An empty page. `scope` names what is listed; the request's order is that of creation. A 422 if
    /// the cursor isn't one of this list.
    pub fn new(request: &'a ListRequest, scope: &'a str) -> Result<Self> {
        let from = request.resume(scope)?;
        let after = match &from.position {
            Value::Null => None,
            position => {
                let position = position.as_str().and_then(Position::parse);
                Some(position.ok_or_else(|| request.strange_cursor())?)
            }
        };
        Ok(Self {
            request,
            scope,
            direction: request.by_creation().unwrap_or_default(),
            skip: from.skip,
            from,
            results: Vec::new(),
            room: MAX_ANSWER_BYTES,
            after,
            more: true,
            is_done: false,
            scanned: 0,
            scanned_bytes: 0,
            at_once: request.page.limit.clamp(*SCANNED_AT_ONCE.start(), *SCANNED_AT_ONCE.end()),
        })
    }

    /// What is to be walked next; `None` when the page is finished.
    pub fn next_stretch(&self) -> Option<Stretch> {
        let bytes = MAX_SCANNED_BYTES.saturating_sub(self.scanned_bytes);
        if self.is_done || !self.more || self.scanned >= MAX_SCANNED || bytes == 0 {
            return None;
        }
        let skip = if self.request.narrows() { 0 } else { self.skip };
        let records = self.records();
        Some(Stretch { direction: self.direction, after: self.after.clone(), skip, records, bytes })
    }

    /// How many records to walk at once.
    fn records(&self) -> u32 {
        let missing = self.request.page.limit.saturating_sub(self.count());
        let wanted = if self.request.narrows() { self.at_once } else { missing };
        wanted.min(MAX_SCANNED.saturating_sub(self.scanned))
    }

    /// Takes what was walked. `matches` says whether a record is one that the request is about;
    /// `measure`, how many bytes it takes of an answer.
    pub fn take(&mut self, walked: Walked<T>, matches: impl Fn(&T) -> bool, measure: impl Fn(&T) -> usize) {
        let narrows = self.request.narrows();
        let was_spent = walked.more && walked.entries < self.records();
        if !narrows {
            self.skip = 0; // the walk skipped them, or there are fewer
        }
        self.scanned = self.scanned.saturating_add(walked.entries.max(1));
        self.at_once = self.at_once.saturating_mul(2).min(*SCANNED_AT_ONCE.end());
        for listed in walked.found {
            // There is at least this one more.
            if self.is_done {
                self.more = true;
                return;
            }
            if !narrows || matches(&listed.record) {
                if self.skip > 0 {
                    self.skip -= 1;
                } else if !self.put(listed.record, &measure) {
                    self.more = true;
                    return;
                }
            }
            self.scanned_bytes = self.scanned_bytes.saturating_add(listed.bytes);
            self.after = Some(listed.position);
        }
        self.after = walked.end.or(self.after.take());
        self.more = walked.more;
        // Fewer than were asked for, and there are more: what follows is more than the page may cost.
        self.is_done |= was_spent;
    }

    /// Puts a result on the page, unless the answer has no room for it.
    fn put(&mut self, record: T, measure: impl Fn(&T) -> usize) -> bool {
        let bytes = measure(&record);
        if bytes > self.room && !self.results.is_empty() {
            self.is_done = true;
            return false;
        }
        self.room = self.room.saturating_sub(bytes);
        self.results.push(record);
        self.is_done = self.count() >= self.request.page.limit;
        true
    }

    fn count(&self) -> u32 {
        u32::try_from(self.results.len()).unwrap_or(u32::MAX)
    }

    /// The page, with what its answer says of it; `total` is how many results there are, if that was
    /// asked for and found out.
    pub fn finish(self, total: Option<u64>) -> (Vec<T>, Pagination) {
        let next = self.more.then(|| Cursor {
            page: self.from.page.saturating_add(1),
            skip: self.skip,
            position: self.after.map_or(Value::Null, |position| position.as_str().into()),
        });
        let count = self.results.len();
        let pagination = Pagination::new(self.request, self.scope, &self.from, count, next, total);
        (self.results, pagination)
    }
}
