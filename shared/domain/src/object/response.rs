//! An object, as the contract answers it (section 8.2).

use serde::Serialize;
use serde_json::{Map, Value};

use super::{Object, ObjectStatus};
use crate::batch::Batch;
use crate::blob::BlobResponse;
use crate::edge::Edge;
use crate::id::{BucketId, ObjectId};
use crate::time::Timestamp;

/// Where an object came from.
#[derive(Clone, Debug, Serialize)]
#[cfg_attr(feature = "openapi", derive(schemars::JsonSchema))]
pub struct SourceDetails {
    /// The kind of source.
    #[serde(rename = "type")]
    pub source_type: &'static str,
    /// Its id.
    pub source_id: String,
}

/// When a write shows elsewhere.
#[derive(Clone, Debug, Serialize)]
#[cfg_attr(feature = "openapi", derive(schemars::JsonSchema))]
pub struct WriteConsistency {
    /// In retrievers: after a processor has worked on the object.
    pub retriever_visible: &'static str,
    /// None: reads here are consistent without one.
    pub recommended_header: Option<String>,
    /// Always false.
    pub write_token_available: bool,
    /// Unknown: it depends on the processor.
    pub expected_visible_within_ms: Option<u64>,
    /// Where to poll.
    pub poll: Option<Value>,
    /// What to do next.
    pub next_actions: Option<Vec<Value>>,
}

/// An object as clients see it.
#[derive(Clone, Debug, Serialize)]
#[cfg_attr(feature = "openapi", derive(schemars::JsonSchema))]
pub struct ObjectResponse {
    /// Its id.
    pub object_id: ObjectId,
    /// The bucket that holds it.
    pub bucket_id: BucketId,
    /// A logical path of the client's.
    pub key_prefix: Option<String>,
    /// Its blobs.
    pub blobs: Vec<BlobResponse>,
    /// Where it came from.
    pub source_details: Vec<SourceDetails>,
    /// Its edges.
    pub edges: Vec<Edge>,
    /// How far its processing is.
    pub status: ObjectStatus,
    /// Why its processing failed.
    pub error: Option<String>,
    /// When it was made.
    pub created_at: Timestamp,
    /// When it last changed.
    pub updated_at: Timestamp,
    /// Documents that processors made of it; null where it wasn't counted.
    pub document_count: Option<u64>,
    /// When the write shows elsewhere; on writes only.
    pub consistency: Option<WriteConsistency>,
    /// The custom fields, at the root.
    #[serde(flatten)]
    pub fields: Map<String, Value>,
}

impl ObjectResponse {
    /// Shows an object that was just written; `s3_bucket` is the deployment's own.
    pub fn written(object: Object, s3_bucket: &str) -> Self {
        let consistency = WriteConsistency {
            retriever_visible: "after_processing",
            recommended_header: None,
            write_token_available: false,
            expected_visible_within_ms: None,
            poll: None,
            next_actions: None,
        };
        Self { consistency: Some(consistency), ..Self::read(object, s3_bucket) }
    }

    /// Says that the object was handed to a processor with its write, and what to poll.
    pub fn hand_over(&mut self, batch: &Batch) {
        if let Some(consistency) = &mut self.consistency {
            let poll = batch.to_poll();
            consistency.next_actions = Some(vec![poll.clone()]);
            consistency.poll = Some(poll);
        }
    }

    /// Shows an object that was read, its documents uncounted.
    pub fn read(object: Object, s3_bucket: &str) -> Self {
        Self {
            source_details: vec![SourceDetails {
                source_type: "bucket",
                source_id: object.bucket_id.to_string(),
            }],
            object_id: object.object_id,
            bucket_id: object.bucket_id,
            key_prefix: object.key_prefix,
            blobs: object.blobs.into_iter().map(|blob| BlobResponse::new(blob, s3_bucket)).collect(),
            edges: object.edges,
            status: object.status,
            error: object.error,
            created_at: object.created_at,
            updated_at: object.updated_at,
            document_count: None,
            consistency: None,
            fields: object.fields,
        }
    }

    /// The same with these URLs to read the blobs' bytes, in the blobs' order.
    #[must_use]
    pub fn with_urls(mut self, urls: Vec<Option<String>>) -> Self {
        for (blob, url) in self.blobs.iter_mut().zip(urls) {
            blob.set_url(url);
        }
        self
    }
}
