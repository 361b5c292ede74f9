//! Text in URLs.

use std::fmt::Write as _;

/// Percent-encodes every byte, which is always allowed.
pub fn percent_encoded(text: &str) -> String {
    text.bytes().fold(String::new(), |mut encoded, byte| {
        let _ = write!(encoded, "%{byte:02X}"); // writing to a String does not fail
        encoded
    })
}
