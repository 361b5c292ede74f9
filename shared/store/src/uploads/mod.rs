//! The `uploads` table.
//!
//! | pk | what |
//! |---|---|
//! | `{org}#{upload_id}` | an upload (TTL until it is confirmed) |
//! | `{org}#{upload_id}`, kind `copy` | a source's copy that objects share; in no list, and no client's |
//! | `{org}#content#{bucket_id}#{identity}` | the confirmed upload, or the copy, with this verified content |
//!
//! An upload is PENDING until a confirm ([`complete`]) or a cancellation ([`cancel`]) comes. A CANCELED
//! one's `keep_bytes` says whether what was sent for it stays: its presigned URL can't be taken back, so
//! that whoever clears up has to look under it once more when that has expired.

mod cancel;
mod clean;
mod complete;
mod content;
mod copies;
mod item;
mod put;
mod verify;

use std::collections::{BTreeMap, BTreeSet};

use stowage_domain::Result;
use stowage_domain::id::{OrganisationId, UploadId};
use stowage_domain::upload::Upload;

use crate::Store;
use crate::failure::Item;
use crate::item::text;
use crate::pace::Pace;
use crate::ports::FindUploads;

pub(crate) use content::content_pks;
pub(crate) use copies::{SharedCopy, copy_pks};
use item::is_upload;
pub(crate) use item::{from_upload_item, upload_pk};

impl FindUploads for Store {
    async fn find_upload(&self, organisation: &OrganisationId, upload: &UploadId) -> Result<Option<Upload>> {
        self.upload(organisation, upload, &mut self.reading()).await
    }

    async fn find_uploads(
        &self,
        organisation: &OrganisationId,
        uploads: &BTreeSet<UploadId>,
    ) -> Result<BTreeMap<UploadId, Upload>> {
        let key = |id| Item::from([("pk".to_owned(), text(upload_pk(organisation, id)))]);
        let keys = uploads.iter().map(key).collect();
        let mut found = BTreeMap::new();
        let items = self.items_at(&self.tables.uploads, keys, &mut self.reading()).await?;
        for item in items.into_iter().filter(is_upload) {
            let upload = from_upload_item(item)?;
            found.insert(upload.upload_id.clone(), upload);
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
        item.filter(is_upload).map(from_upload_item).transpose()
    }
}
