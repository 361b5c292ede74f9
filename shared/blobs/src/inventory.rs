//! What is there, key by key.

use stowage_domain::Result;
use stowage_domain::time::Timestamp;

use crate::Blobs;
use crate::failure::classify;
use crate::ports::{KeyPage, ListKeys, StoredKey};

impl ListKeys for Blobs {
    async fn list_keys(&self, prefix: &str, after: Option<&str>) -> Result<KeyPage> {
        // Versions, for a key may have bytes under a delete marker alone. A page may end among one key's:
        // the next begins behind them, since the newest came first.
        let page = self
            .client
            .list_object_versions()
            .bucket(self.bucket())
            .prefix(prefix)
            .set_key_marker(after.map(str::to_owned))
            .send()
            .await
            .map_err(|error| classify(&error).into_error())?;
        let versions = page.versions().iter().map(|version| (version.key(), version.last_modified()));
        let markers = page.delete_markers().iter().map(|marker| (marker.key(), marker.last_modified()));
        let mut found: Vec<StoredKey> = versions
            .chain(markers)
            .filter_map(|(key, at)| {
                let written_at = Timestamp::from_millis(at?.to_millis().ok()?);
                Some(StoredKey { key: key?.to_owned(), written_at })
            })
            .collect();
        found.sort_by(|one, other| (&one.key, other.written_at).cmp(&(&other.key, one.written_at)));
        found.dedup_by(|later, first| later.key == first.key);
        Ok(KeyPage { found, more: page.is_truncated() == Some(true) })
    }
}
