//! An upload as an item.

use serde::{Deserialize, Serialize};
use stowage_domain::Result;
use stowage_domain::id::{BucketId, NamespaceId, OrganisationId, UploadId};
use stowage_domain::namespace::Scope;
use stowage_domain::upload::{Upload, UploadRecord, UploadStatus};

use crate::failure::Item;
use crate::item::{from_item, to_item};
use crate::objects::{listed_at, listing};

/// The partition key of an upload's item.
pub(crate) fn upload_pk(organisation: &OrganisationId, upload: &UploadId) -> String {
    format!("{organisation}#{upload}")
}

/// An upload's item.
#[derive(Serialize, Deserialize)]
pub(super) struct UploadItem {
    pk: String,
    kind: String,
    organisation_id: OrganisationId,
    namespace_id: NamespaceId,
    bucket_id: BucketId,
    upload_id: UploadId,
    listing: String,
    listed_at: String,
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
    to_item(&UploadItem {
        pk: upload_pk(&upload.scope.organisation_id, &upload.upload_id),
        kind: "upload".to_owned(),
        organisation_id: upload.scope.organisation_id.clone(),
        namespace_id: upload.scope.namespace_id.clone(),
        bucket_id: upload.bucket_id.clone(),
        upload_id: upload.upload_id.clone(),
        listing: listing(&upload.bucket_id, upload.shard),
        listed_at: listed_at(upload.created_at, upload.upload_id.as_str()),
        ttl: (upload.status != UploadStatus::Completed).then(|| upload.removal_seconds()),
        ref_count,
        record: upload.record.clone(),
    })
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
