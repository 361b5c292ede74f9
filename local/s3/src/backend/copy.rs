//! `CopyObject`.

use super::{Backend, attributes, etag, refuse_customer_keys};
use crate::checksums::{Algorithm, Digests, fill_checksum};
use crate::error::{blocking, internal};
use crate::ids;
use crate::store::bucket::{Bucket, now};
use crate::store::conditions::{ReadConditions, WriteConditions};
use crate::store::records::{Attributes, Content, Version};
use s3s::dto::{CopyObjectInput, CopyObjectOutput, CopyObjectResult, CopySource, MetadataDirective};
use s3s::{S3Request, S3Result, s3_error};
use std::io::{Read as _, Write as _};
use std::sync::Arc;

struct Source {
    bucket: Arc<Bucket>,
    key: String,
    version_id: Option<String>,
    conditions: ReadConditions,
}

struct Target {
    bucket: Arc<Bucket>,
    key: String,
    /// In place of the source's.
    attributes: Option<Attributes>,
    algorithm: Option<Algorithm>,
}

/// Copies and returns the source's version as well. Blocking.
fn copy(source: &Source, target: Target) -> S3Result<(Arc<Version>, Arc<Version>)> {
    let (from, content) = source.bucket.find_content(&source.key, source.version_id.as_deref())?;
    source.conditions.check_copy(&content, &from.last_modified)?;
    let mut reader = source.bucket.open(&from)?.take(content.size);
    let mut file = target.bucket.staging.file()?;

    let algorithm = target.algorithm.unwrap_or(content.checksum.algorithm);
    let mut digests = Digests::new(&[algorithm]);
    let mut buffer = vec![0; 256 * 1024];
    let mut size = 0;
    loop {
        let read = reader.read(&mut buffer).map_err(internal)?;
        if read == 0 {
            break;
        }
        digests.update(&buffer[..read]);
        file.file.write_all(&buffer[..read]).map_err(internal)?;
        size += read as u64;
    }
    if size != content.size {
        return Err(s3_error!(InternalError, "a stored object is damaged"));
    }

    let digested = digests.finish();
    let version = Version {
        key: target.key,
        id: ids::random()?,
        last_modified: now(),
        content: Some(Content {
            size,
            etag: digested.etag(),
            checksum: digested.checksum(algorithm)?,
            attributes: target.attributes.unwrap_or(content.attributes),
            part_sizes: Vec::new(),
            upload_id: None,
        }),
        sequence: 0,
    };
    let event = Some("ObjectCreated:Copy");
    let copied = target.bucket.publish(file, version, &WriteConditions::default(), event)?;
    Ok((from, copied))
}

impl Backend {
    pub(super) async fn copy_object(&self, req: S3Request<CopyObjectInput>) -> S3Result<CopyObjectOutput> {
        let input = req.input;
        refuse_customer_keys(input.sse_customer_algorithm.as_ref())?;
        refuse_customer_keys(input.copy_source_sse_customer_algorithm.as_ref())?;
        let CopySource::Bucket { bucket: source_bucket, key: source_key, version_id: source_version } =
            &input.copy_source
        else {
            return Err(s3_error!(NotImplemented, "Access points are not implemented"));
        };
        let replace = input
            .metadata_directive
            .as_ref()
            .is_some_and(|directive| directive.as_str() == MetadataDirective::REPLACE);
        let onto_itself =
            **source_bucket == *input.bucket && **source_key == *input.key && source_version.is_none();
        if onto_itself && !replace {
            return Err(s3_error!(
                InvalidRequest,
                "This copy request is illegal because it is trying to copy an object to itself \
                 without changing the object's metadata."
            ));
        }
        let source = Source {
            bucket: self.store.bucket(source_bucket)?,
            key: source_key.to_string(),
            version_id: source_version.as_deref().map(str::to_owned),
            conditions: ReadConditions {
                if_match: input.copy_source_if_match.clone(),
                if_none_match: input.copy_source_if_none_match.clone(),
                if_modified_since: input.copy_source_if_modified_since.clone(),
                if_unmodified_since: input.copy_source_if_unmodified_since.clone(),
            },
        };
        let algorithm = input.checksum_algorithm.as_ref();
        let target = Target {
            bucket: self.store.bucket(&input.bucket)?,
            attributes: replace.then(|| attributes!(input)).transpose()?,
            algorithm: algorithm.map(|name| Algorithm::parse(name.as_str())).transpose()?,
            key: input.key,
        };
        let (from, copied) = blocking(move || copy(&source, target)).await?;

        let mut result = CopyObjectResult {
            last_modified: Some(copied.last_modified.clone()),
            ..CopyObjectResult::default()
        };
        if let Some(content) = &copied.content {
            result.e_tag = Some(etag(&content.etag));
            result.checksum_type = Some(content.checksum.coverage.dto());
            fill_checksum!(result, Some(&content.checksum));
        }
        Ok(CopyObjectOutput {
            copy_object_result: Some(result),
            copy_source_version_id: Some(from.id.clone()),
            version_id: Some(copied.id.clone()),
            ..CopyObjectOutput::default()
        })
    }
}
