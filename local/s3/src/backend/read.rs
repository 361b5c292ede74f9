//! `GetObject`, `HeadObject`, `GetObjectAttributes`.

use super::{Backend, etag, metadata, refuse_customer_keys, signed};
use crate::checksums::fill_checksum;
use crate::error::blocking;
use crate::store::bucket::Bucket;
use crate::store::conditions::ReadConditions;
use crate::store::records::{Content, Version};
use crate::stream::file_stream;
use s3s::dto::{
    Checksum, ChecksumMode, GetObjectAttributesInput, GetObjectAttributesOutput, GetObjectAttributesParts,
    GetObjectInput, GetObjectOutput, HeadObjectInput, HeadObjectOutput, ObjectAttributes, Range,
    StorageClass,
};
use s3s::{S3Request, S3Result, s3_error};
use std::fs::File;
use std::sync::Arc;

/// A version that passed the conditions, and the part of it that was asked for.
struct Found {
    version: Arc<Version>,
    content: Content,
    span: std::ops::Range<u64>,
    /// `Content-Range`, if not everything was asked for.
    content_range: Option<String>,
    parts_count: Option<i32>,
    with_checksum: bool,
}

struct Wanted {
    key: String,
    version_id: Option<String>,
    conditions: ReadConditions,
    range: Option<Range>,
    part_number: Option<i32>,
    checksum_mode: Option<ChecksumMode>,
}

macro_rules! wanted {
    ($input:expr) => {
        Wanted {
            key: $input.key.clone(),
            version_id: $input.version_id.clone(),
            conditions: ReadConditions {
                if_match: $input.if_match.clone(),
                if_none_match: $input.if_none_match.clone(),
                if_modified_since: $input.if_modified_since.clone(),
                if_unmodified_since: $input.if_unmodified_since.clone(),
            },
            range: $input.range,
            part_number: $input.part_number,
            checksum_mode: $input.checksum_mode.clone(),
        }
    };
}

fn find(bucket: &Bucket, wanted: &Wanted) -> S3Result<Found> {
    let (version, content) = bucket.find_content(&wanted.key, wanted.version_id.as_deref())?;
    wanted.conditions.check_read(&content, &version)?;
    let span = match (&wanted.range, wanted.part_number) {
        (Some(_), Some(_)) => {
            return Err(s3_error!(
                InvalidRequest,
                "Cannot specify both Range header and partNumber query parameter"
            ));
        }
        (Some(range), None) => Some(range.check(content.size)?),
        (None, Some(number)) => Some(part_span(&content, number)?),
        (None, None) => None,
    };
    let content_range = span
        .as_ref()
        .filter(|span| !span.is_empty())
        .map(|span| format!("bytes {}-{}/{}", span.start, span.end - 1, content.size));
    let whole = 0..content.size;
    let span = span.unwrap_or_else(|| whole.clone());
    let asked = wanted.checksum_mode.as_ref().is_some_and(|mode| mode.as_str() == ChecksumMode::ENABLED);
    let parts_count = wanted.part_number.and_then(|_| parts_count(&content));
    Ok(Found {
        // The checksum is of the whole, and a client would compare it with what it reads.
        with_checksum: asked && span == whole,
        version,
        content,
        span,
        content_range,
        parts_count,
    })
}

fn parts_count(content: &Content) -> Option<i32> {
    let count = i32::try_from(content.part_sizes.len()).ok();
    count.filter(|count| *count > 0)
}

/// The bytes of a part. An object of one PUT is its own only part.
fn part_span(content: &Content, number: i32) -> S3Result<std::ops::Range<u64>> {
    let whole = [content.size];
    let sizes = match content.part_sizes.as_slice() {
        [] => &whole,
        sizes => sizes,
    };
    let at = usize::try_from(number)
        .ok()
        .and_then(|number| number.checked_sub(1))
        .filter(|at| *at < sizes.len())
        .ok_or_else(|| s3_error!(InvalidRange, "The requested partnumber is not satisfiable"))?;
    let start: u64 = sizes[..at].iter().sum();
    Ok(start..start + sizes[at])
}

