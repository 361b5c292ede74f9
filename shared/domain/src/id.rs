//! Identifiers: a prefix that tells the kind, then random or derived lower-case hex.

use std::fmt;

use serde::{Deserialize, Serialize};
use sha2::{Digest as _, Sha256};

/// Random bytes of the operating system as lower-case hex, two characters a byte.
///
/// # Panics
/// When the operating system has no randomness to give: nothing that Stowage does is safe then.
pub fn random_hex<const BYTES: usize>() -> String {
    let mut bytes = [0_u8; BYTES];
    getrandom::fill(&mut bytes).expect("the operating system gives random bytes");
    hex(&bytes)
}

/// Bytes as lower-case hex.
pub fn hex(bytes: &[u8]) -> String {
    use fmt::Write as _;
    bytes.iter().fold(String::with_capacity(bytes.len() * 2), |mut text, byte| {
        let _ = write!(text, "{byte:02x}"); // writing to a String does not fail
        text
    })
}

macro_rules! id {
    ($(#[$doc:meta])* $name:ident, $prefix:literal, $bytes:literal) => {
        $(#[$doc])*
        #[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
        #[serde(transparent)]
        pub struct $name(String);

        impl $name {
            /// What every id of this kind starts with.
            pub const PREFIX: &'static str = $prefix;

            /// A new random id.
            pub fn random() -> Self {
                Self(format!("{}{}", $prefix, random_hex::<$bytes>()))
            }

            /// Reads an id that a client sent: the prefix, then 1 to 64 of `[A-Za-z0-9_-]`.
            pub fn parse(text: &str) -> Option<Self> {
                let rest = text.strip_prefix($prefix)?;
                let valid = (1..=64).contains(&rest.len())
                    && rest.bytes().all(|b| b.is_ascii_alphanumeric() || b == b'_' || b == b'-');
                valid.then(|| Self(text.to_owned()))
            }

            /// The id as text.
            pub fn as_str(&self) -> &str {
                &self.0
            }
        }

        #[cfg(feature = "openapi")]
        impl schemars::JsonSchema for $name {
            fn inline_schema() -> bool {
                true
            }

            fn schema_name() -> std::borrow::Cow<'static, str> {
                stringify!($name).into()
            }

            fn json_schema(_: &mut schemars::SchemaGenerator) -> schemars::Schema {
                crate::openapi::id($prefix)
            }
        }

        impl fmt::Display for $name {
            fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                f.write_str(&self.0)
            }
        }
    };
}

id!(
    /// An organisation: the tenant that owns API keys and namespaces. Never shown in a response.
    OrganisationId, "org_", 8
);
id!(
    /// A namespace within an organisation.
    NamespaceId, "ns_", 8
);
id!(
    /// A bucket within a namespace. Globally unique: it starts the key of every object in it.
    BucketId, "bkt_", 12
);
id!(
    /// An object within a bucket: random, or derived from its unique or idempotency key.
    ObjectId, "obj_", 16
);
id!(
    /// An upload within an organisation.
    UploadId, "upl_", 12
);
id!(
    /// A blob of an object.
    BlobId, "blob_", 8
);
id!(
    /// A task: the record of work that a client may poll.
    TaskId, "task_", 12
);
id!(
    /// A batch within an organisation.
    BatchId, "btch_", 12
);
id!(
    /// One life of an item under its key: a deleted and re-created item has another.
    Incarnation, "inc_", 8
);
id!(
    /// One request's write: how a retry recognises its own earlier attempt.
    WriteId, "w_", 12
);

impl ObjectId {
    /// The id of an object whose key decides it, from the first 128 bits of a keyed hash.
    pub fn derived(mac: &[u8]) -> Self {
        Self(format!("{}{}", Self::PREFIX, hex(&mac[..16.min(mac.len())])))
    }
}

impl TaskId {
    /// The id of an upload's confirmation: the same for every repeat.
    pub fn for_upload(upload: &UploadId) -> Self {
        let rest = upload.as_str().strip_prefix(UploadId::PREFIX).unwrap_or_default();
        Self(format!("{}{rest}", Self::PREFIX))
    }

    /// The id of the verification of an upload's hash.
    pub fn for_verification(upload: &UploadId) -> Self {
        let rest = upload.as_str().strip_prefix(UploadId::PREFIX).unwrap_or_default();
        Self(format!("{}hash_{rest}", Self::PREFIX))
    }
}

impl BatchId {
    /// The id of the batch that a request makes of these things by the way: the same for every repeat.
    pub fn derived<'a>(parts: impl IntoIterator<Item = &'a str>) -> Self {
        let mut hash = Sha256::new();
        for part in parts {
            hash.update((part.len() as u64).to_be_bytes());
            hash.update(part);
        }
        Self(format!("{}{}", Self::PREFIX, hex(&hash.finalize()[..12])))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn random_ids_parse_and_differ() {
        let (one, two) = (BucketId::random(), BucketId::random());
        assert_ne!(one, two);
        assert_eq!(BucketId::parse(one.as_str()), Some(one));
    }

    #[test]
    fn another_kind_or_an_odd_character_is_no_id() {
        for text in ["", "bkt_", "obj_12", "bkt_a/b", "bkt_a#b", "bkt_é", &format!("bkt_{}", "a".repeat(65))]
        {
            assert_eq!(BucketId::parse(text), None, "{text}");
        }
    }
}
