//! API keys and what they may do.

use std::collections::BTreeSet;
use std::fmt;

use serde::{Deserialize, Serialize};
use sha2::{Digest as _, Sha256};

use crate::id::{NamespaceId, OrganisationId, hex, random_hex};
use crate::time::Timestamp;

/// What a key may do. A key has a set of them: none implies another.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Permission {
    /// Read resources.
    Read,
    /// Create and change buckets, uploads and objects.
    Write,
    /// Create and change namespaces.
    Admin,
    /// Report what became of a batch's objects.
    Process,
}

impl Permission {
    /// Every permission.
    pub const ALL: [Self; 4] = [Self::Read, Self::Write, Self::Admin, Self::Process];

    /// The name, as keys and errors show it.
    pub fn name(self) -> &'static str {
        match self {
            Self::Read => "read",
            Self::Write => "write",
            Self::Admin => "admin",
            Self::Process => "process",
        }
    }

    /// The permission of this name.
    pub fn parse(name: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|permission| permission.name() == name)
    }
}

/// An API key as its holder has it. Stowage keeps only its [`KeyHash`].
#[derive(Clone, PartialEq, Eq)]
pub struct ApiKeySecret(String);

impl ApiKeySecret {
    /// A new key: `sk_`, the organisation without its prefix, `_`, and 160 random bits.
    pub fn random(organisation: &OrganisationId) -> Self {
        let organisation = organisation.as_str().trim_start_matches(OrganisationId::PREFIX);
        Self(format!("sk_{organisation}_{}", random_hex::<20>()))
    }

    /// A key that a client sent. Any form is taken: only the hash decides.
    pub fn new(text: impl Into<String>) -> Self {
        Self(text.into())
    }

    /// What the catalog knows it by.
    pub fn hash(&self) -> KeyHash {
        KeyHash(hex(&Sha256::digest(self.0.as_bytes())))
    }

    /// The organisation that the key says it is of, so that more can be read along with the key. It
    /// proves nothing: anybody can write any. Keys of other forms say none.
    pub fn said_organisation(&self) -> Option<OrganisationId> {
        let (organisation, random) = self.0.strip_prefix("sk_")?.split_once('_')?;
        let formed = random.len() == 40 && random.bytes().all(|byte| byte.is_ascii_hexdigit());
        formed.then(|| OrganisationId::parse(&format!("{}{organisation}", OrganisationId::PREFIX))).flatten()
    }

    /// The key itself, to hand to its holder once.
    pub fn reveal(&self) -> &str {
        &self.0
    }
}

impl fmt::Debug for ApiKeySecret {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("ApiKeySecret(..)")
    }
}

/// The SHA-256 of a key, lower-case hex. A key has 160 random bits, so a plain hash can't be guessed.
#[derive(Clone, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(transparent)]
pub struct KeyHash(String);

impl KeyHash {
    /// The hash as text.
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

/// The record of an API key.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct ApiKey {
    /// What people call it, unique within the organisation.
    pub name: String,
    /// The key's SHA-256.
    pub hash: KeyHash,
    /// Whose key it is.
    pub organisation_id: OrganisationId,
    /// What it may do.
    pub permissions: BTreeSet<Permission>,
    /// The only namespaces it may use; none named means all of the organisation's.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub namespaces: Option<BTreeSet<NamespaceId>>,
    /// When it was made.
    pub created_at: Timestamp,
    /// From when on it is refused.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub expires_at: Option<Timestamp>,
    /// When it was revoked.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub revoked_at: Option<Timestamp>,
}

impl ApiKey {
    /// Whether the key is neither revoked nor expired.
    pub fn is_valid_at(&self, now: Timestamp) -> bool {
        self.revoked_at.is_none() && self.expires_at.is_none_or(|expires| now < expires)
    }

    /// Whether the key may use this namespace of its organisation.
    pub fn reaches(&self, namespace: &NamespaceId) -> bool {
        self.namespaces.as_ref().is_none_or(|only| only.contains(namespace))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_secret_does_not_print() {
        let key = ApiKeySecret::new("sk_visible");
        assert!(!format!("{key:?}").contains("visible"));
    }

    #[test]
    fn a_new_key_says_whose_it_is_and_others_need_not() {
        let organisation = OrganisationId::random();
        let key = ApiKeySecret::random(&organisation);
        assert_eq!(key.said_organisation(), Some(organisation));
        for other in ["", "sk_", "sk_example_all_permissions", "mxp_0123", "sk__0123", "no underscore"] {
            assert_eq!(ApiKeySecret::new(other).said_organisation(), None, "{other}");
        }
    }

    #[test]
    fn expiry_is_exclusive_and_revocation_final() {
        let now = Timestamp::from_millis(1_000);
        let mut key = ApiKey {
            name: "dev".into(),
            hash: ApiKeySecret::new("sk_any").hash(),
            organisation_id: OrganisationId::random(),
            permissions: BTreeSet::from([Permission::Read]),
            namespaces: None,
            created_at: now,
            expires_at: Some(Timestamp::from_millis(2_000)),
            revoked_at: None,
        };
        assert!(key.is_valid_at(now));
        assert!(!key.is_valid_at(Timestamp::from_millis(2_000)));
        key.revoked_at = Some(now);
        assert!(!key.is_valid_at(now));
    }
}
