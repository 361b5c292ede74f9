//! Comparing an answer with what is written of it: exactly, but for placeholders such as
//! `<object_id>`, which stand for values of a known form.
//!
//! With a label, as in `<timestamp#now>`, every occurrence within one answer must be the same value.

use std::collections::BTreeMap;

use serde_json::Value;

/// What one answer's labelled placeholders stand for.
#[derive(Default)]
struct Comparison {
    labelled: BTreeMap<String, String>,
    differences: Vec<String>,
}

/// Every difference between an answer and what was wanted.
pub fn differences(wanted: &Value, found: &Value) -> Vec<String> {
    let mut comparison = Comparison::default();
    comparison.value(wanted, found, "body");
    comparison.differences
}

impl Comparison {
    fn value(&mut self, wanted: &Value, found: &Value, at: &str) {
        match (wanted, found) {
            (Value::Object(wanted), Value::Object(found)) => {
                for (name, wanted) in wanted {
                    match found.get(name) {
                        Some(found) => self.value(wanted, found, &format!("{at}.{name}")),
                        None => self.differences.push(format!("{at}.{name} is missing")),
                    }
                }
                for name in found.keys().filter(|name| !wanted.contains_key(*name)) {
                    self.differences.push(format!("{at}.{name} is there: {}", found[name]));
                }
            }
            (Value::Array(wanted), Value::Array(found)) if wanted.len() == found.len() => {
                for (position, (wanted, found)) in wanted.iter().zip(found).enumerate() {
                    self.value(wanted, found, &format!("{at}[{position}]"));
                }
            }
            (Value::String(wanted), Value::String(found)) if self.text(wanted, found) => {}
            (wanted, found) if wanted == found => {}
            (wanted, found) => self.differences.push(format!("{at} is {found}, not {wanted}")),
        }
    }

    /// Whether a text is as wanted, taking the placeholders from left to right.
    fn text(&mut self, mut wanted: &str, mut found: &str) -> bool {
        while let Some(next) = wanted.chars().next() {
            if let Some((placeholder, rest)) = placeholder(wanted) {
                let (kind, label) = placeholder.split_once('#').unwrap_or((placeholder, ""));
                let Some(value) = length(kind, found).map(|length| &found[..length]) else { return false };
                if !label.is_empty()
                    && self.labelled.entry(placeholder.to_owned()).or_insert_with(|| value.to_owned())
                        != value
                {
                    return false;
                }
                (wanted, found) = (rest, &found[value.len()..]);
            } else {
                let Some(rest) = found.strip_prefix(next) else { return false };
                (wanted, found) = (&wanted[next.len_utf8()..], rest);
            }
        }
        found.is_empty()
    }
}

/// The placeholder at the start of a text. Any other word in angle brackets is text.
fn placeholder(text: &str) -> Option<(&str, &str)> {
    let (name, rest) = text.strip_prefix('<')?.split_once('>')?;
    let kind = name.split('#').next()?;
    KINDS.contains(&kind).then_some((name, rest))
}

const KINDS: [&str; 11] = [
    "any",
    "blob_id",
    "bucket_id",
    "namespace_id",
    "object_id",
    "presigned_url",
    "s3_bucket",
    "timestamp",
    "upload_id",
    "version",
    "write_id",
];

/// How many bytes of a text are a value of this kind.
fn length(kind: &str, text: &str) -> Option<usize> {
    match kind {
        "any" => Some(text.len()).filter(|length| *length > 0),
        "blob_id" => id("blob_", 16, text),
        "bucket_id" => id("bkt_", 24, text),
        "namespace_id" => id("ns_", 16, text),
        "object_id" => id("obj_", 32, text),
        "upload_id" => id("upl_", 24, text),
        "write_id" => id("w_", 24, text),
        "presigned_url" => is_presigned(text).then_some(text.len()),
        "s3_bucket" => {
            let is_of_a_name = |b: &u8| b.is_ascii_lowercase() || b.is_ascii_digit() || b"-.".contains(b);
            let length = text.bytes().take_while(is_of_a_name).count();
            (3..=63).contains(&length).then_some(length)
        }
        "timestamp" => {
            const FORM: &[u8] = b"0000-00-00T00:00:00.000Z";
            let matches = |(form, byte): (&u8, u8)| match form {
                b'0' => byte.is_ascii_digit(),
                form => byte == *form,
            };
            let start = text.get(..FORM.len())?;
            FORM.iter().zip(start.bytes()).all(matches).then_some(FORM.len())
        }
        "version" => {
            let numbers: Vec<_> = text.split('.').collect();
            let is_number = |text: &&str| !text.is_empty() && text.bytes().all(|b| b.is_ascii_digit());
            (numbers.len() == 3 && numbers.iter().all(is_number)).then_some(text.len())
        }
        _ => None,
    }
}

fn id(prefix: &str, digits: usize, text: &str) -> Option<usize> {
    let hex = text.strip_prefix(prefix)?.get(..digits)?;
    let is_hex = hex.bytes().all(|b| matches!(b, b'0'..=b'9' | b'a'..=b'f'));
    is_hex.then_some(prefix.len() + digits)
}

/// A URL that S3 takes and Mixpeek's SDK decodes (contract section 7.2).
fn is_presigned(text: &str) -> bool {
    let parts = ["X-Amz-Algorithm=AWS4-HMAC-SHA256", "X-Amz-Expires=", "X-Amz-Signature="];
    text.starts_with("http") && text.len() <= 2083 && parts.iter().all(|part| text.contains(part))
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    #[test]
    fn a_placeholder_matches_its_form_alone() {
        let matches = |wanted: &str, found: &str| Comparison::default().text(wanted, found);
        let upload = "upl_0123456789abcdef01234567";
        assert!(matches("<upload_id>", upload));
        assert!(matches("a/<upload_id>/b", &format!("a/{upload}/b")));
        assert!(!matches("<upload_id>", &upload[..27]));
        assert!(!matches("<upload_id>", &format!("{upload}0")));
        assert!(!matches("<object_id>", upload));
        assert!(matches("<timestamp>", "2026-11-23T13:00:00.000Z"));
        assert!(!matches("<timestamp>", "2026-11-23T13:00:00Z"));
        assert!(matches("Bearer <key>", "Bearer <key>"));
        assert!(!matches("<any>", ""));
    }

    #[test]
    fn a_label_is_one_value_and_nothing_may_be_missing_or_extra() {
        let wanted = json!({"a": "<timestamp#now>", "b": ["<timestamp#now>"], "c": null});
        let (now, then) = ("2026-11-23T13:00:00.000Z", "2026-11-23T13:00:00.001Z");
        assert!(differences(&wanted, &json!({"a": now, "b": [now], "c": null})).is_empty());
        assert_eq!(differences(&wanted, &json!({"a": now, "b": [then], "c": null})).len(), 1);
        assert_eq!(differences(&wanted, &json!({"a": now, "b": [now], "d": null})).len(), 2);
    }
}
