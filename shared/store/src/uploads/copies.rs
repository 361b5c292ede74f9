//! Copies of sources that objects share: rows like those of confirmed uploads, in no list, and a pointer by
//! content to each.

use aws_sdk_dynamodb::types::{Put, TransactWriteItem};
use stowage_domain::Result;
use stowage_domain::blob::Blob;
use stowage_domain::object::Object;
use stowage_domain::upload::Upload;

use super::content::{Known, Over, pointer_pk};
use super::item::to_upload_item;
use super::upload_pk;
use crate::Store;
use crate::calls::unbuilt;
use crate::pace::Pace;

/// What there is to share.
pub(crate) enum SharedCopy {
    /// A copy with the same content.
    Known(Box<Upload>),
    /// None: these actions make one, with its first reference.
    New(Vec<TransactWriteItem>),
}

impl Store {
    /// The copy that has the content of this one, which may be stored if there is none.
    pub(crate) async fn shared_copy(&self, row: &Upload, pace: &mut Pace) -> Result<SharedCopy> {
        let identity = row.copy_identity().unwrap_or_default();
        let (organisation, bucket) = (&row.scope.organisation_id, &row.bucket_id);
        let stale = match self.known_upload(organisation, bucket, &identity, pace).await? {
            Known::Upload(known) => return Ok(SharedCopy::Known(known)),
            Known::Nothing(stale) => stale,
        };
        let put = Put::builder()
            .table_name(&self.tables.uploads)
            .set_item(Some(to_upload_item(row, 1)?))
            .condition_expression("attribute_not_exists(pk)");
        let put = TransactWriteItem::builder().put(put.build().map_err(unbuilt)?).build();
        let over = stale.as_ref().map_or(Over::Nothing, Over::Void);
        Ok(SharedCopy::New(vec![put, self.point(row, &identity, over)?.action]))
    }
}

/// The partition keys of a blob's shared copy and of the pointer to it, if it has one.
pub(crate) fn copy_pks(object: &Object, blob: &Blob) -> Vec<String> {
    let organisation = &object.scope.organisation_id;
    let row = blob.shared_copy().map(|copy| upload_pk(organisation, copy));
    let pointer = blob.copy_identity().map(|identity| pointer_pk(organisation, &object.bucket_id, &identity));
    row.into_iter().chain(pointer).collect()
}
