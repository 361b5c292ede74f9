//! Values at dotted paths of a record.

use serde_json::Value;

use crate::limits::MAX_PATH_CHARS;
use crate::violation::{Path, Violations};

/// Reads the name of a field; dots reach nested ones.
pub(super) fn name(sent: &Value, at: &Path, found: &mut Violations) -> Option<String> {
    let Some(name) = sent.as_str() else {
        found.add("string_type", at.clone(), "must be a string");
        return None;
    };
    let problems = crate::json::check_chars(name, 1, MAX_PATH_CHARS, at);
    let fine = problems.is_empty();
    found.extend(problems);
    fine.then(|| name.to_owned())
}

/// The values at a path, `blobs.details.filename`. Where the path meets a list, it goes on in each of
/// its entries, or in one if it names a position, `blobs.0.type`.
pub(super) fn values<'a>(record: &'a Value, path: &str) -> Vec<&'a Value> {
    let mut found = Vec::new();
    collect(record, path, &mut found);
    found
}

fn collect<'a>(value: &'a Value, path: &str, found: &mut Vec<&'a Value>) {
    let (first, rest) = match path.split_once('.') {
        Some((first, rest)) => (first, Some(rest)),
        None => (path, None),
    };
    let go_on = |inner: &'a Value| match rest {
        Some(rest) => collect(inner, rest, found),
        None => found.push(inner),
    };
    match value {
        // A custom field's own name may have dots.
        Value::Object(entries) => match entries.get(path) {
            Some(whole) => found.push(whole),
            None => entries.get(first).into_iter().for_each(go_on),
        },
        Value::Array(items) => match first.parse::<usize>() {
            Ok(position) => items.get(position).into_iter().for_each(go_on),
            Err(_) => items.iter().for_each(|item| collect(item, path, found)),
        },
        _ => {}
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    #[test]
    fn a_path_goes_into_objects_and_into_every_entry_of_a_list() {
        let record = json!({
            "a": {"b": {"c": 1}}, "a.b": 2, "x": {"y.z": 3},
            "blobs": [{"type": "text", "details": {"size": 5}}, {"type": "video"}], "deep": [[{"n": 1}], {"n": 2}],
        });
        for (path, expected) in [
            ("a", json!([{"b": {"c": 1}}])),
            ("a.b", json!([2])),
            ("a.b.c", json!([1])),
            ("x.y.z", json!([3])),
            ("blobs.type", json!(["text", "video"])),
            ("blobs.1.type", json!(["video"])),
            ("blobs.details.size", json!([5])),
            ("deep.n", json!([1, 2])),
            ("blobs.2", json!([])),
            ("a.b.c.d", json!([])),
            ("nothing", json!([])),
            ("", json!([])),
            (".", json!([])),
        ] {
            assert_eq!(json!(values(&record, path)), expected, "{path}");
        }
    }
}
