//! Cursors: where a page ended, for the same request alone.

use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use serde::Serialize;
use serde_json::Value;
use sha2::{Digest as _, Sha256};

use super::filter::Filter;
use super::search::Search;
use super::sort::Sort;
use crate::Error;
use crate::json::canonical;
use crate::violation::{Path, Violations};

/// Changes when what a cursor holds does: one of another version is refused, not misread.
const VERSION: u8 = 1;

/// What a cursor is good for: a hash of the list, and of what was asked of it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Binding(String);

impl Binding {
    /// The binding of a list of what `scope` names.
    pub(super) fn of(
        list: &str,
        scope: &str,
        filter: Option<&Filter>,
        sorts: &[Sort],
        search: Option<&Search>,
    ) -> Self {
        let asked = value(&(list, scope, filter, sorts, search));
        let hash = Sha256::digest(canonical(&asked));
        Self(URL_SAFE_NO_PAD.encode(&hash[..12]))
    }
}

/// Where the next page begins. Whoever changes one sees another part of what they may see anyway.
#[derive(Clone, Debug, PartialEq)]
pub(super) struct Cursor {
    /// The number of that page, from 1.
    pub(super) page: u32,
    /// How many results are to be skipped still.
    pub(super) skip: u32,
    /// What the last page ended with; null before the first.
    pub(super) position: Value,
}

/// Why a cursor isn't read.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Refusal {
    /// It isn't one of ours, or of another version.
    Strange,
    /// It belongs to another list, or to other parameters.
    Mismatch,
}

impl Refusal {
    /// The 422.
    pub(super) fn at(self, place: Path) -> Error {
        let (message, code) = match self {
            Self::Strange => ("is not a cursor of this API: send a page's next_cursor unchanged", None),
            Self::Mismatch => {
                let message = "belongs to another list, or to other filters, search or sort: send those that \
                               it came with, or begin anew without a cursor";
                (message, Some("cursor_mismatch"))
            }
        };
        let mut violations = Violations::new();
        violations.add("value_error", place, message);
        Error::Invalid { violations, code }
    }
}

impl Cursor {
    /// The cursor as clients get it.
    pub(super) fn seal(&self, binding: &Binding) -> String {
        let content = value(&(VERSION, &binding.0, self.page, self.skip, &self.position));
        URL_SAFE_NO_PAD.encode(content.to_string())
    }

    /// Reads what a client sent.
    pub(super) fn open(text: &str, binding: &Binding) -> Result<Self, Refusal> {
        let bytes = URL_SAFE_NO_PAD.decode(text).map_err(|_| Refusal::Strange)?;
        let content: Value = serde_json::from_slice(&bytes).map_err(|_| Refusal::Strange)?;
        // The version first: another one may hold something else.
        if content.get(0) != Some(&Value::from(VERSION)) {
            return Err(Refusal::Strange);
        }
        let (_, bound, page, skip, position): (u8, String, u32, u32, Value) =
            serde_json::from_value(content).map_err(|_| Refusal::Strange)?;
        if bound != binding.0 {
            return Err(Refusal::Mismatch);
        }
        Ok(Self { page: page.max(1), skip, position })
    }
}

/// As JSON; none of what is written here fails.
fn value(content: &impl Serialize) -> Value {
    serde_json::to_value(content).unwrap_or_default()
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;
    use crate::listing::{ListKind, ListRequest};

    fn binding(body: &Value, scope: &str, kind: ListKind) -> Binding {
        ListRequest::read(body, &|_| None, kind).expect("a valid request").binding(scope)
    }

    #[test]
    fn a_cursor_is_bound_to_what_decides_the_results() {
        let body = json!({"filters": {"a": 1, "b": 2}, "sort": {"field": "a"}, "search": "x"});
        let ours = binding(&body, "bkt_1", ListKind::Objects);
        let cursor = Cursor { page: 2, skip: 0, position: json!("2026#obj_1") };
        let text = cursor.seal(&ours);
        assert_eq!(Cursor::open(&text, &ours), Ok(cursor));
        // Said otherwise, it is the same; the size of a page may change on the way.
        let same = json!({
            "search": "X", "sort": {"direction": "asc", "field": "a"}, "limit": 3,
            "filters": {"case_sensitive": false, "b": 2, "a": 1}, "select": ["a"], "include_total": true,
        });
        assert_eq!(binding(&same, "bkt_1", ListKind::Objects), ours);
        for (other, scope, kind) in [
            (body.clone(), "bkt_2", ListKind::Objects),
            (body.clone(), "bkt_1", ListKind::Uploads),
            (json!({"filters": {"a": 1}, "sort": {"field": "a"}, "search": "x"}), "bkt_1", ListKind::Objects),
            (json!({"filters": {"a": 1, "b": 2}, "search": "x"}), "bkt_1", ListKind::Objects),
            (json!({"filters": {"a": 1, "b": 2}, "sort": {"field": "a"}}), "bkt_1", ListKind::Objects),
        ] {
            assert_eq!(Cursor::open(&text, &binding(&other, scope, kind)), Err(Refusal::Mismatch), "{other}");
        }
    }

    #[test]
    fn garbage_and_other_versions_are_refused() {
        let ours = binding(&json!({}), "bkt_1", ListKind::Objects);
        let sealed = |content: Value| URL_SAFE_NO_PAD.encode(content.to_string());
        for text in [
            "garbage!".to_owned(),
            "AAAA".to_owned(),
            sealed(json!({})),
            sealed(json!([])),
            sealed(json!([2, ours.0, 1, 0, "x"])),
            sealed(json!([1, ours.0, -1, 0, "x"])),
            sealed(json!([1, ours.0, 1, 0])),
            sealed(json!([1, 5, 1, 0, "x"])),
        ] {
            assert_eq!(Cursor::open(&text, &ours), Err(Refusal::Strange), "{text}");
        }
    }
}