/// Fills what GET and HEAD have in common.
macro_rules! describe {
    ($output:ident, $found:expr) => {{
        let found: &Found = $found;
        let attributes = &found.content.attributes;
        let checksum = found.with_checksum.then_some(&found.content.checksum);
        fill_checksum!($output, checksum);
        $output.checksum_type = checksum.map(|checksum| checksum.coverage.dto());
        $output.accept_ranges = Some("bytes".to_owned());
        $output.content_length = Some(signed(found.span.end - found.span.start));
        $output.content_range = found.content_range.clone();
        $output.e_tag = Some(etag(&found.content.etag));
        $output.last_modified = Some(found.version.last_modified.clone());
        $output.version_id = Some(found.version.id.clone());
        $output.parts_count = found.parts_count;
        $output.content_type =
            attributes.content_type.clone().or_else(|| Some("binary/octet-stream".to_owned()));
        $output.content_disposition = attributes.content_disposition.clone();
        $output.content_encoding = attributes.content_encoding.clone();
        $output.content_language = attributes.content_language.clone();
        $output.cache_control = attributes.cache_control.clone();
        $output.expires = attributes.expires.clone();
        $output.metadata = metadata(attributes);
    }};
}

impl Backend {
    pub(super) async fn get_object(&self, req: S3Request<GetObjectInput>) -> S3Result<GetObjectOutput> {
        let input = req.input;
        refuse_customer_keys(input.sse_customer_algorithm.as_ref())?;
        let bucket = self.store.bucket(&input.bucket)?;
        let wanted = wanted!(input);
        let (found, file): (Found, File) = blocking(move || {
            let found = find(&bucket, &wanted)?;
            // The open file stays readable if the version is deleted while it is sent.
            let file = bucket.open(&found.version)?;
            Ok((found, file))
        })
        .await?;
        let mut output = GetObjectOutput::default();
        describe!(output, &found);
        output.body = Some(file_stream(file, found.span));
        Ok(output)
    }

    pub(super) fn head_object(&self, input: &HeadObjectInput) -> S3Result<HeadObjectOutput> {
        refuse_customer_keys(input.sse_customer_algorithm.as_ref())?;
        let bucket = self.store.bucket(&input.bucket)?;
        let found = find(&bucket, &wanted!(input))?;
        let mut output = HeadObjectOutput::default();
        describe!(output, &found);
        // s3s applies these to GET only.
        let overrides = [
            (&mut output.content_type, input.response_content_type.clone()),
            (&mut output.content_disposition, input.response_content_disposition.clone()),
            (&mut output.content_encoding, input.response_content_encoding.clone()),
            (&mut output.content_language, input.response_content_language.clone()),
            (&mut output.cache_control, input.response_cache_control.clone()),
        ];
        for (field, value) in overrides {
            if value.is_some() {
                *field = value;
            }
        }
        Ok(output)
    }

    pub(super) fn get_object_attributes(
        &self,
        input: &GetObjectAttributesInput,
    ) -> S3Result<GetObjectAttributesOutput> {
        refuse_customer_keys(input.sse_customer_algorithm.as_ref())?;
        let bucket = self.store.bucket(&input.bucket)?;
        let (version, content) = bucket.find_content(&input.key, input.version_id.as_deref())?;
        let wants = |name: &str| {
            let mut attributes = input.object_attributes.iter();
            attributes.any(|attribute| attribute.as_str() == name)
        };
        let mut checksum =
            Checksum { checksum_type: Some(content.checksum.coverage.dto()), ..Checksum::default() };
        fill_checksum!(checksum, Some(&content.checksum));
        let parts = parts_count(&content).map(|count| GetObjectAttributesParts {
            total_parts_count: Some(count),
            ..GetObjectAttributesParts::default()
        });
        Ok(GetObjectAttributesOutput {
            checksum: wants(ObjectAttributes::CHECKSUM).then_some(checksum),
            e_tag: wants(ObjectAttributes::ETAG).then(|| etag(&content.etag)),
            object_size: wants(ObjectAttributes::OBJECT_SIZE).then(|| signed(content.size)),
            object_parts: parts.filter(|_| wants(ObjectAttributes::OBJECT_PARTS)),
            storage_class: wants(ObjectAttributes::STORAGE_CLASS)
                .then(|| StorageClass::from_static(StorageClass::STANDARD)),
            last_modified: Some(version.last_modified.clone()),
            version_id: Some(version.id.clone()),
            ..GetObjectAttributesOutput::default()
        })
    }
}
