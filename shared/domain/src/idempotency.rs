//! Idempotency keys: the same key with the same request replays, with another it is refused.

use serde_json::Value;
use sha2::{Digest as _, Sha256};

use crate::id::hex;
use crate::json::canonical;
use crate::limits::MAX_KEY_CHARS;
use crate::policy::Policy;
use crate::violation::{Path, Violations};

/// What a request asked for, so that a repeat can be told from a reuse: SHA-256 over the body with
/// sorted keys and the policy. It tells nothing about the body to who reads it.
pub fn fingerprint(body: &Value, policy: Option<Policy>) -> String {
    let mut hasher = Sha256::new();
    hasher.update(policy.map_or("", Policy::name));
    hasher.update([0]);
    hasher.update(canonical(body));
    hex(&hasher.finalize())
}

/// Checks `idempotency_key`: 1 to 255 characters.
pub fn check_key(key: &str) -> Violations {
    crate::json::check_chars(key, 1, MAX_KEY_CHARS, &Path::body().key("idempotency_key"))
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    #[test]
    fn order_of_keys_does_not_matter_and_everything_else_does() {
        let one = fingerprint(&json!({"a": 1, "b": 2}), None);
        assert_eq!(one, fingerprint(&json!({"b": 2, "a": 1}), None));
        assert_ne!(one, fingerprint(&json!({"a": 1, "b": 3}), None));
        assert_ne!(one, fingerprint(&json!({"a": 1, "b": 2}), Some(Policy::Upsert)));
    }
}
