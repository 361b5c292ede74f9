//! An upload as an item.

use serde::{Deserialize, Serialize};
use stowage_domain::Result;
use stowage_domain::id::{BucketId, NamespaceId, OrganisationId, UploadId};
use stowage_domain::namespace::Scope;
use stowage_domain::upload::{Upload, UploadRecord, UploadStatus};

use crate::failure::Item;
use crate::item::{from_item, text, to_item};
use crate::objects::{listed_at, listing};

/// The partition key of an upload's item.
pub(crate) fn upload_pk(organisation: &OrganisationId, upload: &UploadId) -> String {
    format!("{organisation}#{upload}")
}

/// The `kind` of an upload's item.
pub(super) const UPLOAD: &str = "upload";
/// The `kind` of the item of a copy that objects share.
pub(super) const COPY: &str = "copy";

/// An upload's item.
#[derive(Serialize, Deserialize)]
pub(super) struct UploadItem {
    pk: String,
    kind: String,
    organisation_id: OrganisationId,
    namespace_id: NamespaceId,
    bucket_id: BucketId,
    upload_id: UploadId,
    /// Absent of copies, which are in no list.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    listing: Option<String>,
    /// See [`Self::listing`].
    #[serde(default, skip_serializing_if = "Option::is_none")]
    listed_at: Option<String>,
    /// Seconds since the Unix epoch; absent once confirmed.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    ttl: Option<i64>,
    /// How many objects refer to the bytes.
    ref_count: i64,
    #[serde(flatten)]
    record: UploadRecord,
}

/// An upload as an item that `ref_count` objects refer to.
pub(super) fn to_upload_item(upload: &Upload, ref_count: i64) -> Result<Item> {
    let is_listed = !upload.is_copy();
    to_item(&UploadItem {
        pk: upload_pk(&upload.scope.organisation_id, &upload.upload_id),
        kind: if upload.is_copy() { COPY } else { UPLOAD }.to_owned(),
        organisation_id: upload.scope.organisation_id.clone(),
        namespace_id: upload.scope.namespace_id.clone(),
        bucket_id: upload.bucket_id.clone(),
        upload_id: upload.upload_id.clone(),
        listing: is_listed.then(|| listing(&upload.bucket_id, upload.shard)),
        listed_at: is_listed.then(|| listed_at(upload.created_at, upload.upload_id.as_str())),
        ttl: (upload.status != UploadStatus::Completed).then(|| upload.removal_seconds()),
        ref_count,
        record: upload.record.clone(),
    })
}

/// Whether an item is an upload that clients may see.
pub(super) fn is_upload(item: &Item) -> bool {
    item.get("kind").is_some_and(|kind| *kind == text(UPLOAD))
}

/// Whether an item is an upload or a copy.
pub(super) fn has_bytes(item: &Item) -> bool {
    is_upload(item) || item.get("kind").is_some_and(|kind| *kind == text(COPY))
}

/// An item as the upload that was stored.
pub(crate) fn from_upload_item(item: Item) -> Result<Upload> {
    Ok(from_item::<UploadItem>(item)?.into())
}

impl From<UploadItem> for Upload {
    fn from(item: UploadItem) -> Self {
        Self {
            upload_id: item.upload_id,
            scope: Scope { organisation_id: item.organisation_id, namespace_id: item.namespace_id },
            bucket_id: item.bucket_id,
            record: item.record,
        }
    }
}
