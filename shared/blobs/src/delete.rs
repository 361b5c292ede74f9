//! Deleting bytes for good. In a versioned bucket a plain deletion would only hide them.

use futures::stream::{self, StreamExt as _, TryStreamExt as _};
use stowage_domain::Result;
use stowage_domain::place::Place;

use crate::Blobs;
use crate::failure::{Failure, classify};
use crate::ports::DeleteBytes;

/// Versions that are being deleted at a time.
const AT_ONCE: usize = 8;

impl DeleteBytes for Blobs {
    async fn delete_all_versions(&self, place: &Place) -> Result<bool> {
        let (mut after, mut any) = (None, false);
        loop {
            let page = self.versions(place, after).await?;
            any |= !page.found.is_empty();
            let deletions = page.found.into_iter().map(|version| self.delete_version(place, version.id));
            stream::iter(deletions).buffer_unordered(AT_ONCE).try_collect::<()>().await?;
            after = page.next;
            if after.is_none() {
                return Ok(any);
            }
        }
    }
}

impl Blobs {
    async fn delete_version(&self, place: &Place, version: String) -> Result<()> {
        let delete = self.client.delete_object().bucket(self.bucket()).key(&place.key).version_id(version);
        match delete.send().await.map_err(|error| classify(&error)) {
            Ok(_) | Err(Failure::Missing) => Ok(()),
            Err(failure) => Err(failure.into_error()),
        }
    }
}
