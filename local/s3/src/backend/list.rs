//! `ListObjectsV2` and `ListObjects`.

use super::bucket::owner;
use super::{Backend, etag, signed};
use crate::store::listing::{self, After, Entry, Page, Query};
use crate::store::records::Version;
use percent_encoding::{AsciiSet, NON_ALPHANUMERIC, utf8_percent_encode};
use s3s::S3Result;
use s3s::dto::{
    ChecksumAlgorithm, CommonPrefix, EncodingType, ListObjectsInput, ListObjectsOutput, ListObjectsV2Input,
    ListObjectsV2Output, Object, ObjectStorageClass,
};

const ENCODED: &AsciiSet = &NON_ALPHANUMERIC.remove(b'-').remove(b'_').remove(b'.').remove(b'~').remove(b'/');

/// Keys in the answer, percent-encoded if the client asked: XML can't hold every character of a key.
pub(super) struct Encoder(Option<EncodingType>);

impl Encoder {
    pub(super) fn new(encoding: Option<EncodingType>) -> Self {
        Self(encoding.filter(|encoding| encoding.as_str() == EncodingType::URL))
    }

    pub(super) fn key(&self, key: &str) -> String {
        match self.0 {
            Some(_) => utf8_percent_encode(key, ENCODED).to_string(),
            None => key.to_owned(),
        }
    }

    pub(super) fn optional(&self, key: Option<&str>) -> Option<String> {
        key.map(|key| self.key(key))
    }

    pub(super) fn prefixes(&self, page: &Page) -> Option<Vec<CommonPrefix>> {
        let prefixes: Vec<CommonPrefix> = page
            .entries
            .iter()
            .filter_map(|entry| match entry {
                Entry::Prefix(prefix) => Some(CommonPrefix { prefix: Some(self.key(prefix)) }),
                Entry::Version { .. } => None,
            })
            .collect();
        (!prefixes.is_empty()).then_some(prefixes)
    }

    pub(super) fn into_echo(self) -> Option<EncodingType> {
        self.0
    }
}

fn object(version: &Version, encoder: &Encoder, with_owner: bool) -> Option<Object> {
    let content = version.content.as_ref()?;
    Some(Object {
        key: Some(encoder.key(&version.key)),
        last_modified: Some(version.last_modified.clone()),
        e_tag: Some(etag(&content.etag)),
        size: Some(signed(content.size)),
        checksum_algorithm: Some(vec![ChecksumAlgorithm::from_static(content.checksum.algorithm.name())]),
        checksum_type: Some(content.checksum.coverage.dto()),
        storage_class: Some(ObjectStorageClass::from_static(ObjectStorageClass::STANDARD)),
        owner: with_owner.then(owner),
        ..Object::default()
    })
}

fn objects(page: &Page, encoder: &Encoder, with_owner: bool) -> Option<Vec<Object>> {
    let objects: Vec<Object> = page
        .entries
        .iter()
        .filter_map(|entry| match entry {
            Entry::Version { version, .. } => object(version, encoder, with_owner),
            Entry::Prefix(_) => None,
        })
        .collect();
    (!objects.is_empty()).then_some(objects)
}

impl Backend {
    pub(super) fn list_objects_v2(&self, input: &ListObjectsV2Input) -> S3Result<ListObjectsV2Output> {
        let bucket = self.store.bucket(&input.bucket)?;
        let max = listing::limit(input.max_keys)?;
        let after = match (&input.continuation_token, &input.start_after) {
            (Some(token), _) => After::from_token(token)?,
            (None, Some(key)) => After::Key(key.clone()),
            (None, None) => After::Start,
        };
        let query = Query {
            prefix: input.prefix.clone().unwrap_or_default(),
            delimiter: input.delimiter.clone(),
            after,
            max,
        };
        let page = bucket.read(|index| listing::objects(index, &query));
        let encoder = Encoder::new(input.encoding_type.clone());
        Ok(ListObjectsV2Output {
            name: Some(input.bucket.clone()),
            prefix: Some(encoder.key(&query.prefix)),
            delimiter: encoder.optional(input.delimiter.as_deref()),
            start_after: encoder.optional(input.start_after.as_deref()),
            continuation_token: input.continuation_token.clone(),
            max_keys: i32::try_from(max).ok(),
            key_count: i32::try_from(page.entries.len()).ok(),
            is_truncated: Some(page.next.is_some()),
            next_continuation_token: page.next.as_ref().map(After::token).transpose()?,
            contents: objects(&page, &encoder, input.fetch_owner.unwrap_or(false)),
            common_prefixes: encoder.prefixes(&page),
            encoding_type: encoder.into_echo(),
            ..ListObjectsV2Output::default()
        })
    }

    pub(super) fn list_objects(&self, input: &ListObjectsInput) -> S3Result<ListObjectsOutput> {
        let bucket = self.store.bucket(&input.bucket)?;
        let max = listing::limit(input.max_keys)?;
        let marker = input.marker.clone().filter(|marker| !marker.is_empty());
        let query = Query {
            prefix: input.prefix.clone().unwrap_or_default(),
            delimiter: input.delimiter.clone(),
            after: marker.map_or(After::Start, After::Key),
            max,
        };
        let page = bucket.read(|index| listing::objects(index, &query));
        let encoder = Encoder::new(input.encoding_type.clone());
        let next_marker = match &page.next {
            Some(After::Key(place) | After::Prefix(place)) => Some(encoder.key(place)),
            _ => None,
        };
        Ok(ListObjectsOutput {
            name: Some(input.bucket.clone()),
            prefix: Some(encoder.key(&query.prefix)),
            delimiter: encoder.optional(input.delimiter.as_deref()),
            marker: Some(encoder.key(input.marker.as_deref().unwrap_or_default())),
            max_keys: i32::try_from(max).ok(),
            is_truncated: Some(page.next.is_some()),
            next_marker,
            contents: objects(&page, &encoder, true),
            common_prefixes: encoder.prefixes(&page),
            encoding_type: encoder.into_echo(),
            ..ListObjectsOutput::default()
        })
    }
}
