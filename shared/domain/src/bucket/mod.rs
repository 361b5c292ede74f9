//! Buckets: a schema, often a unique key, and the settings that every write reads.

mod change;
mod counts;
mod request;
mod response;

use std::fmt;

use serde::{Deserialize, Serialize};
use serde_json::{Map, Value};

use crate::deletion::Deletion;
use crate::error::Resource;
use crate::id::{BucketId, Incarnation, NamespaceId, OrganisationId, TaskId, random_hex};
use crate::namespace::Scope;
use crate::policy::Policy;
use crate::schema::BucketSchema;
use crate::time::Timestamp;
use crate::unique_key::UniqueKeyConfig;
use crate::{Error, Result};

pub use change::{BucketChange, PatchBucketRequest, PutBucketRequest};
pub use counts::BucketCounts;
pub(crate) use counts::at_least_none;
pub use request::CreateBucketRequest;
pub use response::{BucketResponse, DeleteBucketResponse};

/// Shards of the listing index of a new bucket: 1,000 writes a second each is DynamoDB's limit.
/// Only ever raised, because a cursor walks all of them.
pub const LISTING_SHARDS: u32 = 4;

/// The random secret that keys a bucket's derived object ids, as lower-case hex. With a plain hash,
/// anyone who sees an object's id could guess a unique key such as an e-mail address.
#[derive(Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(transparent)]
pub struct BucketSecret(String);

impl BucketSecret {
    /// 256 random bits.
    pub fn random() -> Self {
        Self(random_hex::<32>())
    }

    /// The key of the keyed hash.
    pub fn bytes(&self) -> &[u8] {
        self.0.as_bytes()
    }
}

impl fmt::Debug for BucketSecret {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("BucketSecret(..)")
    }
}

/// Whether a bucket takes writes.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
#[cfg_attr(feature = "openapi", derive(schemars::JsonSchema))]
#[serde(rename_all = "SCREAMING_SNAKE_CASE")]
pub enum BucketStatus {
    /// It does.
    Active,
    /// It is being deleted.
    InProgress,
}

/// How S3 stores inline bytes. Presigned uploads are not affected (contract section 4.1).
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(schemars::JsonSchema))]
#[serde(rename_all = "lowercase")]
pub enum StorageClass {
    /// S3 STANDARD.
    Standard,
    /// S3 `STANDARD_IA`.
    Nearline,
    /// S3 `GLACIER_IR`.
    Coldline,
}

impl StorageClass {
    /// S3's name for it.
    pub fn s3_name(self) -> &'static str {
        match self {
            Self::Standard => "STANDARD",
            Self::Nearline => "STANDARD_IA",
            Self::Coldline => "GLACIER_IR",
        }
    }
}

/// A bucket.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Bucket {
    /// Its id, globally unique.
    pub bucket_id: BucketId,
    /// Whose it is.
    pub organisation_id: OrganisationId,
    /// Where it is.
    pub namespace_id: NamespaceId,
    /// Its name, unique in the namespace.
    pub bucket_name: String,
    /// Free text.
    pub description: Option<String>,
    /// What its objects look like.
    pub bucket_schema: BucketSchema,
    /// The fields that identify an object; fixed at creation.
    pub unique_key: Option<UniqueKeyConfig>,
    /// Free data.
    pub metadata: Map<String, Value>,
    /// How S3 stores inline bytes; the provider's default when absent.
    pub storage_class: Option<StorageClass>,
    /// Keys the derived object ids.
    pub secret: BucketSecret,
    /// Shards of the listing index.
    pub shards: u32,
    /// Set while it is being deleted.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub deletion: Option<Deletion>,
    /// One life under this id.
    pub incarnation: Incarnation,
    /// Counts its changes, from 0: a change is made to the version that was read.
    #[serde(default)]
    pub version: u64,
    /// When it was made.
    pub created_at: Timestamp,
    /// When it last changed.
    pub updated_at: Timestamp,
}

impl Bucket {
    /// The organisation and namespace that it is in.
    pub fn scope(&self) -> Scope {
        Scope { organisation_id: self.organisation_id.clone(), namespace_id: self.namespace_id.clone() }
    }

    /// Whether it takes writes, as the contract names it.
    pub fn status(&self) -> BucketStatus {
        if self.deletion.is_some() { BucketStatus::InProgress } else { BucketStatus::Active }
    }

    /// Refuses a write while the bucket is being deleted: a 409.
    pub fn check_writable(&self) -> Result<()> {
        Deletion::refuse(self.deletion.as_ref(), Resource::Bucket, self.bucket_id.as_str())
    }

    /// The bucket, marked as being deleted by this task; `None` if it is marked already.
    pub fn deleted_by(&self, task: &TaskId, now: Timestamp) -> Option<Self> {
        if self.deletion.is_some() {
            return None;
        }
        let deletion = Some(Deletion { since: now, task_id: task.clone() });
        Some(Self { deletion, version: self.version + 1, updated_at: now, ..self.clone() })
    }

    /// The policy of a write: the query's, else the bucket's; `None` without a unique key, where the
    /// query's is ignored. Objects without either are a 400, confirms a 422 (contract section 6).
    pub fn policy(&self, query: Option<Policy>, on_confirm: bool) -> Result<Option<Policy>> {
        let Some(unique_key) = &self.unique_key else { return Ok(None) };
        match query.or(unique_key.default_policy) {
            Some(policy) => Ok(Some(policy)),
            None => Err(Error::PolicyRequired { on_confirm }),
        }
    }

    /// The shard of the listing index that a new item goes to: even over random ids.
    pub fn shard_of(&self, id: &str) -> u32 {
        let sum = id.bytes().fold(0_u32, |sum, byte| sum.wrapping_mul(31).wrapping_add(u32::from(byte)));
        sum % self.shards.max(1)
    }
}
