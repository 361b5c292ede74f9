//! Bytes that an update of an object leaves behind, read from the change of its item.

use serde::Deserialize;
use serde_json::{Map, Value};

use super::read_image;
use crate::id::{BucketId, Incarnation, NamespaceId, ObjectId, OrganisationId, UploadId};
use crate::namespace::Scope;
use crate::place::Place;

/// What of an object's item says where its bytes are.
#[derive(Deserialize)]
struct Kept {
    organisation_id: OrganisationId,
    namespace_id: NamespaceId,
    bucket_id: BucketId,
    object_id: ObjectId,
    incarnation: Incarnation,
    version: u64,
    #[serde(default)]
    blobs: Vec<KeptBlob>,
}

#[derive(Deserialize)]
struct KeptBlob {
    #[serde(default)]
    upload_id: Option<UploadId>,
    #[serde(default)]
    place: Option<Place>,
}

/// The bytes that were an object's own, and aren't any more.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Replaced {
    /// Whose object it is.
    pub scope: Scope,
    /// The bucket that holds it.
    pub bucket_id: BucketId,
    /// The object.
    pub object_id: ObjectId,
    /// Its life.
    pub incarnation: Incarnation,
    /// The version that has them no more.
    pub version: u64,
    /// Where they are.
    pub places: Vec<Place>,
}

impl Replaced {
    /// Reads a change of an item, given as plain JSON before and after; `None` if it leaves nothing. What a
    /// deletion leaves is noted with it.
    pub fn read(old: Option<&Map<String, Value>>, new: Option<&Map<String, Value>>) -> Option<Self> {
        let (old, new): (Kept, Kept) = (read_image(old?)?, read_image(new?)?);
        let still = |place: &Place| {
            new.blobs.iter().any(|blob| blob.place.as_ref().is_some_and(|other| other.key == place.key))
        };
        let own = old.blobs.into_iter().filter(|blob| blob.upload_id.is_none());
        let places: Vec<Place> = own.filter_map(|blob| blob.place).filter(|place| !still(place)).collect();
        (!places.is_empty()).then_some(Self {
            scope: Scope { organisation_id: new.organisation_id, namespace_id: new.namespace_id },
            bucket_id: new.bucket_id,
            object_id: new.object_id,
            incarnation: new.incarnation,
            version: new.version,
            places,
        })
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    fn item(blobs: &Value) -> Map<String, Value> {
        let item = json!({
            "kind": "object", "organisation_id": "org_1", "namespace_id": "ns_1", "bucket_id": "bkt_1",
            "object_id": "obj_1", "incarnation": "inc_1", "version": 2, "blobs": blobs,
        });
        item.as_object().cloned().unwrap()
    }

    fn own(key: &str) -> Value {
        json!({"place": {"area": "inline", "key": key}})
    }

    #[test]
    fn what_the_new_item_has_no_more_is_left_and_uploads_are_not() {
        let upload = json!({"upload_id": "upl_1", "place": {"area": "uploads", "key": "uploads/c"}});
        let old = item(&json!([own("inline/a"), own("inline/b"), upload, {}]));
        let new = item(&json!([own("inline/b"), own("inline/d")]));
        let replaced = Replaced::read(Some(&old), Some(&new)).unwrap();
        assert_eq!(replaced.places.iter().map(|place| place.key.as_str()).collect::<Vec<_>>(), ["inline/a"]);
        assert_eq!(Replaced::read(Some(&old), Some(&old)), None);
        assert_eq!(Replaced::read(None, Some(&new)), None);
        assert_eq!(Replaced::read(Some(&old), None), None, "the deletion notes it");
    }
}
