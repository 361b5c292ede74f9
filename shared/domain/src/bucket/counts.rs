//! What is counted of a bucket's objects.

use serde::Deserialize;

use crate::time::Timestamp;

/// A bucket's counters. They are fed from the changes of its objects, in any order: on the way, a number
/// may be under 0.
#[derive(Clone, Debug, Default, PartialEq, Eq, Deserialize)]
#[serde(default)]
pub struct BucketCounts {
    object_count: i64,
    total_size_bytes: i64,
    failed_object_count: i64,
    /// When an object was last added.
    pub last_upload_at: Option<Timestamp>,
    /// When they last changed.
    pub stats_updated_at: Option<Timestamp>,
}

impl BucketCounts {
    /// Objects.
    pub fn objects(&self) -> u64 {
        at_least_none(self.object_count)
    }

    /// Bytes of their blobs.
    pub fn bytes(&self) -> u64 {
        at_least_none(self.total_size_bytes)
    }

    /// Objects whose processing failed.
    pub fn failed(&self) -> u64 {
        at_least_none(self.failed_object_count)
    }
}

/// A count that may be on its way up from under 0.
pub(crate) fn at_least_none(count: i64) -> u64 {
    u64::try_from(count).unwrap_or(0)
}
