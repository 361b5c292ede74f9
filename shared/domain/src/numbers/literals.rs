//! Number literals that reading JSON would silently change.
//!
//! An integer beyond 64 bits becomes the nearest floating-point number when it is read, and from
//! then on nothing tells that it was another one. So the text itself is looked at.

use std::ops::Range;

use crate::violation::{Path, Violations};

/// Most significant digits of a number: what DynamoDB keeps.
const MAX_DIGITS: usize = 38;

/// Finds the number literals of a JSON text that can't be kept as they are written.
///
/// The text must have been read as JSON before; of other text the answer means nothing.
pub fn check_literals(body_text: &str, at: &Path) -> Violations {
    let bytes = body_text.as_bytes();
    let mut found = Violations::new();
    let mut open: Vec<Container> = Vec::new();
    let mut position = 0;
    while position < bytes.len() {
        let start = position;
        position += 1;
        match bytes[start] {
            b'{' => open.push(Container::Object(None)),
            b'[' => open.push(Container::List(0)),
            b'}' | b']' => {
                open.pop();
            }
            b',' => match open.last_mut() {
                Some(Container::Object(key)) => *key = None,
                Some(Container::List(index)) => *index += 1,
                None => {}
            },
            b'"' => {
                position = end_of_string(bytes, position);
                if let Some(Container::Object(key @ None)) = open.last_mut() {
                    *key = Some(start..position);
                }
            }
            b'-' | b'0'..=b'9' => {
                position = end_of_number(bytes, position);
                if let Some(message) = refusal(&body_text[start..position]) {
                    found.add("value_error", path(body_text, &open, at), message);
                }
            }
            _ => {}
        }
    }
    found
}

/// A list or object that the scan is inside of.
enum Container {
    /// The text of the current key with its quotes, once there is one: the string that comes
    /// while there is none is a key, any other is a value.
    Object(Option<Range<usize>>),
    /// The current position.
    List(usize),
}

fn path(text: &str, open: &[Container], at: &Path) -> Path {
    open.iter().fold(at.clone(), |path, container| match container {
        Container::Object(key) => {
            let quoted = key.clone().map_or("", |range| &text[range]);
            path.key(serde_json::from_str::<String>(quoted).unwrap_or_default())
        }
        Container::List(index) => path.index(*index),
    })
}

/// The position after the closing quote of a string whose opening quote is just before `position`.
fn end_of_string(bytes: &[u8], mut position: usize) -> usize {
    while position < bytes.len() {
        match bytes[position] {
            b'"' => return position + 1,
            b'\\' => position += 2,
            _ => position += 1,
        }
    }
    bytes.len()
}

fn end_of_number(bytes: &[u8], position: usize) -> usize {
    let belongs = |b: &u8| matches!(b, b'0'..=b'9' | b'.' | b'e' | b'E' | b'+' | b'-');
    let rest = bytes[position..].iter();
    position + rest.take_while(|b| belongs(b)).count()
}

fn refusal(literal: &str) -> Option<&'static str> {
    let is_integer = !literal.contains(['.', 'e', 'E']);
    if is_integer && literal.parse::<i64>().is_err() && literal.parse::<u64>().is_err() {
        return Some("an integer over 64 bits would lose digits; send it as a string");
    }
    (significant_digits(literal) > MAX_DIGITS)
        .then_some("a number of more than 38 digits would lose some; send it as a string")
}

/// Digits between the first and the last that isn't zero.
fn significant_digits(literal: &str) -> usize {
    let mantissa = literal.split(['e', 'E']).next().unwrap_or_default();
    let digits: String = mantissa.chars().filter(char::is_ascii_digit).collect();
    digits.trim_matches('0').len()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn locations(text: &str) -> Vec<String> {
        serde_json::from_str::<serde_json::Value>(text).expect("the text is JSON");
        let found = check_literals(text, &Path::body());
        let paths = found.entries().iter().map(|v| v.location.to_string());
        paths.collect()
    }

    #[test]
    fn integers_of_64_bits_and_ordinary_numbers_pass() {
        let text = r#"{"a": [18446744073709551615, -9223372036854775808, -0, 0, 1e30, 1.5E-7],
            "99999999999999999999999": "99999999999999999999999 \" 99999999999999999999999",
            "zeros": 1.00000000000000000000000000000000000000000000000000}"#;
        assert_eq!(locations(text), [""; 0]);
    }

    #[test]
    fn what_would_lose_digits_is_named_by_its_place() {
        let text = r#"{"x": {"a\"\u0062": [1, "two", [18446744073709551616]]}, "s": "\\",
            "y": -9223372036854775809, "x": 100000000000000000000,
            "z": 0.123456789012345678901234567890123456789e5}"#;
        assert_eq!(locations(text), ["x.a\"b[2][0]", "y", "x", "z"]);
        assert_eq!(locations("99999999999999999999"), ["body"]);
    }

    #[test]
    fn text_that_is_no_json_does_no_harm() {
        for text in ["", "\"", "\"\\", "{]}9,", "{99999999999999999999", "-", "é9\"é"] {
            check_literals(text, &Path::body());
        }
    }
}
