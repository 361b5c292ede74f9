//! The versions of one key.

use stowage_domain::Result;
use stowage_domain::place::Place;

use crate::Blobs;
use crate::failure::classify;
use crate::ports::HasBytes;

/// A version of a key.
pub(crate) struct Version {
    /// Its id.
    pub(crate) id: String,
    /// Whether it only says that the key was deleted.
    pub(crate) is_marker: bool,
}

/// Some versions, and where the next begin.
pub(crate) struct VersionPage {
    pub(crate) found: Vec<Version>,
    /// None at the end.
    pub(crate) next: Option<Markers>,
}

/// Behind which key and version.
pub(crate) type Markers = (Option<String>, Option<String>);

impl Blobs {
    /// A page of the versions of this place's key, whichever it names.
    pub(crate) async fn versions(&self, place: &Place, after: Option<Markers>) -> Result<VersionPage> {
        let (key_marker, version_marker) = after.unwrap_or_default();
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
        let versions = versions.map(|version| (version.version_id(), false));
        let all = versions.chain(markers.map(|marker| (marker.version_id(), true)));
        let found = all.filter_map(|(id, is_marker)| Some(Version { id: id?.to_owned(), is_marker }));
        let found = found.collect();
        let is_last = page.is_truncated() != Some(true);
        Ok(VersionPage {
            found,
            next: (!is_last).then_some((page.next_key_marker, page.next_version_id_marker)),
        })
    }
}

impl HasBytes for Blobs {
    async fn has_bytes(&self, place: &Place) -> Result<bool> {
        // A list, for a HEAD would need the right to read the bytes.
        let mut after = None;
        loop {
            let page = self.versions(place, after).await?;
            let is_meant = |id: &String| place.version_id.as_ref().is_none_or(|meant| meant == id);
            if page.found.iter().any(|version| !version.is_marker && is_meant(&version.id)) {
                return Ok(true);
            }
            after = page.next;
            if after.is_none() {
                return Ok(false);
            }
        }
    }
}
