//! The `uploads` table.
//!
//! | pk | what |
//! |---|---|
//! | `{org}#{upload_id}` | an upload (TTL until it is confirmed) |
//! | `{org}#content#{bucket_id}#{identity}` | the confirmed upload with this verified content |
//!
//! An upload is PENDING until a confirm ([`complete`]) or a cancellation ([`cancel`]) comes. A CANCELED
//! one's `keep_bytes` says whether what was sent for it stays: its presigned URL can't be taken back, so
//! that whoever clears up has to look under it once more when that has expired.

mod cancel;
mod complete;
mod content;
mod item;
mod put;

use std::collections::{BTreeMap, BTreeSet};

use aws_sdk_dynamodb::types::KeysAndAttributes;
use stowage_domain::Result;
use stowage_domain::id::{OrganisationId, UploadId};
use stowage_domain::upload::Upload;

use crate::Store;
use crate::calls::unbuilt;
use crate::failure::Item;
use crate::item::text;
use crate::pace::{Outcome, Pace};
use crate::ports::FindUploads;

pub(crate) use content::content_pks;
pub(crate) use item::{from_upload_item, upload_pk};

/// Most keys of one `BatchGetItem`.
const MAX_BATCH_KEYS: usize = 100;

impl FindUploads for Store {
    async fn find_upload(&self, organisation: &OrganisationId, upload: &UploadId) -> Result<Option<Upload>> {
        self.upload(organisation, upload, &mut self.reading()).await
    }

    async fn find_uploads(
        &self,
        organisation: &OrganisationId,
        uploads: &BTreeSet<UploadId>,
    ) -> Result<BTreeMap<UploadId, Upload>> {
        let mut found = BTreeMap::new();
        let mut pace = self.reading();
        let mut wanted: Vec<Item> = uploads
            .iter()
            .map(|id| Item::from([("pk".to_owned(), text(upload_pk(organisation, id)))]))
            .collect();
        while !wanted.is_empty() {
            let chunk: Vec<_> = wanted.drain(..wanted.len().min(MAX_BATCH_KEYS)).collect();
            let keys = KeysAndAttributes::builder()
                .set_keys(Some(chunk))
                .consistent_read(true)
                .build()
                .map_err(unbuilt)?;
            let get = self.client.batch_get_item().request_items(&self.tables.uploads, keys);
            let answer = pace.send(|| get.clone().send()).await.map_err(Outcome::into_error)?;
            for item in answer.responses.into_iter().flatten().flat_map(|(_, items)| items) {
                let upload = from_upload_item(item)?;
                found.insert(upload.upload_id.clone(), upload);
            }
            let left: Vec<Item> =
                answer.unprocessed_keys.into_iter().flatten().flat_map(|(_, keys)| keys.keys).collect();
            if !left.is_empty() {
                pace.wait("DynamoDB: throttled").await?;
                wanted.extend(left);
            }
        }
        Ok(found)
    }
}

impl Store {
    /// An upload, read consistently.
    pub(crate) async fn upload(
        &self,
        organisation: &OrganisationId,
        upload: &UploadId,
        pace: &mut Pace,
    ) -> Result<Option<Upload>> {
        let item = self.item(&self.tables.uploads, upload_pk(organisation, upload), pace).await?;
        item.map(from_upload_item).transpose()
    }
}
