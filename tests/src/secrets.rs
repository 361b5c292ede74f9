//! What no log line may have: the keys, credentials, signatures and presigned URLs of a test.

use std::collections::BTreeSet;
use std::sync::{Arc, Mutex, PoisonError};

/// What only a secret has around it, whoever made it.
const MARKS: [&str; 4] = ["X-Amz-Signature", "AWS4-HMAC-SHA256", "Bearer ", "x-amz-security-token"];

/// The secrets that a test has used so far. Clones share them.
#[derive(Clone, Default)]
pub struct Secrets {
    known: Arc<Mutex<BTreeSet<String>>>,
}

impl std::fmt::Debug for Secrets {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "{} secrets", self.len())
    }
}

impl Secrets {
    /// Learns one. A short text isn't one: it would be found by chance.
    pub fn add(&self, secret: &str) {
        if secret.len() >= 8 {
            self.known.lock().unwrap_or_else(PoisonError::into_inner).insert(secret.to_owned());
        }
    }

    /// Learns the signature of an `Authorization` header or a presigned URL, which must have one.
    pub(crate) fn add_signature(&self, text: &str) {
        let (_, rest) = text.split_once("Signature=").expect("a signature");
        self.add(rest.split(['&', ',']).next().unwrap_or_default());
    }

    /// How many it knows.
    pub fn len(&self) -> usize {
        self.known.lock().unwrap_or_else(PoisonError::into_inner).len()
    }

    /// Whether it knows none.
    pub fn is_empty(&self) -> bool {
        self.len() == 0
    }

    /// Fails if one of these lines has a secret.
    pub fn check<'a>(&self, lines: impl IntoIterator<Item = &'a String>) {
        let known = self.known.lock().unwrap_or_else(PoisonError::into_inner);
        for line in lines {
            let found = known.iter().find(|secret| line.contains(secret.as_str()));
            assert_eq!(found, None, "a secret is in the log: {line}");
            let mark = MARKS.iter().find(|mark| line.contains(**mark));
            assert_eq!(mark, None, "what goes with a secret is in the log: {line}");
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn leaks(line: &str) -> bool {
        let secrets = Secrets::default();
        secrets.add("sk_0123456789");
        secrets
            .add_signature("AWS4-HMAC-SHA256 Credential=c, SignedHeaders=host, Signature=8badf00d8badf00d");
        secrets.add_signature("http://s3/b/k?X-Amz-Signature=deadbeefdeadbeef&x-id=PutObject");
        assert_eq!(secrets.len(), 3);
        let lines = [line.to_owned()];
        std::panic::catch_unwind(std::panic::AssertUnwindSafe(|| secrets.check(&lines))).is_err()
    }

    #[test]
    fn every_kind_of_secret_is_found() {
        for line in ["key sk_0123456789!", "8badf00d8badf00d", "?deadbeefdeadbeef", "Bearer x"] {
            assert!(leaks(line), "{line}");
        }
        assert!(!leaks(r#"{"status":200}"#));
    }
}
