//! `ListObjectVersions`.

use super::bucket::owner;
use super::list::Encoder;
use super::{Backend, etag, signed};
use crate::store::listing::{self, After, Entry, Query};
use crate::store::records::Version;
use s3s::dto::{
    ChecksumAlgorithm, DeleteMarkerEntry, ListObjectVersionsInput, ListObjectVersionsOutput, ObjectVersion,
    ObjectVersionStorageClass,
};
use s3s::{S3Result, s3_error};

fn object_version(version: &Version, latest: bool, encoder: &Encoder) -> Option<ObjectVersion> {
    let content = version.content.as_ref()?;
    Some(ObjectVersion {
        key: Some(encoder.key(&version.key)),
        version_id: Some(version.id.clone()),
        is_latest: Some(latest),
        last_modified: Some(version.last_modified.clone()),
        e_tag: Some(etag(&content.etag)),
        size: Some(signed(content.size)),
        checksum_algorithm: Some(vec![ChecksumAlgorithm::from_static(content.checksum.algorithm.name())]),
        checksum_type: Some(content.checksum.coverage.dto()),
        storage_class: Some(ObjectVersionStorageClass::from_static(ObjectVersionStorageClass::STANDARD)),
        owner: Some(owner()),
        ..ObjectVersion::default()
    })
}

fn delete_marker(version: &Version, latest: bool, encoder: &Encoder) -> DeleteMarkerEntry {
    DeleteMarkerEntry {
        key: Some(encoder.key(&version.key)),
        version_id: Some(version.id.clone()),
        is_latest: Some(latest),
        last_modified: Some(version.last_modified.clone()),
        owner: Some(owner()),
    }
}

impl Backend {
    pub(super) fn list_object_versions(
        &self,
        input: &ListObjectVersionsInput,
    ) -> S3Result<ListObjectVersionsOutput> {
        let bucket = self.store.bucket(&input.bucket)?;
        let max = listing::limit(input.max_keys)?;
        let filled = |text: &Option<String>| text.clone().filter(|text| !text.is_empty());
        let after = match (filled(&input.key_marker), filled(&input.version_id_marker)) {
            (Some(key), Some(id)) => After::Version(key, id),
            (Some(key), None) => After::Key(key),
            (None, None) => After::Start,
            (None, Some(_)) => {
                return Err(s3_error!(
                    InvalidArgument,
                    "A version-id marker cannot be specified without a key marker."
                ));
            }
        };
        let query = Query {
            prefix: input.prefix.clone().unwrap_or_default(),
            delimiter: input.delimiter.clone(),
            after,
            max,
        };
        let page = bucket.read(|index| listing::versions(index, &query));
        let encoder = Encoder::new(input.encoding_type.clone());
        let mut versions = Vec::new();
        let mut markers = Vec::new();
        for entry in &page.entries {
            if let Entry::Version { version, latest } = entry {
                match object_version(version, *latest, &encoder) {
                    Some(entry) => versions.push(entry),
                    None => markers.push(delete_marker(version, *latest, &encoder)),
                }
            }
        }
        let (next_key, next_version) = match &page.next {
            Some(After::Version(key, id)) => (Some(key.as_str()), Some(id.clone())),
            Some(After::Key(place) | After::Prefix(place)) => (Some(place.as_str()), None),
            Some(After::Start) | None => (None, None),
        };
        Ok(ListObjectVersionsOutput {
            name: Some(input.bucket.clone()),
            prefix: Some(encoder.key(&query.prefix)),
            delimiter: encoder.optional(input.delimiter.as_deref()),
            key_marker: encoder.optional(input.key_marker.as_deref()),
            version_id_marker: input.version_id_marker.clone(),
            max_keys: i32::try_from(max).ok(),
            is_truncated: Some(page.next.is_some()),
            next_key_marker: encoder.optional(next_key),
            next_version_id_marker: next_version,
            versions: (!versions.is_empty()).then_some(versions),
            delete_markers: (!markers.is_empty()).then_some(markers),
            common_prefixes: encoder.prefixes(&page),
            encoding_type: encoder.into_echo(),
            ..ListObjectVersionsOutput::default()
        })
    }
}
