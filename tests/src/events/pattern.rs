//! Comparing an answer with what is written of it: exactly, but for placeholders such as
//! `<object_id>`, which stand for values of a known form.
//!
//! With a label, as in `<timestamp#now>`, every occurrence within one answer must be the same value.
//! `<openapi>` is the whole of docs/openapi.json.

use std::collections::BTreeMap;
use std::fmt::Write as _;

use serde_json::Value;

use crate::conformance::DOCUMENT;

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

/// The same with a value of its form in place of each placeholder: equal ones where they are labelled
/// alike.
pub(super) fn filled(written: &Value) -> Value {
    match written {
        Value::Object(entries) => entries.iter().map(|(name, value)| (name.clone(), filled(value))).collect(),
        Value::Array(items) => items.iter().map(filled).collect(),
        Value::String(text) => Value::String(filled_text(text)),
        other => other.clone(),
    }
}

fn filled_text(mut written: &str) -> String {
    let mut text = String::new();
    while let Some(next) = written.chars().next() {
        if let Some((placeholder, rest)) = placeholder(written) {
            text += &sample(placeholder);
            written = rest;
        } else {
            text.push(next);
            written = &written[next.len_utf8()..];
        }
    }
    text
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
            (Value::String(wanted), found) if wanted == "<openapi>" && *found == *DOCUMENT => {}
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

const KINDS: [&str; 12] = [
    "any",
    "batch_id",
    "blob_id",
    "bucket_id",
    "namespace_id",
    "object_id",
    "presigned_url",
    "s3_bucket",
    "task_id",
    "timestamp",
    "upload_id",
    "version",
];

/// How many bytes of a text are a value of this kind.
fn length(kind: &str, text: &str) -> Option<usize> {
    match kind {
        "any" => Some(text.len()).filter(|length| *length > 0),
        "batch_id" => id("btch_", 24, text),
        "blob_id" => id("blob_", 16, text),
        "bucket_id" => id("bkt_", 24, text),
        "namespace_id" => id("ns_", 16, text),
        "object_id" => id("obj_", 32, text),
        "task_id" => id("task_", 24, text),
        "upload_id" => id("upl_", 24, text),
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

/// A value of a placeholder's form.
fn sample(placeholder: &str) -> String {
    let kind = placeholder.split('#').next().unwrap_or_default();
    let id = |prefix: &str, digits: usize| format!("{prefix}{}", digits_of(placeholder, digits));
    match kind {
        "batch_id" => id("btch_", 24),
        "blob_id" => id("blob_", 16),
        "bucket_id" => id("bkt_", 24),
        "namespace_id" => id("ns_", 16),
        "object_id" => id("obj_", 32),
        "task_id" => id("task_", 24),
        "upload_id" => id("upl_", 24),
        "presigned_url" => {
            let signature = digits_of(placeholder, 64);
            format!(
                "https://stowage.s3.eu-west-1.amazonaws.com/uploads/key?X-Amz-Algorithm=AWS4-HMAC-SHA256\
                 &X-Amz-Expires=3600&X-Amz-Signature={signature}"
            )
        }
        "s3_bucket" => "stowage".to_owned(),
        "timestamp" => "2026-11-23T13:00:00.000Z".to_owned(),
        "version" => "1.0.0".to_owned(),
        _ => "example".to_owned(),
    }
}

/// Hex digits that look random and follow from a text: FNV-1a, again and again.
fn digits_of(text: &str, count: usize) -> String {
    let mut hash = text.bytes().fold(0xcbf2_9ce4_8422_2325_u64, fnv);
    let mut digits = String::new();
    while digits.len() < count {
        hash = fnv(hash, 1);
        let _ = write!(digits, "{hash:016x}"); // to a String
    }
    digits.truncate(count);
    digits
}

fn fnv(hash: u64, byte: u8) -> u64 {
    (hash ^ u64::from(byte)).wrapping_mul(0x0100_0000_01b3)
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
    fn every_placeholder_has_a_sample_of_its_form() {
        for kind in KINDS {
            let (wanted, sample) = (json!(format!("a/<{kind}#1>")), filled(&json!(format!("a/<{kind}#1>"))));
            assert_ne!(wanted, sample);
            assert_eq!(differences(&wanted, &sample), [""; 0]);
        }
        assert_ne!(sample("blob_id#1"), sample("blob_id#2"));
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
