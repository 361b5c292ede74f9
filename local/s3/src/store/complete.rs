//! Completing a multipart upload: comparing the client's list with the stored parts, joining their
//! bytes, and publishing the object.

use super::bucket::{Bucket, now};
use super::conditions::WriteConditions;
use super::records::{Content, Part, UploadRecord, Version};
use super::uploads::Upload;
use crate::checksums::{self, Algorithm, Checksum, Coverage, Digests};
use crate::error::internal;
use crate::ids;
use s3s::dto::{ChecksumType, CompletedPart};
use s3s::{S3Error, S3Result, s3_error};
use std::collections::BTreeMap;
use std::io::{Read as _, Write as _};
use std::sync::Arc;

/// The least size of every part but the last.
pub(crate) const MIN_PART_SIZE: u64 = 5 * 1024 * 1024;

/// What the client sent.
pub(crate) struct Completion {
    pub(crate) parts: Vec<CompletedPart>,
    pub(crate) checksum: [Option<String>; 5],
    pub(crate) checksum_type: Option<ChecksumType>,
    pub(crate) object_size: Option<i64>,
    pub(crate) conditions: WriteConditions,
}

/// Publishes the object. The upload ends only if that succeeds. Blocking.
pub(crate) fn complete(bucket: &Bucket, upload: &Upload, completion: &Completion) -> S3Result<Arc<Version>> {
    let guard = upload.lock()?;
    check_request(upload, completion)?;
    let stored = upload.parts();
    let chosen = choose_parts(upload, &completion.parts, &stored)?;
    let size = chosen.iter().map(|(_, part)| part.size).sum::<u64>();
    if completion.object_size.is_some_and(|expected| u64::try_from(expected).ok() != Some(size)) {
        return Err(s3_error!(
            InvalidRequest,
            "The provided 'x-amz-mp-object-size' header does not match what was computed."
        ));
    }
    bucket.check(&upload.record.key, &completion.conditions)?;

    let mut file = bucket.staging.file()?;
    let full = join(upload, &chosen, &mut file.file)?;
    let checksum = match upload.record.coverage {
        Coverage::FullObject => full,
        Coverage::Composite => {
            let values: Vec<&str> = chosen.iter().map(|(_, part)| part.checksum.value.as_str()).collect();
            checksums::composite(upload.record.algorithm, &values)?
        }
    };
    compare(&completion.checksum, &checksum)?;

    let md5s: Vec<[u8; 16]> = chosen.iter().map(|(_, part)| part.md5).collect();
    let version = Version {
        key: upload.record.key.clone(),
        id: ids::random()?,
        last_modified: now(),
        content: Some(Content {
            size,
            etag: checksums::multipart_etag(&md5s),
            checksum,
            attributes: upload.record.attributes.clone(),
            part_sizes: chosen.iter().map(|(_, part)| part.size).collect(),
            upload_id: Some(upload.record.id.clone()),
        }),
        sequence: 0,
    };
    let event = Some("ObjectCreated:CompleteMultipartUpload");
    let version = bucket.publish(file, version, &completion.conditions, event)?;
    if let Err(error) = bucket.uploads.end(&bucket.staging, guard) {
        // The object exists, so the answer is success; the next start removes the rest.
        tracing::warn!(%error, "could not remove the parts of a completed upload");
    }
    Ok(version)
}

fn check_request(upload: &Upload, completion: &Completion) -> S3Result<()> {
    let coverage = upload.record.coverage.dto();
    match &completion.checksum_type {
        Some(given) if given.as_str() != coverage.as_str() => Err(s3_error!(
            InvalidRequest,
            "The upload was created using the {} checksum mode. The complete request must use the \
             same checksum mode.",
            coverage.as_str()
        )),
        _ => Ok(()),
    }
}

