//! Pointers from verified content to the confirmed upload that has it.
//!
//! Only what Stowage verified gets a pointer. If a declared `file_hash` did, junk uploaded under
//! another file's hash would make the true file vanish as its duplicate.

use aws_sdk_dynamodb::types::{Put, TransactWriteItem};
use serde::{Deserialize, Serialize};
use stowage_domain::Result;
use stowage_domain::bucket::Bucket;
use stowage_domain::id::{BucketId, OrganisationId, UploadId};
use stowage_domain::upload::{Upload, UploadStatus};

use super::{from_upload_item, upload_pk};
use crate::Store;
use crate::calls::unbuilt;
use crate::item::{from_item, text, to_item};
use crate::objects::{Companion, CompanionKind};
use crate::pace::Pace;
use crate::ports::FindContent;

#[derive(Serialize, Deserialize)]
struct PointerItem {
    pk: String,
    kind: String,
    upload_id: UploadId,
}

/// What is known under a content.
pub(super) enum Known {
    /// A confirmed upload of the bucket that has it.
    Upload(Box<Upload>),
    /// None, or a pointer to this upload, which hasn't.
    Nothing(Option<UploadId>),
}

/// Which pointer a new one may replace.
#[derive(Clone, Copy)]
pub(super) enum Over<'a> {
    /// Any: this upload doesn't ask about duplicates.
    Anything,
    /// None may be there.
    Nothing,
    /// None, or the one to this upload, which doesn't have the content.
    Void(&'a UploadId),
}

pub(super) fn pointer_pk(organisation: &OrganisationId, bucket: &BucketId, identity: &str) -> String {
    format!("{organisation}#content#{bucket}#{identity}")
}

/// What a confirmed upload is found by: its verified SHA-256, and S3's ETag with the size. Copies are found by
/// copies alone.
pub(super) fn identities(upload: &Upload) -> Vec<String> {
    if upload.is_copy() {
        return upload.copy_identity().into_iter().collect();
    }
    let mut identities: Vec<_> =
        [upload.content_identity(), upload.etag_identity()].into_iter().flatten().collect();
    identities.dedup();
    identities
}

/// The partition keys of the pointers to a confirmed upload.
pub(crate) fn content_pks(upload: &Upload) -> Vec<String> {
    let pk = |identity: String| pointer_pk(&upload.scope.organisation_id, &upload.bucket_id, &identity);
    identities(upload).into_iter().map(pk).collect()
}

impl FindContent for Store {
    async fn find_content(&self, bucket: &Bucket, identity: &str) -> Result<Option<Upload>> {
        let mut pace = self.reading();
        let known =
            self.known_upload(&bucket.organisation_id, &bucket.bucket_id, identity, &mut pace).await?;
        let Known::Upload(upload) = known else { return Ok(None) };
        // Once its object is deleted, it can't stand for a file that is to make one.
        let stands = match &upload.object_id {
            Some(object) => self.object(&bucket.bucket_id, object, &mut pace).await?.is_some(),
            None => true,
        };
        Ok(stands.then_some(*upload))
    }
}

impl Store {
    /// Follows the pointer under an identity, and checks that its upload still has that content.
    pub(super) async fn known_upload(
        &self,
        organisation: &OrganisationId,
        bucket: &BucketId,
        identity: &str,
        pace: &mut Pace,
    ) -> Result<Known> {
        let item = self.item(&self.tables.uploads, pointer_pk(organisation, bucket, identity), pace).await?;
        let Some(item) = item else { return Ok(Known::Nothing(None)) };
        let pointer: PointerItem = from_item(item)?;
        let pk = upload_pk(organisation, &pointer.upload_id);
        let item = self.item(&self.tables.uploads, pk, pace).await?;
        // One whose bytes are being removed stands for nothing.
        let item = item.filter(|item| !item.contains_key("deleting"));
        Ok(match item.map(from_upload_item).transpose()? {
            Some(upload)
                if upload.status == UploadStatus::Completed
                    && upload.bucket_id == *bucket
                    && identities(&upload).iter().any(|known| known == identity) =>
            {
                Known::Upload(Box::new(upload))
            }
            _ => Known::Nothing(Some(pointer.upload_id)),
        })
    }

    /// The action that points an identity at a confirmed upload.
    pub(super) fn point(&self, upload: &Upload, identity: &str, over: Over<'_>) -> Result<Companion> {
        let item = to_item(&PointerItem {
            pk: pointer_pk(&upload.scope.organisation_id, &upload.bucket_id, identity),
            kind: "content".to_owned(),
            upload_id: upload.upload_id.clone(),
        })?;
        let mut put = Put::builder().table_name(&self.tables.uploads).set_item(Some(item));
        put = match over {
            Over::Anything => put,
            Over::Nothing => put.condition_expression("attribute_not_exists(pk)"),
            Over::Void(void) => put
                .condition_expression("attribute_not_exists(pk) OR upload_id = :void")
                .expression_attribute_values(":void", text(void)),
        };
        let put = put.build().map_err(unbuilt)?;
        Ok(Companion { kind: CompanionKind::Pointer, action: TransactWriteItem::builder().put(put).build() })
    }
}
