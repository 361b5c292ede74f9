//! What clients send about batches.

use serde::Deserialize;
use serde_json::{Map, Value};

use super::{Batch, DedupStrategy};
use crate::bucket::Bucket;
use crate::id::{BatchId, ObjectId};
use crate::json::{check_byte_len, check_chars};
use crate::limits::{
    MAX_BATCH_MEMBERS, MAX_BATCH_NAME_CHARS, MAX_COLLECTIONS, MAX_FILTERED_MEMBERS, MAX_METADATA_BYTES,
    MAX_PATH_CHARS,
};
use crate::time::Timestamp;
use crate::violation::{Path, Violations};
use crate::{Error, Result};

/// The body of a batch's creation. It names the objects, or a filter that finds them.
#[derive(Clone, Debug, Deserialize)]
#[cfg_attr(feature = "openapi", derive(schemars::JsonSchema))]
#[cfg_attr(feature = "openapi", schemars(transform = crate::openapi::Alias("collection_ids", "collections")))]
#[cfg_attr(feature = "openapi", schemars(transform = crate::openapi::Alias("auto_submit", "trigger_processing")))]
#[serde(deny_unknown_fields)]
pub struct CreateBatchRequest {
    /// The objects, at most 1,000. They must be in the bucket, unless the query says
    /// `skip_validation=true`.
    #[serde(default)]
    #[cfg_attr(feature = "openapi", schemars(length(min = 1, max = MAX_BATCH_MEMBERS)))]
    pub object_ids: Option<Vec<String>>,
    /// Which of the bucket's objects, instead of `object_ids`.
    #[serde(default)]
    #[cfg_attr(feature = "openapi", schemars(with = "Option<crate::listing::openapi::FilterNode>"))]
    pub filters: Option<Value>,
    /// Most objects that `filters` is to find; the oldest come first.
    #[serde(default)]
    #[cfg_attr(feature = "openapi", schemars(range(min = 1, max = MAX_FILTERED_MEMBERS)))]
    pub limit: Option<u64>,
    /// What the processor is to fill.
    #[serde(default, alias = "collections")]
    #[cfg_attr(feature = "openapi", schemars(length(max = MAX_COLLECTIONS), inner(length(max = MAX_PATH_CHARS))))]
    pub collection_ids: Option<Vec<String>>,
    /// What the processor is to do with objects that it has processed before.
    #[serde(default)]
    pub dedup_strategy: Option<DedupStrategy>,
    /// Free data.
    #[serde(default)]
    pub metadata: Option<Map<String, Value>>,
    /// A name, for people.
    #[serde(default)]
    #[cfg_attr(feature = "openapi", schemars(length(max = MAX_BATCH_NAME_CHARS)))]
    pub batch_name: Option<String>,
    /// Whether to submit it at once; the query's wins.
    #[serde(default, alias = "trigger_processing")]
    pub auto_submit: Option<bool>,
}

/// Which objects a batch is to have.
#[derive(Clone, Debug, PartialEq)]
pub enum Members {
    /// These.
    Named(Vec<ObjectId>),
    /// Those that a filter finds, at most so many.
    Filtered {
        /// The filter, unchecked.
        filters: Value,
        /// Most of them.
        limit: Option<u64>,
    },
}

/// A batch that lacks its objects.
#[derive(Clone, Debug, PartialEq)]
pub struct BatchDraft {
    batch: Batch,
    /// Which objects it is to have.
    pub members: Members,
    /// Whether to submit it at once, as the body says.
    pub auto_submit: Option<bool>,
}

impl CreateBatchRequest {
    /// Checks the request: everything that is wrong is a 422 at once.
    pub fn into_draft(self, bucket: &Bucket, now: Timestamp) -> Result<BatchDraft> {
        let at = |name: &str| Path::body().key(name);
        let mut found = Violations::new();
        if let Some(name) = &self.batch_name {
            found.extend(check_chars(name, 0, MAX_BATCH_NAME_CHARS, &at("batch_name")));
        }
        let metadata = self.metadata.unwrap_or_default();
        found.extend(check_byte_len(&metadata, MAX_METADATA_BYTES, &at("metadata")));
        found.extend(check_collections(self.collection_ids.as_deref()));
        if let Some(limit) = self.limit
            && !(1..=MAX_FILTERED_MEMBERS).contains(&limit)
        {
            found.add("value_error", at("limit"), format!("must be from 1 to {MAX_FILTERED_MEMBERS}"));
        }
        let members = match (self.object_ids, self.filters) {
            (Some(ids), None) => read_ids(&ids, &mut found).map(Members::Named),
            (None, Some(filters)) => Some(Members::Filtered { filters, limit: self.limit }),
            (Some(_), Some(_)) => {
                found.add("value_error", at("filters"), "not together with object_ids");
                None
            }
            (None, None) => {
                found.add("missing", at("object_ids"), "name the objects, or a filter that finds them");
                None
            }
        };
        found.into_result()?;
        let members = members.ok_or_else(|| Error::internal("a valid request without objects"))?;
        let batch = Batch {
            batch_name: self.batch_name,
            collection_ids: self.collection_ids,
            dedup_strategy: self.dedup_strategy,
            metadata,
            ..Batch::draft(bucket, BatchId::random(), Vec::new(), now)
        };
        Ok(BatchDraft { batch, members, auto_submit: self.auto_submit })
    }
}

