//! What is counted of a namespace.

use serde::Deserialize;

use crate::bucket::at_least_none;

/// A namespace's counters. Its buckets are counted as they are made and removed; their objects soon
/// after they changed.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Deserialize)]
#[serde(default)]
pub struct NamespaceCounts {
    bucket_count: i64,
    object_count: i64,
}

impl NamespaceCounts {
    /// Buckets, those that are being deleted included.
    pub fn buckets(self) -> u64 {
        at_least_none(self.bucket_count)
    }

    /// Objects in them.
    pub fn objects(self) -> u64 {
        at_least_none(self.object_count)
    }
}
