//! Which page a request asks for: eight names for three things (contract section 2.7).

use serde_json::Value;

use super::kind::Spec;
use crate::limits::{MAX_CURSOR_CHARS, MAX_OFFSET, MAX_PAGE};
use crate::violation::{Path, Violations};

/// A page's size and beginning.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct PageRequest {
    /// Most results of the page.
    pub limit: u32,
    /// Where it begins.
    pub start: Start,
    /// Whether all results are to be counted.
    pub include_total: bool,
}

/// Where a page begins.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Start {
    /// With the first result.
    Beginning,
    /// After this many results.
    Offset(u32),
    /// Where the page before it ended.
    Cursor(String),
}

/// The names of the page parameters, in a body as in a query.
pub(super) const NAMES: [&str; 8] =
    ["limit", "page_size", "offset", "page", "cursor", "next_cursor", "after", "include_total"];

/// A place of parameters: the body, or the query.
pub(super) struct Sent<'a> {
    /// A parameter; of a query, as the text that it is.
    pub(super) get: &'a dyn Fn(&str) -> Option<Value>,
    /// Where it is.
    pub(super) at: Path,
    /// Whether values are texts.
    pub(super) texts: bool,
    /// Most results that `limit` may ask for.
    pub(super) max_limit: u32,
}

/// What one place asks for.
struct Asked {
    limit: Option<u32>,
    offset: Option<u32>,
    page: Option<u32>,
    cursor: Option<(String, Path)>,
    include_total: Option<bool>,
}

/// Reads the page parameters of body and query, and where the cursor was, if there is one.
pub(super) fn read(
    body: &Sent<'_>,
    query: &Sent<'_>,
    spec: Spec,
    found: &mut Violations,
) -> (PageRequest, Path) {
    let (asked, also) = (body.asked(found), query.asked(found));
    let limit = asked.limit.or(also.limit).unwrap_or(spec.default_limit);
    // Mixpeek's SDK sends `offset: 0` with every body: it must not undo what the query asks.
    let offset = asked
        .offset(limit, body, found)
        .filter(|offset| *offset > 0)
        .or(also.offset(limit, query, found))
        .unwrap_or(0);
    let (start, at) = match (asked.cursor.or(also.cursor), offset) {
        (Some((cursor, at)), _) => (Start::Cursor(cursor), at),
        (None, 0) => (Start::Beginning, Path::body()),
        (None, offset) => (Start::Offset(offset), Path::body()),
    };
    let include_total = asked.include_total.or(also.include_total).unwrap_or(false);
    (PageRequest { limit, start, include_total }, at)
}

impl Sent<'_> {
    /// Everything is checked, also what another name overrides.
    fn asked(&self, found: &mut Violations) -> Asked {
        let limit = self.number("limit", 1, self.max_limit, found);
        let page_size = self.number("page_size", 1, MAX_PAGE, found);
        let cursor = self.cursor("cursor", found);
        let next_cursor = self.cursor("next_cursor", found);
        let after = self.cursor("after", found);
        Asked {
            limit: limit.or(page_size),
            offset: self.number("offset", 0, MAX_OFFSET, found),
            page: self.number("page", 1, u32::MAX, found),
            cursor: cursor.or(next_cursor).or(after),
            include_total: self.flag("include_total", found),
        }
    }

    /// A parameter that is there and not null, with its place.
    pub(super) fn value(&self, name: &str) -> Option<(Value, Path)> {
        let value = (self.get)(name).filter(|value| !value.is_null())?;
        Some((value, self.at.key(name)))
    }

    fn number(&self, name: &str, min: u32, max: u32, found: &mut Violations) -> Option<u32> {
        let (value, at) = self.value(name)?;
        let number = match &value {
            Value::String(text) if self.texts => text.parse::<u64>().ok(),
            Value::Number(number) => number.as_u64(),
            _ => None,
        };
        let is_negative = match &value {
            Value::String(text) if self.texts => text.parse::<i64>().is_ok_and(|number| number < 0),
            other => other.as_i64().is_some_and(|number| number < 0),
        };
        if number.is_none() && !is_negative {
            found.add("int_type", at, "must be a whole number");
            return None;
        }
        let number = number.and_then(|number| u32::try_from(number).ok());
        let fits = number.filter(|number| (min..=max).contains(number));
        if fits.is_none() {
            let message = match max {
                u32::MAX => format!("must be at least {min}"),
                max => format!("must be from {min} to {max}"),
            };
            found.add("value_error", at, message);
        }
        fits
    }

    pub(super) fn flag(&self, name: &str, found: &mut Violations) -> Option<bool> {
        let (value, at) = self.value(name)?;
        let flag = match value {
            Value::Bool(flag) => Some(flag),
            Value::String(text) if self.texts => text.parse().ok(),
            _ => None,
        };
        if flag.is_none() {
            let kind = if self.texts { "bool_parsing" } else { "bool_type" };
            found.add(kind, at, "must be true or false");
        }
        flag
    }

    /// An empty cursor is none: clients send the one that they have.
    fn cursor(&self, name: &str, found: &mut Violations) -> Option<(String, Path)> {
        let (text, at) = self.text(name, found)?;
        found.extend(crate::json::check_chars(&text, 0, MAX_CURSOR_CHARS, &at));
        (!text.is_empty()).then_some((text, at))
    }

    pub(super) fn text(&self, name: &str, found: &mut Violations) -> Option<(String, Path)> {
        match self.value(name)? {
            (Value::String(text), at) => Some((text, at)),
            (_, at) => {
                found.add("string_type", at, "must be a string");
                None
            }
        }
    }
}

impl Asked {
    /// How many results come before the page: `offset`, else those of the pages before `page`.
    fn offset(&self, limit: u32, sent: &Sent<'_>, found: &mut Violations) -> Option<u32> {
        if self.offset.is_some() {
            return self.offset;
        }
        let page = self.page?;
        let offset = (page - 1).checked_mul(limit).filter(|offset| *offset <= MAX_OFFSET);
        if offset.is_none() {
            let message = format!("must begin within the first {MAX_OFFSET} results; use the cursor beyond");
            found.add("value_error", sent.at.key("page"), message);
        }
        offset
    }
}
