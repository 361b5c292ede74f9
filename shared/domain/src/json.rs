//! JSON helpers that several rules share.

use serde::{Deserialize, Deserializer, Serialize};
use serde_json::{Map, Value};

use crate::violation::{Path, Violations};

/// JSON text with every object's keys sorted: equal values have equal text.
pub fn canonical(value: &Value) -> String {
    let mut text = String::new();
    write_canonical(value, &mut text);
    text
}

fn write_canonical(value: &Value, out: &mut String) {
    match value {
        Value::Object(map) => {
            let mut entries: Vec<_> = map.iter().collect();
            entries.sort_unstable_by_key(|(name, _)| *name);
            out.push('{');
            for (position, (name, inner)) in entries.into_iter().enumerate() {
                if position > 0 {
                    out.push(',');
                }
                out.push_str(&Value::from(name.as_str()).to_string());
                out.push(':');
                write_canonical(inner, out);
            }
            out.push('}');
        }
        Value::Array(items) => {
            out.push('[');
            for (position, inner) in items.iter().enumerate() {
                if position > 0 {
                    out.push(',');
                }
                write_canonical(inner, out);
            }
            out.push(']');
        }
        scalar => out.push_str(&scalar.to_string()),
    }
}

/// The length in bytes of a map as JSON text.
pub fn byte_len(map: &Map<String, Value>) -> usize {
    serde_json::to_vec(map).map_or(usize::MAX, |bytes| bytes.len())
}

/// The length in bytes that a value's JSON text takes of a Lambda function's answer: the text goes into
/// a JSON string there, in which quotes and backslashes are escaped once more.
pub fn transported_len(value: &impl Serialize) -> usize {
    let text = serde_json::to_vec(value).unwrap_or_default();
    text.len() + text.iter().filter(|byte| matches!(byte, b'"' | b'\\')).count()
}

/// Notes a violation when a free map is over `limit` bytes as JSON.
pub fn check_byte_len(map: &Map<String, Value>, limit: usize, at: &Path) -> Violations {
    let mut violations = Violations::new();
    if byte_len(map) > limit {
        violations.add("too_long", at.clone(), format!("must be at most {limit} bytes of JSON"));
    }
    violations
}

/// Notes a violation when a text isn't `min` to `max` characters long.
pub fn check_chars(text: &str, min: usize, max: usize, at: &Path) -> Violations {
    let mut violations = Violations::new();
    let chars = text.chars().count();
    if chars < min {
        violations.add("string_too_short", at.clone(), format!("must have at least {min} characters"));
    } else if chars > max {
        violations.add("string_too_long", at.clone(), format!("must have at most {max} characters"));
    }
    violations
}

/// A key of a change, where leaving it out and sending null differ. Needs `#[serde(default)]`.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub enum Sent<T> {
    /// It was left out: what it is about stays as it is.
    #[default]
    Absent,
    /// It was sent as null.
    Null,
    /// It was sent with a value.
    Value(T),
}

impl<T: Clone> Sent<T> {
    /// Makes the change in what may be without a value; gives what is wrong with the new one.
    pub(crate) fn set(&self, into: &mut Option<T>, check: impl FnOnce(&T) -> Violations) -> Violations {
        match self {
            Self::Absent => Violations::new(),
            Self::Null => {
                *into = None;
                Violations::new()
            }
            Self::Value(value) => {
                *into = Some(value.clone());
                check(value)
            }
        }
    }
}

#[cfg(feature = "openapi")]
impl<T: schemars::JsonSchema> schemars::JsonSchema for Sent<T> {
    fn inline_schema() -> bool {
        true
    }

    fn schema_name() -> std::borrow::Cow<'static, str> {
        Option::<T>::schema_name()
    }

    fn json_schema(generator: &mut schemars::SchemaGenerator) -> schemars::Schema {
        Option::<T>::json_schema(generator)
    }
}

impl<'de, T: Deserialize<'de>> Deserialize<'de> for Sent<T> {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        Ok(Option::deserialize(deserializer)?.map_or(Self::Null, Self::Value))
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    #[derive(Debug, PartialEq, Deserialize)]
    struct Change {
        #[serde(default)]
        text: Sent<String>,
    }

    #[test]
    fn a_null_is_told_from_a_key_that_was_left_out() {
        for (sent, text) in [
            (json!({}), Sent::Absent),
            (json!({"text": null}), Sent::Null),
            (json!({"text": ""}), Sent::Value(String::new())),
        ] {
            assert_eq!(serde_json::from_value::<Change>(sent).unwrap(), Change { text });
        }
    }

    #[test]
    fn a_transported_text_is_escaped_once_more() {
        for value in [json!({"a": "b"}), json!("\"\\\n é"), json!([1, null])] {
            let answer = Value::from(value.to_string()).to_string();
            assert_eq!(transported_len(&value), answer.len() - 2, "{value}");
        }
    }

    #[test]
    fn the_canonical_text_ignores_the_order_of_keys_only() {
        let one = json!({"b": [1, {"y": "é\"", "x": null}], "a": 1.5});
        assert_eq!(canonical(&one), r#"{"a":1.5,"b":[1,{"x":null,"y":"é\""}]}"#);
        assert_ne!(canonical(&json!([1, 2])), canonical(&json!([2, 1])));
    }
}
