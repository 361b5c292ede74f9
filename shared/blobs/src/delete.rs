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
        let (mut key_marker, mut version_marker) = (None, None);
        let mut any = false;
        loop {
            let page = self
                .client
                .list_object_versions()
                .bucket(self.bucket())
                .prefix(&place.key)
                .set_key_marker(key_marker)
                .set_version_id_marker(version_marker)
                .send()
                .await
                .map_err(|error| classify(&error).into_error())?;
            // Other keys may begin like this one.
            let versions = page.versions().iter().filter(|version| version.key() == Some(&place.key));
            let markers = page.delete_markers().iter().filter(|marker| marker.key() == Some(&place.key));
            let ids = versions.map(|version| version.version_id());
            let ids = ids.chain(markers.map(|marker| marker.version_id()));
            let ids: Vec<String> = ids.flatten().map(str::to_owned).collect();
            any |= !ids.is_empty();
            let deletions = stream::iter(ids).map(|id| self.delete_version(place, id));
            deletions.buffer_unordered(AT_ONCE).try_collect::<()>().await?;
            if page.is_truncated() != Some(true) {
                return Ok(any);
            }
            (key_marker, version_marker) = (page.next_key_marker, page.next_version_id_marker);
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
