//! Pages of a bucket's listing: prefixes, delimiters, and where to go on.

use super::index::Index;
use super::records::Version;
use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use s3s::{S3Result, s3_error};
use serde::{Deserialize, Serialize};
use std::ops::Bound;
use std::sync::Arc;

/// Where a page begins.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub(crate) enum After {
    #[default]
    Start,
    /// Behind this key.
    Key(String),
    /// Behind everything under this common prefix.
    Prefix(String),
    /// Behind this version of this key.
    Version(String, String),
}

impl After {
    /// An opaque continuation token.
    pub(crate) fn token(&self) -> S3Result<String> {
        let json = serde_json::to_vec(self).map_err(|error| s3_error!(error, InternalError))?;
        Ok(URL_SAFE_NO_PAD.encode(json))
    }

    pub(crate) fn from_token(token: &str) -> S3Result<Self> {
        URL_SAFE_NO_PAD
            .decode(token)
            .ok()
            .and_then(|json| serde_json::from_slice(&json).ok())
            .ok_or_else(|| s3_error!(InvalidArgument, "The continuation token provided is incorrect"))
    }
}

#[derive(Debug, Default)]
pub(crate) struct Query {
    pub(crate) prefix: String,
    pub(crate) delimiter: Option<String>,
    pub(crate) after: After,
    pub(crate) max: usize,
}

/// A version, or the common prefix that stands for several keys.
#[derive(Debug, Clone)]
pub(crate) enum Entry {
    Version { version: Arc<Version>, latest: bool },
    Prefix(String),
}

#[derive(Debug, Default)]
pub(crate) struct Page {
    pub(crate) entries: Vec<Entry>,
    /// Where the next page begins, if there is one.
    pub(crate) next: Option<After>,
}

impl Page {
    fn last(&self) -> Option<After> {
        self.entries.last().map(|entry| match entry {
            Entry::Version { version, .. } => After::Version(version.key.clone(), version.id.clone()),
            Entry::Prefix(prefix) => After::Prefix(prefix.clone()),
        })
    }
}

/// S3's `max-keys` and its like: at most, and by default, a thousand.
pub(crate) fn limit(requested: Option<i32>) -> S3Result<usize> {
    let requested = requested.unwrap_or(1000);
    usize::try_from(requested)
        .map(|limit| limit.min(1000))
        .map_err(|_| s3_error!(InvalidArgument, "maxKeys must not be negative"))
}

/// Lists the newest versions that have content.
pub(crate) fn objects(index: &Index, query: &Query) -> Page {
    let mut page = walk(index, query, |versions| {
        let newest = versions.last().filter(|version| version.content.is_some());
        newest.into_iter().cloned().collect()
    });
    // There is one version per key here, so the key alone says where to go on, even if that
    // version has been replaced by the time of the next request.
    if let Some(After::Version(key, _)) = page.next {
        page.next = Some(After::Key(key));
    }
    page
}

/// Lists all versions and delete markers, each key's newest first.
pub(crate) fn versions(index: &Index, query: &Query) -> Page {
    walk(index, query, |versions| versions.iter().rev().cloned().collect())
}

fn walk(index: &Index, query: &Query, select: impl Fn(&[Arc<Version>]) -> Vec<Arc<Version>>) -> Page {
    let mut page = Page::default();
    if query.max == 0 {
        return page;
    }
    let from = match &query.after {
        After::Start => Bound::Unbounded,
        After::Key(key) => Bound::Excluded(key.as_str()),
        After::Prefix(place) | After::Version(place, _) => Bound::Included(place.as_str()),
    };
    for (key, all) in index.keys(&query.prefix, from) {
        let mut selected = select(all);
        if let After::Version(place, id) = &query.after
            && place == key
            && let Some(at) = selected.iter().position(|version| version.id == *id)
        {
            selected.drain(..=at);
        }
        if selected.is_empty() {
            continue;
        }
        if let Some(prefix) = common_prefix(key, query) {
            let listed = matches!(page.entries.last(), Some(Entry::Prefix(last)) if last == prefix);
            if listed || is_behind(&query.after, prefix) {
                continue;
            }
            if page.entries.len() == query.max {
                page.next = page.last();
                return page;
            }
            page.entries.push(Entry::Prefix(prefix.to_owned()));
            continue;
        }
        for version in selected {
            if page.entries.len() == query.max {
                page.next = page.last();
                return page;
            }
            let latest = all.last().is_some_and(|last| last.sequence == version.sequence);
            page.entries.push(Entry::Version { version, latest });
        }
    }
    page
}

fn common_prefix<'a>(key: &'a str, query: &Query) -> Option<&'a str> {
    let delimiter = query.delimiter.as_deref().filter(|text| !text.is_empty())?;
    let at = key[query.prefix.len()..].find(delimiter)?;
    Some(&key[..query.prefix.len() + at + delimiter.len()])
}

/// Whether a common prefix was on an earlier page. A listing of the first kind goes on from a
/// plain key, which may be the prefix that the page before ended with.
fn is_behind(after: &After, prefix: &str) -> bool {
    match after {
        After::Prefix(place) | After::Key(place) => place == prefix,
        After::Start | After::Version(..) => false,
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::store::bucket::now;

    fn index(keys: &[&str]) -> Index {
        let mut index = Index::default();
        for (sequence, key) in (1..).zip(keys) {
            index.insert(Arc::new(Version {
                key: (*key).to_owned(),
                id: format!("v{sequence}"),
                last_modified: now(),
                content: None,
                sequence,
            }));
        }
        index
    }

    fn names(page: &Page) -> Vec<String> {
        let name = |entry: &Entry| match entry {
            Entry::Version { version, .. } => format!("{}@{}", version.key, version.id),
            Entry::Prefix(prefix) => format!("{prefix}…"),
        };
        page.entries.iter().map(name).collect()
    }

    #[test]
    fn pages_of_any_size_make_up_the_whole_listing() {
        let index = index(&["a", "b/1", "b/2", "a", "b/", "b", "c/x/y", "d", "ä/ö", "b/1"]);
        for delimiter in [None, Some("/".to_owned())] {
            for prefix in ["", "b", "b/", "zz"] {
                let whole = Query {
                    prefix: prefix.to_owned(),
                    delimiter: delimiter.clone(),
                    after: After::Start,
                    max: 1000,
                };
                let expected = names(&versions(&index, &whole));
                for max in 1..5 {
                    let mut after = After::Start;
                    let mut got = Vec::new();
                    loop {
                        let query =
                            Query { prefix: prefix.to_owned(), delimiter: delimiter.clone(), after, max };
                        let page = versions(&index, &query);
                        got.extend(names(&page));
                        let Some(next) = page.next else { break };
                        after = After::from_token(&next.token().unwrap()).unwrap();
                    }
                    assert_eq!(got, expected, "prefix {prefix:?}, pages of {max}");
                }
            }
        }
    }

    #[test]
    fn folders_are_rolled_up() {
        let index = index(&["a", "b/1", "b/2", "c"]);
        let query = Query { delimiter: Some("/".to_owned()), max: 10, ..Query::default() };
        assert_eq!(names(&versions(&index, &query)), ["a@v1", "b/…", "c@v4"]);
    }
}
