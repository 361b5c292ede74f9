//! The operations' rows, by resource. A new operation needs one here, and derives on its types.

mod batches;
mod buckets;
mod namespaces;
mod objects;
mod service;
mod uploads;

use serde_json::{Value, json};

use crate::row::Row;

/// Every row.
pub(crate) fn rows() -> Vec<Row> {
    [namespaces::rows(), buckets::rows(), objects::rows(), uploads::rows(), batches::rows(), service::rows()]
        .into_iter()
        .flatten()
        .collect()
}

/// The resources, in the order in which one meets them, and what they are.
const TAGS: [(&str, &str); 7] = [
    ("namespaces", "What separates one team's buckets from another's."),
    ("buckets", "Objects of one schema, often with a unique key."),
    ("objects", "Custom fields and blobs."),
    ("uploads", "Files on their way to S3 by a presigned URL."),
    ("batches", "Objects handed to a processor together."),
    ("tasks", "Work that goes on after its request was answered."),
    ("service", "The API itself."),
];

/// The tag objects.
pub(crate) fn tags() -> Value {
    TAGS.iter().map(|(name, description)| json!({"name": name, "description": description})).collect()
}

/// The tag of a path: the last resource in it.
pub(crate) fn tag(path: &str) -> &'static str {
    let of = |part: &str| TAGS.iter().map(|(name, _)| *name).find(|name| *name == part);
    path.split('/').filter_map(of).next_back().unwrap_or("service")
}
