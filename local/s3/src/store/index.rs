//! The ordered map of keys to versions. In memory; rebuilt from the files at start.

use super::records::Version;
use std::collections::BTreeMap;
use std::ops::Bound;
use std::sync::Arc;

/// Keys in byte order, each with its versions, oldest first and never empty.
#[derive(Debug, Default)]
pub(crate) struct Index(BTreeMap<String, Vec<Arc<Version>>>);

impl Index {
    pub(crate) fn is_empty(&self) -> bool {
        self.0.is_empty()
    }

    /// Adds a version, which is then its key's newest.
    pub(crate) fn insert(&mut self, version: Arc<Version>) {
        self.0.entry(version.key.clone()).or_default().push(version);
    }

    pub(crate) fn remove(&mut self, version: &Version) {
        if let Some(versions) = self.0.get_mut(&version.key) {
            versions.retain(|other| other.sequence != version.sequence);
            if versions.is_empty() {
                self.0.remove(&version.key);
            }
        }
    }

    pub(crate) fn newest(&self, key: &str) -> Option<Arc<Version>> {
        self.0.get(key)?.last().cloned()
    }

    pub(crate) fn version(&self, key: &str, version_id: &str) -> Option<Arc<Version>> {
        let versions = self.0.get(key)?;
        versions.iter().find(|version| version.id == version_id).cloned()
    }

    /// Keys with a prefix, from a bound on; the versions are oldest first.
    pub(crate) fn keys<'a>(
        &'a self,
        prefix: &'a str,
        from: Bound<&'a str>,
    ) -> impl Iterator<Item = (&'a str, &'a [Arc<Version>])> {
        // The prefix bounds the walk from below as well, so that listing one folder of a large
        // bucket doesn't pass through everything before it.
        let start = match from {
            Bound::Included(key) | Bound::Excluded(key) if key >= prefix => from,
            _ => Bound::Included(prefix),
        };
        self.0
            .range::<str, _>((start, Bound::Unbounded))
            .take_while(move |(key, _)| key.starts_with(prefix))
            .map(|(key, versions)| (key.as_str(), versions.as_slice()))
    }
}
