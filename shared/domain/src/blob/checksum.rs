//! Declared checksums: `algorithm:hash`, or 64 bare hex digits for SHA-256 (contract section 8.1).

use sha2::{Digest as _, Sha256};

use crate::id::hex;
use crate::violation::{Path, Violations};

/// Algorithms that a checksum may name, with their length in hex digits.
const ALGORITHMS: [(&str, usize); 7] = [
    ("sha256", 64),
    ("sha512", 128),
    ("sha1", 40),
    ("md5", 32),
    ("crc32", 8),
    ("crc32c", 8),
    ("crc64nvme", 16),
];

/// A checksum that a client declared for a blob.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Checksum {
    algorithm: &'static str,
    digits: String,
}

impl Checksum {
    /// Reads `algorithm:hash` or 64 bare hex digits, in any case.
    pub fn parse(text: &str, at: &Path) -> Result<Self, Violations> {
        let (name, digits) = text.split_once(':').unwrap_or(("sha256", text));
        let name = name.to_ascii_lowercase();
        let known = ALGORITHMS.iter().find(|(algorithm, _)| *algorithm == name);
        match known {
            Some((algorithm, length))
                if digits.len() == *length && digits.bytes().all(|b| b.is_ascii_hexdigit()) =>
            {
                Ok(Self { algorithm, digits: digits.to_ascii_lowercase() })
            }
            _ => {
                let names: Vec<_> = ALGORITHMS.iter().map(|(name, _)| *name).collect();
                let message = format!(
                    "must be algorithm:hash in hex with one of {}, or 64 hex digits of a SHA-256",
                    names.join(", ")
                );
                let mut violations = Violations::new();
                violations.add("value_error", at.clone(), message);
                Err(violations)
            }
        }
    }

    /// What [`Self::parse`] reads, as a pattern.
    #[cfg(feature = "openapi")]
    pub(crate) fn pattern() -> String {
        let named = |(name, length): &(&str, usize)| {
            let name = crate::openapi::in_any_case([*name]);
            format!("{}:[0-9a-fA-F]{{{length}}}", name.trim_matches(['^', '$']))
        };
        let named: Vec<String> = ALGORITHMS.iter().map(named).collect();
        format!("^({}|[0-9a-fA-F]{{64}})$", named.join("|"))
    }

    /// `algorithm:hash`, lower case.
    pub fn text(&self) -> String {
        format!("{}:{}", self.algorithm, self.digits)
    }

    /// Whether this is a SHA-256 that contradicts a known one (`sha256:…`). Other algorithms are
    /// kept as the client's word.
    pub fn contradicts(&self, known: &str) -> bool {
        self.algorithm == "sha256" && known.starts_with("sha256:") && self.text() != known
    }
}

/// The SHA-256 of bytes, as `sha256:<hex>`.
pub(super) fn sha256_of(bytes: &[u8]) -> String {
    format!("sha256:{}", hex(&Sha256::digest(bytes)))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn bare_hex_is_sha256_and_everything_is_lower_case() {
        let bare = "ABCDEF".repeat(10) + "0123";
        let read = Checksum::parse(&bare, &Path::body()).unwrap();
        assert_eq!(read.text(), format!("sha256:{}", bare.to_lowercase()));
        assert_eq!(Checksum::parse(&format!("SHA256:{bare}"), &Path::body()), Ok(read));
    }

    #[test]
    fn a_wrong_length_name_or_digit_is_refused() {
        for text in ["", "sha256:", "md5:123", "sha3:ab", &"g".repeat(64), &"a".repeat(63)] {
            assert!(Checksum::parse(text, &Path::body()).is_err(), "{text}");
        }
    }
}