impl BatchDraft {
    /// The batch with its objects.
    pub fn of(self, object_ids: Vec<ObjectId>) -> Batch {
        Batch { object_ids, ..self.batch }
    }
}

/// The body of an addition.
#[derive(Clone, Debug, Deserialize)]
#[cfg_attr(feature = "openapi", derive(schemars::JsonSchema))]
#[serde(deny_unknown_fields)]
pub struct AddObjectsRequest {
    /// The objects, which must be in the bucket. A batch has at most 1,000 in all.
    #[cfg_attr(feature = "openapi", schemars(length(min = 1, max = MAX_BATCH_MEMBERS)))]
    pub object_ids: Vec<String>,
}

impl AddObjectsRequest {
    /// Checks the ids, each once.
    pub fn into_ids(self) -> Result<Vec<ObjectId>> {
        let mut found = Violations::new();
        let ids = read_ids(&self.object_ids, &mut found);
        found.into_result()?;
        ids.ok_or_else(|| Error::internal("valid ids that are none"))
    }
}

/// The optional body of a submission.
#[derive(Clone, Debug, Default, Deserialize)]
#[cfg_attr(feature = "openapi", derive(schemars::JsonSchema))]
#[serde(deny_unknown_fields)]
pub struct SubmitBatchRequest {
    /// Read, and nothing follows from it: Stowage keeps no history of what processors did.
    #[serde(default)]
    pub include_processing_history: Option<bool>,
    /// What the processor is to fill, instead of what the batch says.
    #[serde(default)]
    #[cfg_attr(feature = "openapi", schemars(length(max = MAX_COLLECTIONS), inner(length(max = MAX_PATH_CHARS))))]
    pub collection_ids: Option<Vec<String>>,
    /// Refused unless null: a batch's end is an event, not a call to a URL.
    #[serde(default)]
    #[cfg_attr(feature = "openapi", schemars(with = "Option<()>"))]
    pub webhook_url: Option<String>,
}

impl SubmitBatchRequest {
    /// Checks what can be checked without the batch.
    pub fn check(&self) -> Result<()> {
        if self.webhook_url.is_some() {
            let reason = "poll the task, or listen to the deployment's events";
            return Err(Error::NotEnabled { field: "webhook_url", reason });
        }
        check_collections(self.collection_ids.as_deref()).into_result()
    }
}

fn check_collections(ids: Option<&[String]>) -> Violations {
    let (mut found, at) = (Violations::new(), Path::body().key("collection_ids"));
    let ids = ids.unwrap_or_default();
    if ids.len() > MAX_COLLECTIONS {
        found.add("too_long", at.clone(), format!("must have at most {MAX_COLLECTIONS} entries"));
    }
    for (position, id) in ids.iter().enumerate() {
        found.extend(check_chars(id, 0, MAX_PATH_CHARS, &at.index(position)));
    }
    found
}

/// Ids from a body, each once.
fn read_ids(sent: &[String], found: &mut Violations) -> Option<Vec<ObjectId>> {
    let at = Path::body().key("object_ids");
    if !(1..=MAX_BATCH_MEMBERS).contains(&sent.len()) {
        let message = format!("must have from 1 to {MAX_BATCH_MEMBERS} entries, not {}", sent.len());
        found.add(if sent.is_empty() { "too_short" } else { "too_long" }, at, message);
        return None;
    }
    let (mut seen, mut ids) = (std::collections::BTreeSet::new(), Vec::with_capacity(sent.len()));
    for (position, text) in sent.iter().enumerate() {
        match ObjectId::parse(text) {
            Some(id) if seen.insert(id.clone()) => ids.push(id),
            Some(_) => {}
            None => {
                let message = "must be the id of an object, obj_…";
                found.add("string_pattern_mismatch", at.index(position), message);
            }
        }
    }
    Some(ids)
}
