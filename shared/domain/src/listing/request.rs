//! A list's request: body and query together.

use std::collections::BTreeSet;

use serde_json::Value;

use super::cursor::{Binding, Cursor};
use super::filter::Filter;
use super::kind::{ListKind, Spec};
use super::page::{self, PageRequest, Sent, Start};
use super::search::Search;
use super::select::Select;
use super::sort::{self, CREATED_AT, Direction, Sort};
use crate::limits::{MAX_PAGE, MAX_SEARCH_CHARS, MAX_SELECTED};
use crate::violation::{Path, Violations};
use crate::{Error, Result, json};

/// What a client asks of a list.
#[derive(Clone, Debug, PartialEq)]
pub struct ListRequest {
    /// Which list.
    pub kind: ListKind,
    /// Which page of it.
    pub page: PageRequest,
    /// Which records it is about.
    pub filter: Option<Filter>,
    /// In which order; never empty. Ties are broken by the id.
    pub sort: Vec<Sort>,
    /// A text that the records must have.
    pub search: Option<Search>,
    /// Which fields to show.
    pub select: Option<Select>,
    /// Whether to show URLs to read bytes.
    pub return_presigned_urls: bool,
    /// Where the cursor was.
    cursor_at: Path,
}

impl ListRequest {
    /// Reads a request: every page parameter from the body, else the query; `search` and
    /// `return_presigned_urls`, too; the rest from the body. All that is wrong is a 422 at once.
    pub fn read(body: &Value, query: &dyn Fn(&str) -> Option<String>, kind: ListKind) -> Result<Self> {
        let Some(body) = body.as_object() else {
            return Err(Error::MalformedBody("must be a JSON object".to_owned()));
        };
        let spec = kind.spec();
        let mut found = check_names(body.keys(), spec);
        let of_body = |name: &str| body.get(name).cloned();
        let of_query = |name: &str| query(name).map(Value::from);
        let body = Sent { get: &of_body, at: Path::body(), texts: false, max_limit: spec.max_body_limit };
        let query = Sent { get: &of_query, at: Path::query(), texts: true, max_limit: MAX_PAGE };
        let (page, cursor_at) = page::read(&body, &query, spec, &mut found);
        let known = |name: &str| spec.open || spec.keys.contains(&name);
        let in_body = |name: &str| known(name).then(|| body.value(name)).flatten();

        let case_sensitive =
            known("case_sensitive").then(|| body.flag("case_sensitive", &mut found)).flatten();
        let case_sensitive = case_sensitive.unwrap_or(false);
        let filter =
            in_body("filters").and_then(|(sent, at)| Filter::read(&sent, case_sensitive, &at, &mut found));
        let mut sort =
            in_body("sorts").map_or_else(Vec::new, |(sent, at)| sort::read_many(&sent, &at, &mut found));
        let single = in_body("sort").and_then(|(sent, at)| sort::read_one(&sent, &at, &mut found));
        if sort.is_empty() {
            sort.push(single.unwrap_or_else(|| Sort::by_creation(spec.order)));
        }
        let search = read_search(&body, &query, case_sensitive, &mut found);
        let select = in_body("select").and_then(|(sent, at)| read_select(&sent, &at, &mut found));
        let urls = body.flag("return_presigned_urls", &mut found);
        let urls = urls.or(query.flag("return_presigned_urls", &mut found)).unwrap_or(false);
        found.into_result()?;
        Ok(Self { kind, page, filter, sort, search, select, return_presigned_urls: urls, cursor_at })
    }

    /// Whether it is about some of the records alone.
    pub fn narrows(&self) -> bool {
        self.filter.is_some() || self.search.is_some()
    }

    /// Whether a record, as clients see it, is one that it is about.
    pub fn matches(&self, record: &Value) -> bool {
        self.filter.as_ref().is_none_or(|filter| filter.matches(record))
            && self.search.as_ref().is_none_or(|search| search.matches(record, self.kind.spec().searched))
    }

    /// The direction, if the order is that of creation, which a bucket's index has.
    pub fn by_creation(&self) -> Option<Direction> {
        let first = self.sort.first()?;
        (first.field == CREATED_AT).then_some(first.direction)
    }

    /// Where the page begins, in a list of what `scope` names.
    pub(super) fn resume(&self, scope: &str) -> Result<Cursor> {
        let limit = self.page.limit;
        match &self.page.start {
            Start::Beginning => Ok(Cursor { page: 1, skip: 0, position: Value::Null }),
            Start::Offset(offset) => {
                Ok(Cursor { page: offset / limit + 1, skip: *offset, position: Value::Null })
            }
            Start::Cursor(text) => {
                Cursor::open(text, &self.binding(scope)).map_err(|refusal| refusal.at(self.cursor_at.clone()))
            }
        }
    }

    /// The 422 of a cursor whose position isn't one of this list.
    pub(super) fn strange_cursor(&self) -> Error {
        super::cursor::Refusal::Strange.at(self.cursor_at.clone())
    }

    /// What this request's cursors are good for.
    pub(super) fn binding(&self, scope: &str) -> Binding {
        Binding::of(self.kind.spec().name, scope, self.filter.as_ref(), &self.sort, self.search.as_ref())
    }
}

/// Notes the names in the body that nothing reads.
fn check_names<'a>(names: impl Iterator<Item = &'a String>, spec: Spec) -> Violations {
    let mut found = Violations::new();
    if spec.open {
        return found;
    }
    let accepted: Vec<String> =
        spec.keys.iter().chain(&page::NAMES).map(|name| format!("`{name}`")).collect();
    for name in
        names.filter(|name| !spec.keys.contains(&name.as_str()) && !page::NAMES.contains(&name.as_str()))
    {
        let message = format!("is not accepted here; accepted: {}", accepted.join(", "));
        found.add("extra_forbidden", Path::body().key(name), message);
    }
    found
}

fn read_search(
    body: &Sent<'_>,
    query: &Sent<'_>,
    case_sensitive: bool,
    found: &mut Violations,
) -> Option<Search> {
    let (sent, also) = (body.text("search", found), query.text("search", found));
    let (text, at) = sent.or(also)?;
    found.extend(json::check_chars(&text, 0, MAX_SEARCH_CHARS, &at));
    Search::new(&text, case_sensitive)
}

fn read_select(sent: &Value, at: &Path, found: &mut Violations) -> Option<Select> {
    let Some(sent) = sent.as_array() else {
        found.add("list_type", at.clone(), "must be a list of field names");
        return None;
    };
    if sent.len() > MAX_SELECTED {
        found.add("too_long", at.clone(), format!("must have at most {MAX_SELECTED} entries"));
        return None;
    }
    let names: BTreeSet<String> = sent
        .iter()
        .enumerate()
        .filter_map(|(position, name)| super::path::name(name, &at.index(position), found))
        .collect();
    Select::new(names)
}

#[cfg(test)]
mod tests;