/// Finds each listed part, in the order that S3 demands.
fn choose_parts<'a>(
    upload: &Upload,
    listed: &[CompletedPart],
    stored: &'a BTreeMap<i32, Part>,
) -> S3Result<Vec<(i32, &'a Part)>> {
    if listed.is_empty() {
        return Err(s3_error!(MalformedXML, "You must specify at least one part"));
    }
    let mut chosen: Vec<(i32, &Part)> = Vec::with_capacity(listed.len());
    for part in listed {
        let number = part.part_number.unwrap_or_default();
        if chosen.last().is_some_and(|(last, _)| *last >= number) {
            return Err(s3_error!(InvalidPartOrder, "The list of parts was not in ascending order."));
        }
        chosen.push((number, match_part(upload, part, number, stored)?));
    }
    let all_but_last = &chosen[..chosen.len() - 1];
    if all_but_last.iter().any(|(_, part)| part.size < MIN_PART_SIZE) {
        return Err(s3_error!(
            EntityTooSmall,
            "Your proposed upload is smaller than the minimum allowed size"
        ));
    }
    Ok(chosen)
}

fn match_part<'a>(
    upload: &Upload,
    listed: &CompletedPart,
    number: i32,
    stored: &'a BTreeMap<i32, Part>,
) -> S3Result<&'a Part> {
    let part = stored.get(&number).ok_or_else(invalid_part)?;
    let etag = listed.e_tag.as_ref().ok_or_else(invalid_part)?;
    if etag.value() != checksums::hex(&part.md5) {
        return Err(invalid_part());
    }
    check_part_checksum(&upload.record, listed, number, part)?;
    Ok(part)
}

/// With an algorithm of S3's own choosing, parts may have been checked with another one, which was
/// compared when the part came.
fn check_part_checksum(
    record: &UploadRecord,
    listed: &CompletedPart,
    number: i32,
    part: &Part,
) -> S3Result<()> {
    let given = checksums::single(checksums::checksum_fields!(listed))?;
    let wrong = given.as_ref().is_some_and(|(algorithm, value)| {
        if *algorithm == record.algorithm { *value != part.checksum.value } else { record.algorithm_chosen }
    });
    if wrong {
        return Err(invalid_part());
    }
    if given.is_none() && record.algorithm_chosen && record.coverage == Coverage::Composite {
        return Err(s3_error!(
            InvalidRequest,
            "The upload was created using a {} checksum. The complete request must include the \
             checksum for each part. It was missing for part {} in the request.",
            record.algorithm.name().to_lowercase(),
            number
        ));
    }
    Ok(())
}

fn invalid_part() -> S3Error {
    s3_error!(
        InvalidPart,
        "One or more of the specified parts could not be found. The part may not have been \
         uploaded, or the specified entity tag may not match the part's entity tag."
    )
}

/// Copies the parts behind each other. The bytes are hashed again and each part is compared with
/// what was acknowledged, so that damage on the disk can't become an object.
fn join(upload: &Upload, chosen: &[(i32, &Part)], target: &mut std::fs::File) -> S3Result<Checksum> {
    let algorithm = upload.record.algorithm;
    let mut whole = Digests::new(&[algorithm]);
    let mut buffer = vec![0; 256 * 1024];
    for (number, part) in chosen {
        let mut source = upload.open_part(*number).map_err(internal)?.take(part.size);
        let mut single = Digests::new(&[]);
        loop {
            let read = source.read(&mut buffer).map_err(internal)?;
            if read == 0 {
                break;
            }
            whole.update(&buffer[..read]);
            single.update(&buffer[..read]);
            target.write_all(&buffer[..read]).map_err(internal)?;
        }
        if single.finish().md5 != part.md5 {
            return Err(s3_error!(InternalError, "a stored part is damaged"));
        }
    }
    whole.finish().checksum(algorithm)
}

/// Compares the client's checksum of the whole object, if it gave one.
fn compare(given: &[Option<String>; 5], computed: &Checksum) -> S3Result<()> {
    let mut given = Algorithm::ALL
        .into_iter()
        .zip(given)
        .filter_map(|(algorithm, value)| value.as_ref().map(|value| (algorithm, value)));
    let Some((algorithm, value)) = given.next() else {
        return Ok(());
    };
    if algorithm != computed.algorithm {
        return Err(s3_error!(
            InvalidRequest,
            "The upload was created using a {} checksum.",
            computed.algorithm.name()
        ));
    }
    if *value != computed.value {
        return Err(checksums::bad_digest(algorithm.name()));
    }
    Ok(())
}
