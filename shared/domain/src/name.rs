//! Names that people give to namespaces and buckets, and that stand in paths beside ids.

use crate::id::{BucketId, NamespaceId};
use crate::json::check_chars;
use crate::limits::MAX_NAME_BYTES;
use crate::violation::{Path, Violations};

/// Checks a name: that it is of an allowed length in characters, can be told from an id, and
/// survives the way through a URL's path unchanged.
pub fn check_name(value: &str, at: &Path, min: usize, max: usize) -> Violations {
    let mut found = check_chars(value, min, max, at);
    if found.is_empty() && value.len() > MAX_NAME_BYTES {
        let message = format!("must have at most {MAX_NAME_BYTES} bytes in UTF-8");
        found.add("string_too_long", at.clone(), message);
    }
    let mut refuse = |message: String| found.add("value_error", at.clone(), message);
    if value.trim() != value {
        refuse("must have no space at its start or end".to_owned());
    }
    // A key of a table joins its parts with '#', and the others would end a path's segment.
    let is_special = |c: char| c.is_control() || matches!(c, '/' | '#' | '?');
    if value.chars().any(is_special) {
        refuse("must have no control character and none of / # ?".to_owned());
    }
    // HTTP clients resolve these two away, percent-encoded or not.
    if matches!(value, "." | "..") {
        refuse(format!("must not be '{value}'"));
    }
    // One path parameter takes ids and names: whoever could name a bucket like another's id would
    // receive what is meant for that one.
    let prefixes = [NamespaceId::PREFIX, BucketId::PREFIX];
    if prefixes.iter().any(|prefix| value.starts_with(prefix)) {
        let prefixes = prefixes.join(" or ");
        refuse(format!("must not start with {prefixes}, as ids do"));
    }
    found
}

/// The schema of what [`check_name`] takes, but for its limit in bytes.
#[cfg(feature = "openapi")]
pub(crate) fn schema<const MIN: usize, const MAX: usize>(
    _: &mut schemars::SchemaGenerator,
) -> schemars::Schema {
    const INNER: &str = r"[^/#?\x00-\x1f\x7f-\x9f]";
    const OUTER: &str = r"[^\s/#?\x00-\x1f\x7f-\x9f]";
    schemars::json_schema!({
        "type": "string",
        "minLength": MIN,
        "maxLength": MAX,
        "pattern": format!("^{OUTER}({INNER}*{OUTER})?$"),
        "not": {"pattern": format!(r"^({}|{}|\.{{1,2}}$)", NamespaceId::PREFIX, BucketId::PREFIX)},
    })
}

/// The same, or null.
#[cfg(feature = "openapi")]
pub(crate) fn nullable_schema<const MIN: usize, const MAX: usize>(
    generator: &mut schemars::SchemaGenerator,
) -> schemars::Schema {
    schemars::json_schema!({"anyOf": [schema::<MIN, MAX>(generator), {"type": "null"}]})
}

#[cfg(test)]
mod tests {
    use super::*;

    fn kinds(value: &str) -> Vec<&'static str> {
        let found = check_name(value, &Path::body().key("bucket_name"), 1, 256);
        found.entries().iter().map(|v| v.kind).collect()
    }

    #[test]
    fn ordinary_names_pass() {
        for name in ["clips", "My clips: 2026", "日本語", "BKT_1", "x", "a..b", &"é".repeat(256)] {
            assert!(kinds(name).is_empty(), "{name}");
        }
        assert!(check_name("abc", &Path::body(), 3, 64).is_empty());
    }

    #[test]
    fn each_rule_refuses() {
        for name in [" a", "a\u{a0}", "a/b", "a#b", "a?b", "a\nb", "a\u{7f}b", "ns_1", "bkt_", ".", ".."] {
            assert_eq!(kinds(name), ["value_error"], "{name:?}");
        }
        assert_eq!(kinds(""), ["string_too_short"]);
        assert_eq!(kinds(&"é".repeat(257)), ["string_too_long"]);
        assert_eq!(kinds(&"🪣".repeat(251)), ["string_too_long"]);
        assert!(!check_name("ab", &Path::body(), 3, 64).is_empty());
    }

    #[test]
    fn all_that_is_wrong_is_told_at_once() {
        assert_eq!(kinds(" bkt_/").len(), 2);
        assert_eq!(
            kinds(&format!("ns_/{} ", "a".repeat(256))),
            ["string_too_long", "value_error", "value_error", "value_error"]
        );
    }
}
