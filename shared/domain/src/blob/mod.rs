//! Blobs: the parts of an object that may have bytes.

mod base64;
mod checksum;
mod mirror;
mod request;
mod response;
mod source;

use serde::{Deserialize, Serialize};
use serde_json::{Map, Value};

use crate::id::{BlobId, UploadId};
use crate::place::Place;
use crate::schema::FieldType;

pub use checksum::Checksum;
pub use mirror::{Copied, MirrorState, Waiting};
pub use request::{BlobInput, BlobRequest};

pub(crate) use request::BlobDefaults;
pub use response::BlobResponse;
pub(crate) use source::TOO_LARGE;
pub use source::{InlineBytes, Source};

/// Property names that only Stowage writes: they say where the bytes are.
pub const RESERVED_PROPERTIES: [&str; 3] = ["url", "presigned_url", "text"];

/// A blob of an object, as it is stored.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Blob {
    /// Its id, fresh for each write.
    pub blob_id: BlobId,
    /// The schema property that it belongs to.
    pub property: String,
    /// Its type, equal to the property's.
    #[serde(rename = "type")]
    pub blob_type: FieldType,
    /// A logical path of the client's.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub key_prefix: Option<String>,
    /// The blob's metadata, and its data where that is a plain JSON value.
    #[serde(default, skip_serializing_if = "Map::is_empty")]
    pub properties: Map<String, Value>,
    /// The text itself, when it is short.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub text: Option<String>,
    /// A client's reference to bytes elsewhere. Never signed, read or deleted by Stowage's rights.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub reference: Option<Reference>,
    /// How far the copy of the reference is; absent if none is to be made, or once the blob has it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub mirror: Option<MirrorState>,
    /// Where Stowage put the bytes. Server-made, see [`Place`].
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub place: Option<Place>,
    /// The upload whose bytes these are.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub upload_id: Option<UploadId>,
    /// What is known of the bytes.
    #[serde(default)]
    pub details: BlobDetails,
    /// What Stowage itself established about the content, `sha256:…` or `etag:…:size`. Unlike
    /// `details.hash`, which a client may have declared, this may decide that two blobs are equal.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub verified: Option<String>,
}

impl Blob {
    /// A blob with a fresh id and nothing in it yet.
    pub(crate) fn new(property: String, blob_type: FieldType) -> Self {
        Self {
            blob_id: BlobId::random(),
            property,
            blob_type,
            key_prefix: None,
            properties: Map::new(),
            text: None,
            reference: None,
            mirror: None,
            place: None,
            upload_id: None,
            details: BlobDetails::default(),
            verified: None,
        }
    }
}

/// What is known of a blob's bytes; all of it may be unknown.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(schemars::JsonSchema))]
pub struct BlobDetails {
    /// The file's name.
    pub filename: Option<String>,
    /// Its size in bytes.
    pub size_bytes: Option<u64>,
    /// Its MIME type.
    pub mime_type: Option<String>,
    /// `algorithm:value`: established by Stowage, or as the client declared it.
    pub hash: Option<String>,
}

/// Bytes that live elsewhere.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Reference {
    /// An `http(s)` or `s3` URL.
    pub url: String,
    /// Whether the client wants a copy in Stowage's S3 bucket.
    pub canonicalize: bool,
    /// Whether it wants the copy made again even if the bytes are there.
    pub force_remirror: bool,
}
