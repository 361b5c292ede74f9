//! Writing bytes as they come, with no more of them in memory than two parts.

use std::time::Duration;

use aws_sdk_s3::config::timeout::TimeoutConfig;
use aws_sdk_s3::primitives::ByteStream;
use aws_sdk_s3::types::{ChecksumAlgorithm, CompletedMultipartUpload, CompletedPart};
use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use bytes::{Bytes, BytesMut};
use sha2::{Digest as _, Sha256};
use stowage_domain::id::hex;
use stowage_domain::place::Place;
use stowage_domain::{Error, Result};

use crate::Blobs;
use crate::failure::classify;
use crate::ports::{Chunks, Described, Interrupted, MirrorBytes, Streamed};

/// The size of a part, and of the largest PUT: 5 GiB are well within S3's 10,000 parts.
const PART_BYTES: usize = 8 * 1024 * 1024;

/// What S3 gets to put parts together: minutes, says its API reference. More than the function has in
/// the end would be of no use.
const COMPLETE_TIMEOUT: Duration = Duration::from_mins(2);

impl MirrorBytes for Blobs {
    async fn mirror_bytes<C: Chunks>(
        &self,
        place: &Place,
        described: Described<'_>,
        chunks: &mut C,
    ) -> std::result::Result<Streamed, Interrupted<C::Error>> {
        let mut parts = Parts { chunks, rest: Bytes::new(), size: 0, hash: Sha256::new() };
        let first = parts.next().await.map_err(Interrupted::Source)?;
        let second = parts.next().await.map_err(Interrupted::Source)?;
        let version_id = if second.is_empty() {
            self.put_whole(place, described, first).await.map_err(Interrupted::Storage)?
        } else {
            let upload = self.begin(place, described).await.map_err(Interrupted::Storage)?;
            let written = upload.write(first, second, &mut parts).await;
            if written.is_err() {
                upload.abort().await;
            }
            written?
        };
        let sha256 = format!("sha256:{}", hex(&parts.hash.finalize()));
        Ok(Streamed { version_id, size_bytes: parts.size, sha256 })
    }
}

/// Chunks, gathered to parts.
struct Parts<'a, C> {
    chunks: &'a mut C,
    rest: Bytes,
    size: u64,
    hash: Sha256,
}

impl<C: Chunks> Parts<'_, C> {
    /// The next part, smaller than the others only if it is the last; empty at the end.
    async fn next(&mut self) -> std::result::Result<Bytes, C::Error> {
        let mut part = BytesMut::new();
        while part.len() < PART_BYTES {
            if self.rest.is_empty() {
                let Some(chunk) = self.chunks.next_chunk().await? else { break };
                self.rest = chunk;
            }
            let fits = self.rest.len().min(PART_BYTES - part.len());
            part.extend_from_slice(&self.rest.split_to(fits));
        }
        self.size += part.len() as u64;
        self.hash.update(&part);
        Ok(part.freeze())
    }
}

/// A multipart upload that was begun.
struct Multipart<'a> {
    blobs: &'a Blobs,
    place: &'a Place,
    id: String,
}

impl Blobs {
    async fn put_whole(
        &self,
        place: &Place,
        described: Described<'_>,
        bytes: Bytes,
    ) -> Result<Option<String>> {
        let put = self
            .client
            .put_object()
            .bucket(self.bucket())
            .key(&place.key)
            .content_type(described.content_type)
            .set_content_encoding(described.content_encoding.map(str::to_owned))
            .set_storage_class(described.storage_class.map(|class| class.s3_name().into()))
            .checksum_sha256(checksum(&bytes))
            .body(ByteStream::from(bytes));
        Ok(put.send().await.map_err(|error| classify(&error).into_error())?.version_id)
    }

    async fn begin<'a>(&'a self, place: &'a Place, described: Described<'_>) -> Result<Multipart<'a>> {
        let create = self
            .client
            .create_multipart_upload()
            .bucket(self.bucket())
            .key(&place.key)
            .content_type(described.content_type)
            .set_content_encoding(described.content_encoding.map(str::to_owned))
            .set_storage_class(described.storage_class.map(|class| class.s3_name().into()))
            .checksum_algorithm(ChecksumAlgorithm::Sha256);
        let begun = create.send().await.map_err(|error| classify(&error).into_error())?;
        let id = begun.upload_id.ok_or_else(|| Error::internal("S3: a multipart upload without an id"))?;
        Ok(Multipart { blobs: self, place, id })
    }
}

impl Multipart<'_> {
    async fn write<C: Chunks>(
        &self,
        first: Bytes,
        second: Bytes,
        parts: &mut Parts<'_, C>,
    ) -> std::result::Result<Option<String>, Interrupted<C::Error>> {
        let mut written = vec![self.put_part(1, first).await.map_err(Interrupted::Storage)?];
        let mut part = second;
        for number in 2.. {
            if part.is_empty() {
                break;
            }
            written.push(self.put_part(number, part).await.map_err(Interrupted::Storage)?);
            part = parts.next().await.map_err(Interrupted::Source)?;
        }
        self.complete(written).await.map_err(Interrupted::Storage)
    }

    async fn put_part(&self, number: i32, bytes: Bytes) -> Result<CompletedPart> {
        let checksum = checksum(&bytes);
        let put = self
            .blobs
            .client
            .upload_part()
            .bucket(self.blobs.bucket())
            .key(&self.place.key)
            .upload_id(&self.id)
            .part_number(number)
            .checksum_sha256(&checksum)
            .body(ByteStream::from(bytes));
        let put = put.send().await.map_err(|error| classify(&error).into_error())?;
        let part = CompletedPart::builder().part_number(number).checksum_sha256(checksum);
        Ok(part.set_e_tag(put.e_tag).build())
    }

    async fn complete(&self, parts: Vec<CompletedPart>) -> Result<Option<String>> {
        let complete = self
            .blobs
            .client
            .complete_multipart_upload()
            .bucket(self.blobs.bucket())
            .key(&self.place.key)
            .upload_id(&self.id)
            .multipart_upload(CompletedMultipartUpload::builder().set_parts(Some(parts)).build());
        // S3 puts the parts together before it answers: of large files that takes longer than other calls.
        let timeouts = TimeoutConfig::builder().operation_attempt_timeout(COMPLETE_TIMEOUT).build();
        let patient = aws_sdk_s3::config::Builder::default().timeout_config(timeouts);
        let completed = complete.customize().config_override(patient).send().await;
        Ok(completed.map_err(|error| classify(&error).into_error())?.version_id)
    }

    /// Removes the parts. What is left if this fails, S3's lifecycle removes.
    async fn abort(&self) {
        let abort = self.blobs.client.abort_multipart_upload().bucket(self.blobs.bucket());
        let _ = abort.key(&self.place.key).upload_id(&self.id).send().await;
    }
}

/// S3 refuses bytes that don't have this checksum, and keeps it.
fn checksum(bytes: &[u8]) -> String {
    STANDARD.encode(Sha256::digest(bytes))
}
