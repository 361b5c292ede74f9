//! A blob, as the contract answers it (section 8.2).

use serde::Serialize;
use serde_json::{Map, Value};

use super::{Blob, BlobDetails};
use crate::id::BlobId;
use crate::schema::FieldType;

/// A blob as clients see it.
#[derive(Clone, Debug, Serialize)]
#[cfg_attr(feature = "openapi", derive(schemars::JsonSchema))]
pub struct BlobResponse {
    /// Its id.
    pub blob_id: BlobId,
    /// The schema property that it belongs to.
    pub property: String,
    /// Its type, lower case.
    #[serde(rename = "type")]
    pub blob_type: FieldType,
    /// A logical path of the client's.
    pub key_prefix: Option<String>,
    /// The location as `url`, short text as `text`, and the blob's metadata.
    pub properties: Map<String, Value>,
    /// A URL to read the bytes, when the request asked for one.
    pub presigned_url: Option<String>,
    /// What is known of the bytes.
    pub details: BlobDetails,
}

impl BlobResponse {
    /// Shows a blob; `s3_bucket` is the deployment's own, for `s3://` locations.
    pub fn new(blob: Blob, s3_bucket: &str) -> Self {
        let mut properties = blob.properties;
        let url = match (&blob.place, blob.reference) {
            (Some(place), _) => Some(place.url(s3_bucket)),
            (None, Some(reference)) => Some(reference.url),
            (None, None) => None,
        };
        if let Some(url) = url {
            properties.insert("url".to_owned(), Value::from(url));
        }
        if let Some(text) = blob.text {
            properties.insert("text".to_owned(), Value::from(text));
        }
        Self {
            blob_id: blob.blob_id,
            property: blob.property,
            blob_type: blob.blob_type,
            key_prefix: blob.key_prefix,
            properties,
            presigned_url: None,
            details: blob.details,
        }
    }

    /// Shows a URL to read the bytes. Clients look for it in the properties, too.
    pub(crate) fn set_url(&mut self, url: Option<String>) {
        if let Some(url) = &url {
            self.properties.insert("presigned_url".to_owned(), Value::from(url.as_str()));
        }
        self.presigned_url = url;
    }
}
