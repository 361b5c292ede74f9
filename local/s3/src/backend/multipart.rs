//! Multipart uploads: starting, parts, completing, aborting, listing.

use super::bucket::owner;
use super::{Backend, attributes, etag, refuse_customer_keys, signed};
use crate::checksums::{Algorithm, Coverage, checksum_fields, fill_checksum, hex};
use crate::error::blocking;
use crate::ids;
use crate::store::bucket::now;
use crate::store::complete::{Completion, complete};
use crate::store::conditions::WriteConditions;
use crate::store::listing;
use crate::store::receive::{Promises, receive};
use crate::store::records::UploadRecord;
use crate::store::uploads::{MAX_PART_NUMBER, Upload};
use s3s::dto::{
    AbortMultipartUploadInput, AbortMultipartUploadOutput, ChecksumAlgorithm, ChecksumType,
    CompleteMultipartUploadInput, CompleteMultipartUploadOutput, CreateMultipartUploadInput,
    CreateMultipartUploadOutput, Initiator, ListMultipartUploadsInput, ListMultipartUploadsOutput,
    ListPartsInput, ListPartsOutput, MultipartUpload, Part, StorageClass, UploadPartInput, UploadPartOutput,
};
use s3s::{S3Request, S3Result, s3_error};

/// The coverage that S3 gives an algorithm, and those that it allows.
fn coverage(algorithm: Algorithm, asked: Option<&ChecksumType>) -> S3Result<Coverage> {
    let composite = !matches!(algorithm, Algorithm::Crc64nvme);
    let full = !matches!(algorithm, Algorithm::Sha1 | Algorithm::Sha256);
    match asked.map(ChecksumType::as_str) {
        None | Some(ChecksumType::COMPOSITE) if composite => Ok(Coverage::Composite),
        None | Some(ChecksumType::FULL_OBJECT) if full => Ok(Coverage::FullObject),
        kind => Err(s3_error!(
            InvalidRequest,
            "The {} checksum type cannot be used with the {} checksum algorithm.",
            kind.unwrap_or_default(),
            algorithm.name()
        )),
    }
}

/// A part must bring a checksum of the algorithm that the upload was started with. Full-object
/// checksums don't need the parts' own, so there it may be left out.
fn check_part_algorithm(upload: &UploadRecord, sent: Option<Algorithm>) -> S3Result<()> {
    let wrong = match sent {
        Some(sent) => sent != upload.algorithm,
        None => upload.coverage == Coverage::Composite,
    };
    if upload.algorithm_chosen && wrong {
        return Err(s3_error!(
            InvalidRequest,
            "Checksum Type mismatch occurred, expected checksum Type: {}, actual checksum Type: {}",
            upload.algorithm.name().to_lowercase(),
            sent.map_or_else(|| "null".to_owned(), |sent| sent.name().to_lowercase())
        ));
    }
    Ok(())
}

fn initiator() -> Initiator {
    let owner = owner();
    Initiator { display_name: owner.display_name, id: owner.id }
}

/// The algorithm and type as answers show them: only if the client chose them.
fn shown(record: &UploadRecord) -> (Option<ChecksumAlgorithm>, Option<ChecksumType>) {
    let algorithm = ChecksumAlgorithm::from_static(record.algorithm.name());
    (record.algorithm_chosen.then_some(algorithm), record.algorithm_chosen.then(|| record.coverage.dto()))
}

impl Backend {
    pub(super) async fn create_multipart_upload(
        &self,
        req: S3Request<CreateMultipartUploadInput>,
    ) -> S3Result<CreateMultipartUploadOutput> {
        let input = req.input;
        refuse_customer_keys(input.sse_customer_algorithm.as_ref())?;
        let chosen = input.checksum_algorithm.as_ref();
        let algorithm = chosen.map_or(Ok(Algorithm::Crc64nvme), |name| Algorithm::parse(name.as_str()))?;
        let record = UploadRecord {
            id: ids::random()?,
            key: input.key.clone(),
            initiated: now(),
            attributes: attributes!(input)?,
            algorithm,
            coverage: coverage(algorithm, input.checksum_type.as_ref())?,
            algorithm_chosen: chosen.is_some(),
        };
        let (checksum_algorithm, checksum_type) = shown(&record);
        let upload_id = record.id.clone();
        self.with_bucket(&input.bucket, move |bucket| bucket.create_upload(record)).await?;
        Ok(CreateMultipartUploadOutput {
            bucket: Some(input.bucket),
            key: Some(input.key),
            upload_id: Some(upload_id),
            checksum_algorithm,
            checksum_type,
            ..CreateMultipartUploadOutput::default()
        })
    }

