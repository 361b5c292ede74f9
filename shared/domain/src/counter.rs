//! Counting a bucket's objects from the changes of their items.
//!
//! A change adds the difference between what the object counted for after it and before it. Differences
//! commute, so their order doesn't matter; that each is added once is the store's part.

use serde::Deserialize;
use serde_json::{Map, Value};

use crate::id::{BucketId, NamespaceId, OrganisationId};
use crate::namespace::Scope;
use crate::object::read_image;
use crate::time::Timestamp;

/// What of an object's item is counted.
#[derive(Deserialize)]
struct Counted {
    organisation_id: OrganisationId,
    namespace_id: NamespaceId,
    bucket_id: BucketId,
    status: String,
    #[serde(default)]
    blobs: Vec<CountedBlob>,
    created_at: Timestamp,
}

#[derive(Deserialize)]
struct CountedBlob {
    #[serde(default)]
    details: CountedDetails,
}

#[derive(Default, Deserialize)]
struct CountedDetails {
    #[serde(default)]
    size_bytes: Option<i64>,
}

/// What is added to a bucket's counters.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Delta {
    /// Objects.
    pub objects: i64,
    /// Bytes of their blobs, as far as their sizes are known.
    pub bytes: i64,
    /// Objects whose processing failed.
    pub failed: i64,
}

impl Delta {
    /// Whether it changes anything.
    pub fn is_zero(self) -> bool {
        self == Self::default()
    }

    /// Both together.
    #[must_use]
    pub fn plus(self, other: Self) -> Self {
        Self {
            objects: self.objects + other.objects,
            bytes: self.bytes + other.bytes,
            failed: self.failed + other.failed,
        }
    }

    fn minus(self, other: Self) -> Self {
        Self {
            objects: self.objects - other.objects,
            bytes: self.bytes - other.bytes,
            failed: self.failed - other.failed,
        }
    }
}

/// A change of an object, as far as it matters to the counters.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ObjectChange {
    /// Unique to this change; the same whenever it is delivered.
    pub event_id: String,
    /// Whose object it is.
    pub scope: Scope,
    /// The bucket that holds it.
    pub bucket_id: BucketId,
    /// What it adds.
    pub delta: Delta,
    /// When the object was made, if this change made it.
    pub created_at: Option<Timestamp>,
}

impl ObjectChange {
    /// Reads a change of an item, given as plain JSON before and after; `None` if the item is no object.
    pub fn read(
        event_id: &str,
        old: Option<&Map<String, Value>>,
        new: Option<&Map<String, Value>>,
    ) -> Option<Self> {
        let (before, after): (Option<Counted>, Option<Counted>) =
            (old.and_then(read_image), new.and_then(read_image));
        let delta = value_of(after.as_ref()).minus(value_of(before.as_ref()));
        let created_at = match (&before, &after) {
            (None, Some(after)) => Some(after.created_at),
            _ => None,
        };
        let object = after.or(before)?;
        let scope = Scope { organisation_id: object.organisation_id, namespace_id: object.namespace_id };
        Some(Self { event_id: event_id.to_owned(), scope, bucket_id: object.bucket_id, delta, created_at })
    }
}

fn value_of(object: Option<&Counted>) -> Delta {
    let Some(object) = object else { return Delta::default() };
    Delta {
        objects: 1,
        bytes: object.blobs.iter().filter_map(|blob| blob.details.size_bytes).sum(),
        failed: i64::from(object.status == "FAILED"),
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    fn item(status: &str, sizes: &[i64]) -> Map<String, Value> {
        let blobs: Vec<_> = sizes.iter().map(|size| json!({"details": {"size_bytes": size}})).collect();
        let item = json!({
            "kind": "object", "organisation_id": "org_1", "namespace_id": "ns_1", "bucket_id": "bkt_1",
            "object_id": "obj_1", "status": status, "blobs": blobs, "created_at": "2026-11-23T13:00:00.000Z",
        });
        item.as_object().cloned().unwrap()
    }

    fn delta(old: Option<&Map<String, Value>>, new: Option<&Map<String, Value>>) -> Delta {
        ObjectChange::read("e", old, new).unwrap().delta
    }

    #[test]
    fn a_change_adds_what_is_there_after_it_less_what_was_before() {
        let one = item("PENDING", &[3, 4]);
        assert_eq!(delta(None, Some(&one)), Delta { objects: 1, bytes: 7, failed: 0 });
        assert_eq!(
            delta(Some(&one), Some(&item("FAILED", &[5]))),
            Delta { objects: 0, bytes: -2, failed: 1 }
        );
        assert_eq!(delta(Some(&item("FAILED", &[])), None), Delta { objects: -1, bytes: 0, failed: -1 });
        assert!(delta(Some(&one), Some(&one)).is_zero());
    }

    #[test]
    fn only_a_new_object_tells_when_it_was_made() {
        let (old, new) = (item("PENDING", &[]), item("PENDING", &[1]));
        assert_eq!(ObjectChange::read("e", Some(&old), Some(&new)).unwrap().created_at, None);
        let made = ObjectChange::read("e", None, Some(&new)).unwrap().created_at.unwrap();
        assert_eq!(made.to_string(), "2026-11-23T13:00:00.000Z");
    }

    #[test]
    fn a_pointer_or_a_claim_is_no_object() {
        let pointer = json!({"kind": "content", "object_id": "obj_1"}).as_object().cloned();
        assert_eq!(ObjectChange::read("e", None, pointer.as_ref()), None);
    }
}
