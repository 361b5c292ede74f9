//! An object as an item: system attributes, and each custom field as an attribute of its own under
//! `f:`, so that an update sets fields without reading the item.

use std::collections::BTreeMap;

use aws_sdk_dynamodb::types::AttributeValue;
use serde::{Deserialize, Serialize};
use serde_json::{Map, Value};
use stowage_domain::Result;
use stowage_domain::blob::Blob;
use stowage_domain::edge::Edge;
use stowage_domain::id::{BucketId, Incarnation, NamespaceId, ObjectId, OrganisationId, UploadId, WriteId};
use stowage_domain::namespace::Scope;
use stowage_domain::object::{Object, ObjectStatus, Processing};
use stowage_domain::time::Timestamp;

use crate::failure::Item;
use crate::item::{from_attribute, from_item, number, text, to_attribute, to_item};

/// What the attribute of a custom field starts with.
const FIELD_PREFIX: &str = "f:";

/// The `kind` of an object's item.
pub(super) const KIND: &str = "object";

/// The partition key of an object's item.
pub(crate) fn object_pk(bucket: &BucketId, object: &ObjectId) -> String {
    format!("{bucket}#{object}")
}

/// The partition key of a bucket's shard in the listing index.
pub(crate) fn listing(bucket: &BucketId, shard: u32) -> String {
    format!("{bucket}#{shard}")
}

/// The sort key in the listing index: creation order, and the id where two share a millisecond.
pub(crate) fn listed_at(created_at: Timestamp, id: &str) -> String {
    format!("{created_at}#{id}")
}

/// The attribute of a custom field.
pub(super) fn field_attribute(name: &str) -> String {
    format!("{FIELD_PREFIX}{name}")
}

/// That an item is still the object that was read; with the values of [`same`].
pub(super) const SAME: &str = "incarnation = :incarnation AND version = :version";

/// The values of [`SAME`].
pub(super) fn same(object: &Object) -> [(&'static str, AttributeValue); 2] {
    let version = number(i64::try_from(object.version).unwrap_or(i64::MAX));
    [(":incarnation", text(&object.incarnation)), (":version", version)]
}

/// The system attributes.
#[derive(Serialize, Deserialize)]
struct ObjectItem {
    pk: String,
    kind: String,
    organisation_id: OrganisationId,
    namespace_id: NamespaceId,
    bucket_id: BucketId,
    object_id: ObjectId,
    listing: String,
    listed_at: String,
    shard: u32,
    status: ObjectStatus,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    error: Option<String>,
    #[serde(default, skip_serializing_if = "is_zero")]
    document_count: u64,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    processing: Option<Processing>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    key_prefix: Option<String>,
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    blobs: Vec<Blob>,
    /// Whether any blob waits for its copy; absent otherwise. The stream's readers look for it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    mirror: Option<bool>,
    /// The blobs' properties, which conditions on required ones look into.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    blob_properties: Vec<String>,
    /// The uploads behind the blobs; absent without any, which conditions test.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    upload_refs: Vec<UploadId>,
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    edges: Vec<Edge>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    unique_key: Option<BTreeMap<String, Value>>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    fingerprint: Option<String>,
    incarnation: Incarnation,
    version: u64,
    write_id: WriteId,
    created_at: Timestamp,
    updated_at: Timestamp,
}

#[expect(clippy::trivially_copy_pass_by_ref, reason = "it is what serde calls")]
fn is_zero(count: &u64) -> bool {
    *count == 0
}

/// The properties of blobs, as the item keeps them for conditions.
pub(super) fn blob_properties(blobs: &[Blob]) -> Vec<String> {
    let mut properties: Vec<_> = blobs.iter().map(|blob| blob.property.clone()).collect();
    properties.sort_unstable();
    properties.dedup();
    properties
}

/// An object as an item.
pub(crate) fn to_object_item(object: &Object) -> Result<Item> {
    let mut item = to_item(&ObjectItem {
        pk: object_pk(&object.bucket_id, &object.object_id),
        kind: KIND.to_owned(),
        organisation_id: object.scope.organisation_id.clone(),
        namespace_id: object.scope.namespace_id.clone(),
        bucket_id: object.bucket_id.clone(),
        object_id: object.object_id.clone(),
        listing: listing(&object.bucket_id, object.shard),
        listed_at: listed_at(object.created_at, object.object_id.as_str()),
        shard: object.shard,
        status: object.status,
        error: object.error.clone(),
        document_count: object.document_count,
        processing: object.processing.clone(),
        key_prefix: object.key_prefix.clone(),
        mirror: object.is_waiting().then_some(true),
        blob_properties: blob_properties(&object.blobs),
        upload_refs: object.upload_ids().into_iter().collect(),
        blobs: object.blobs.clone(),
        edges: object.edges.clone(),
        unique_key: object.unique_key.clone(),
        fingerprint: object.fingerprint.clone(),
        incarnation: object.incarnation.clone(),
        version: object.version,
        write_id: object.write_id.clone(),
        created_at: object.created_at,
        updated_at: object.updated_at,
    })?;
    for (name, value) in &object.fields {
        item.insert(field_attribute(name), to_attribute(value)?);
    }
    Ok(item)
}

/// An item as the object that was stored.
pub(crate) fn from_object_item(item: Item) -> Result<Object> {
    let (fields, system): (Vec<(String, AttributeValue)>, Vec<_>) =
        item.into_iter().partition(|(name, _)| name.starts_with(FIELD_PREFIX));
    let fields = fields
        .into_iter()
        .map(|(name, value)| Ok((name[FIELD_PREFIX.len()..].to_owned(), from_attribute(value)?)))
        .collect::<Result<Map<String, Value>>>()?;
    let item: ObjectItem = from_item(system.into_iter().collect())?;
    Ok(Object {
        scope: Scope { organisation_id: item.organisation_id, namespace_id: item.namespace_id },
        bucket_id: item.bucket_id,
        object_id: item.object_id,
        key_prefix: item.key_prefix,
        blobs: item.blobs,
        edges: item.edges,
        fields,
        status: item.status,
        error: item.error,
        document_count: item.document_count,
        processing: item.processing,
        unique_key: item.unique_key,
        fingerprint: item.fingerprint,
        incarnation: item.incarnation,
        version: item.version,
        write_id: item.write_id,
        shard: item.shard,
        created_at: item.created_at,
        updated_at: item.updated_at,
    })
}