    pub(super) async fn upload_part(&self, req: S3Request<UploadPartInput>) -> S3Result<UploadPartOutput> {
        let input = req.input;
        refuse_customer_keys(input.sse_customer_algorithm.as_ref())?;
        let number = input.part_number;
        if !(1..=MAX_PART_NUMBER).contains(&number) {
            return Err(s3_error!(
                InvalidArgument,
                "Part number must be an integer between 1 and {MAX_PART_NUMBER}, inclusive"
            ));
        }
        let bucket = self.store.bucket(&input.bucket)?;
        let upload = bucket.uploads.find(&input.key, &input.upload_id)?;
        let promises = Promises::new(
            input.content_length,
            input.content_md5.as_deref(),
            checksum_fields!(input),
            &req.headers,
            req.trailing_headers,
        )?;
        let sent = promises.algorithm();
        check_part_algorithm(&upload.record, sent)?;
        let mut algorithms = vec![upload.record.algorithm];
        algorithms.extend(sent);

        let received = receive(&bucket.staging, input.body, promises, algorithms).await?;
        let echo = received.digested.checksum(sent.unwrap_or(upload.record.algorithm))?;
        let part = blocking(move || upload.put_part(number, received)).await?;
        let mut output =
            UploadPartOutput { e_tag: Some(etag(&hex(&part.md5))), ..UploadPartOutput::default() };
        fill_checksum!(output, Some(&echo));
        Ok(output)
    }

    pub(super) async fn complete_multipart_upload(
        &self,
        req: S3Request<CompleteMultipartUploadInput>,
    ) -> S3Result<CompleteMultipartUploadOutput> {
        let input = req.input;
        refuse_customer_keys(input.sse_customer_algorithm.as_ref())?;
        let bucket = self.store.bucket(&input.bucket)?;
        let upload = bucket.uploads.find(&input.key, &input.upload_id)?;
        let completion = Completion {
            checksum: checksum_fields!(input),
            checksum_type: input.checksum_type,
            object_size: input.mpu_object_size,
            conditions: WriteConditions::new(input.if_none_match.as_ref(), input.if_match)?,
            parts: input.multipart_upload.and_then(|list| list.parts).unwrap_or_default(),
        };
        let version = blocking(move || complete(&bucket, &upload, &completion)).await?;
        let mut output = CompleteMultipartUploadOutput {
            location: Some(format!("/{}/{}", input.bucket, input.key)),
            bucket: Some(input.bucket),
            key: Some(input.key),
            version_id: Some(version.id.clone()),
            ..CompleteMultipartUploadOutput::default()
        };
        if let Some(content) = &version.content {
            output.e_tag = Some(etag(&content.etag));
            output.checksum_type = Some(content.checksum.coverage.dto());
            fill_checksum!(output, Some(&content.checksum));
        }
        Ok(output)
    }

    pub(super) async fn abort_multipart_upload(
        &self,
        req: S3Request<AbortMultipartUploadInput>,
    ) -> S3Result<AbortMultipartUploadOutput> {
        let input = req.input;
        self.with_bucket(&input.bucket, move |bucket| {
            let upload = bucket.uploads.find(&input.key, &input.upload_id)?;
            bucket.uploads.end(&bucket.staging, upload.lock()?)
        })
        .await?;
        Ok(AbortMultipartUploadOutput::default())
    }

