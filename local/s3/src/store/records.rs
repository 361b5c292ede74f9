//! What is kept about an object version, a part and an upload; stored as JSON.

use crate::checksums::{Algorithm, Checksum, Coverage};
use s3s::dto::Timestamp;
use serde::{Deserialize, Serialize};
use std::collections::BTreeMap;

/// The headers and user metadata that a client gave, returned as given.
#[derive(Debug, Clone, Default, Serialize, Deserialize)]
#[serde(default)]
pub(crate) struct Attributes {
    pub(crate) content_type: Option<String>,
    pub(crate) content_disposition: Option<String>,
    pub(crate) content_encoding: Option<String>,
    pub(crate) content_language: Option<String>,
    pub(crate) cache_control: Option<String>,
    pub(crate) expires: Option<Timestamp>,
    pub(crate) metadata: BTreeMap<String, String>,
}

/// The bytes of a version: their size and everything derived from them.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub(crate) struct Content {
    pub(crate) size: u64,
    pub(crate) etag: String,
    pub(crate) checksum: Checksum,
    pub(crate) attributes: Attributes,
    /// Sizes of the parts of a multipart object, for reads by part number.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub(crate) part_sizes: Vec<u64>,
    /// The multipart upload that this version came from: if a crash leaves that upload behind, the
    /// next start knows that it was completed.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub(crate) upload_id: Option<String>,
}

/// One version of a key. Without content it is a delete marker.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub(crate) struct Version {
    pub(crate) key: String,
    pub(crate) id: String,
    pub(crate) last_modified: Timestamp,
    pub(crate) content: Option<Content>,
    /// Place in the order of commits, and the name of the file; so it isn't in the record.
    #[serde(skip)]
    pub(crate) sequence: u64,
}

/// One uploaded part.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub(crate) struct Part {
    pub(crate) size: u64,
    pub(crate) md5: [u8; 16],
    /// Of the upload's algorithm.
    pub(crate) checksum: Checksum,
    pub(crate) last_modified: Timestamp,
}

/// What `CreateMultipartUpload` fixed.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub(crate) struct UploadRecord {
    pub(crate) id: String,
    pub(crate) key: String,
    pub(crate) initiated: Timestamp,
    pub(crate) attributes: Attributes,
    pub(crate) algorithm: Algorithm,
    pub(crate) coverage: Coverage,
    /// Whether the client chose the algorithm; if not, it is S3's default and is not echoed.
    pub(crate) algorithm_chosen: bool,
}

/// When a bucket was made.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub(crate) struct BucketRecord {
    pub(crate) created: Timestamp,
}
