//! JSON and URLs as the demonstration shows them: short, and without what a URL is signed with.

use serde_json::Value;

/// How wide a line may get.
const WIDTH: usize = 96;
/// How long a text may get, in characters.
const LONGEST: usize = 160;
/// How long a word alone, such as a hash, may get.
const LONGEST_WORD: usize = 48;
/// What stands for what isn't shown.
const MORE: &str = "…";

/// JSON, indented; what fits stays on one line, and nulls are left out. Of an object, only `fields` if
/// any are named.
pub(super) fn json(value: &Value, fields: &[&str], indent: usize) -> String {
    let Value::Object(object) = value else { return layout(value, indent) };
    if fields.is_empty() {
        return layout(value, indent);
    }
    let mut members: Vec<_> = fields
        .iter()
        .filter_map(|field| object.get(*field).map(|value| member(field, value, indent)))
        .collect();
    if members.len() < object.len() {
        members.push(MORE.to_owned());
    }
    join('{', &members, '}', indent)
}

fn layout(value: &Value, indent: usize) -> String {
    match value {
        Value::Object(object) => {
            let said = object.iter().filter(|(_, value)| !value.is_null());
            let members: Vec<_> = said.map(|(name, value)| member(name, value, indent)).collect();
            join('{', &members, '}', indent)
        }
        Value::Array(array) => {
            let members: Vec<_> = array.iter().map(|value| layout(value, indent + 2)).collect();
            join('[', &members, ']', indent)
        }
        Value::String(text) => Value::from(shorten(text)).to_string(),
        other => other.to_string(),
    }
}

fn member(name: &str, value: &Value, indent: usize) -> String {
    format!("{}: {}", Value::from(name), layout(value, indent + 2))
}

fn join(open: char, members: &[String], close: char, indent: usize) -> String {
    let line = format!("{open}{}{close}", members.join(", "));
    if indent + line.chars().count() <= WIDTH && !line.contains('\n') {
        return line;
    }
    let margin = " ".repeat(indent);
    let members: Vec<_> = members.iter().map(|member| format!("{margin}  {member}")).collect();
    format!("{open}\n{}\n{margin}{close}", members.join(",\n"))
}

fn shorten(text: &str) -> String {
    if text.starts_with("http://") || text.starts_with("https://") || text.starts_with("s3://") {
        return url(text);
    }
    let most = if text.contains(' ') { LONGEST } else { LONGEST_WORD };
    let length = text.chars().count();
    if length <= most {
        return text.to_owned();
    }
    let head: String = text.chars().take(most / 2).collect();
    let tail: String = text.chars().skip(length - most / 6).collect();
    format!("{head}{MORE}{tail}")
}

/// A URL's host, first directory and file; never its query, which holds the signature.
pub(super) fn url(url: &str) -> String {
    let (address, query) = url.split_once('?').map_or((url, ""), |(address, _)| (address, "?…"));
    let parts: Vec<_> = address.split('/').collect();
    match parts.as_slice() {
        [scheme, empty, host, first, .., last] if parts.len() > 6 => {
            format!("{scheme}/{empty}/{host}/{first}/{MORE}/{last}{query}")
        }
        _ => format!("{address}{query}"),
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    #[test]
    fn a_url_keeps_its_host_and_file_and_loses_its_query() {
        let long = "http://127.0.0.1:9401/blobs/uploads/org_1/ns_1/upl_1/a.txt?X-Amz-Signature=beef";
        assert_eq!(url(long), "http://127.0.0.1:9401/blobs/…/a.txt?…");
        assert_eq!(url("http://127.0.0.1:9401/a?b=c"), "http://127.0.0.1:9401/a?…");
        let shown = json(&json!({"deep": [{"url": long}]}), &[], 0);
        assert!(!shown.contains("Signature"), "{shown}");
    }

    #[test]
    fn what_fits_stays_on_one_line_and_what_is_left_out_is_marked() {
        let value = json!({"a": 1, "b": [1, 2], "c": null});
        assert_eq!(json(&value, &[], 4), r#"{"a": 1, "b": [1, 2]}"#);
        assert_eq!(json(&value, &["b"], 4), r#"{"b": [1, 2], …}"#);
        let words = "a few words that make a line of some length ";
        let wide = json!({"first": words, "second": words});
        let expected = format!("{{\n    \"first\": \"{words}\",\n    \"second\": \"{words}\"\n  }}");
        assert_eq!(json(&wide, &[], 2), expected);
        let hash = json!(["0123456789ab".repeat(5)]);
        assert_eq!(json(&hash, &[], 0), r#"["0123456789ab0123456789ab…456789ab"]"#);
    }
}