    pub(super) fn list_parts(&self, input: &ListPartsInput) -> S3Result<ListPartsOutput> {
        let bucket = self.store.bucket(&input.bucket)?;
        let upload = bucket.uploads.find(&input.key, &input.upload_id)?;
        let max = listing::limit(input.max_parts)?;
        let marker = input.part_number_marker.unwrap_or(0);
        let stored = upload.parts();
        let mut rest = stored.range(marker.saturating_add(1)..).map(|(number, part)| {
            let mut entry = Part {
                part_number: Some(*number),
                size: Some(signed(part.size)),
                e_tag: Some(etag(&hex(&part.md5))),
                last_modified: Some(part.last_modified.clone()),
                ..Part::default()
            };
            let checksum = upload.record.algorithm_chosen.then_some(&part.checksum);
            fill_checksum!(entry, checksum);
            entry
        });
        let parts: Vec<Part> = rest.by_ref().take(max).collect();
        let truncated = rest.next().is_some() && max > 0;
        let (checksum_algorithm, checksum_type) = shown(&upload.record);
        Ok(ListPartsOutput {
            bucket: Some(input.bucket.clone()),
            key: Some(input.key.clone()),
            upload_id: Some(input.upload_id.clone()),
            part_number_marker: Some(marker),
            next_part_number_marker: parts.last().and_then(|part| part.part_number),
            max_parts: i32::try_from(max).ok(),
            is_truncated: Some(truncated),
            parts: (!parts.is_empty()).then_some(parts),
            initiator: Some(initiator()),
            owner: Some(owner()),
            storage_class: Some(StorageClass::from_static(StorageClass::STANDARD)),
            checksum_algorithm,
            checksum_type,
            ..ListPartsOutput::default()
        })
    }

    pub(super) fn list_multipart_uploads(
        &self,
        input: &ListMultipartUploadsInput,
    ) -> S3Result<ListMultipartUploadsOutput> {
        if input.delimiter.is_some() {
            return Err(s3_error!(NotImplemented, "A delimiter is not implemented for uploads"));
        }
        let bucket = self.store.bucket(&input.bucket)?;
        let max = listing::limit(input.max_uploads)?;
        let prefix = input.prefix.clone().unwrap_or_default();
        let key_marker = input.key_marker.clone().unwrap_or_default();
        let id_marker = input.upload_id_marker.clone().unwrap_or_default();
        let is_next = |upload: &Upload| {
            let record = &upload.record;
            let behind = if id_marker.is_empty() {
                record.key > key_marker
            } else {
                (&record.key, &record.id) > (&key_marker, &id_marker)
            };
            (key_marker.is_empty() || behind) && record.key.starts_with(&prefix)
        };
        let mut found: Vec<MultipartUpload> = bucket.uploads.read(|map| {
            map.values()
                .filter(|upload| is_next(upload))
                .take(max + 1)
                .map(|upload| listed(&upload.record))
                .collect()
        });
        let truncated = found.len() > max && max > 0;
        found.truncate(max);
        let last = found.last().filter(|_| truncated).cloned();
        let (next_key, next_id) = last.map_or((None, None), |last| (last.key, last.upload_id));
        Ok(ListMultipartUploadsOutput {
            bucket: Some(input.bucket.clone()),
            prefix: input.prefix.clone(),
            key_marker: input.key_marker.clone(),
            upload_id_marker: input.upload_id_marker.clone(),
            max_uploads: i32::try_from(max).ok(),
            is_truncated: Some(truncated),
            next_key_marker: next_key,
            next_upload_id_marker: next_id,
            uploads: (!found.is_empty()).then_some(found),
            ..ListMultipartUploadsOutput::default()
        })
    }
}

fn listed(record: &UploadRecord) -> MultipartUpload {
    let (checksum_algorithm, checksum_type) = shown(record);
    MultipartUpload {
        key: Some(record.key.clone()),
        upload_id: Some(record.id.clone()),
        initiated: Some(record.initiated.clone()),
        initiator: Some(initiator()),
        owner: Some(owner()),
        storage_class: Some(StorageClass::from_static(StorageClass::STANDARD)),
        checksum_algorithm,
        checksum_type,
    }
}
