//! Looking at the bytes of an upload.

use aws_sdk_s3::types::{ChecksumMode, ChecksumType};
use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use sha2::{Digest as _, Sha256};
use stowage_domain::error::Cause;
use stowage_domain::id::hex;
use stowage_domain::place::Place;
use stowage_domain::upload::Stored;
use stowage_domain::{Error, Result};

use crate::Blobs;
use crate::failure::{Failure, classify};
use crate::ports::InspectUpload;

impl InspectUpload for Blobs {
    async fn inspect(&self, place: &Place) -> Result<Option<Stored>> {
        let head = self
            .client
            .head_object()
            .bucket(self.bucket())
            .key(&place.key)
            .checksum_mode(ChecksumMode::Enabled)
            .send()
            .await;
        let head = match head.map_err(|error| classify(&error)) {
            Ok(head) => head,
            Err(Failure::Missing) => return Ok(None),
            Err(failure) => return Err(failure.into_error()),
        };
        // A composite checksum is one over parts' checksums: it says nothing about a whole file's.
        let whole = head.checksum_type() != Some(&ChecksumType::Composite);
        let sha256 = head.checksum_sha256().filter(|_| whole).and_then(|text| STANDARD.decode(text).ok());
        Ok(Some(Stored {
            etag: head.e_tag().unwrap_or_default().trim_matches('"').to_owned(),
            size_bytes: head.content_length().and_then(|size| u64::try_from(size).ok()).unwrap_or(0),
            // An unversioned bucket says "null", which names the one version there is.
            version_id: head.version_id().filter(|version| *version != "null").map(str::to_owned),
            sha256: sha256.map(|bytes| hex(&bytes)),
        }))
    }

    async fn sha256(&self, place: &Place, stored: &Stored) -> Result<Option<String>> {
        if stored.sha256.is_some() || stored.size_bytes > self.max_hashed {
            return Ok(stored.sha256.clone());
        }
        let object = self
            .client
            .get_object()
            .bucket(self.bucket())
            .key(&place.key)
            .set_version_id(stored.version_id.clone())
            .if_match(format!("\"{}\"", stored.etag))
            .send()
            .await
            .map_err(|error| classify(&error).into_error())?;
        let mut body = object.body;
        let mut hasher = Sha256::new();
        while let Some(chunk) = body.next().await {
            hasher.update(chunk.map_err(|_| Error::Unavailable(Cause::new("S3: a read was cut short")))?);
        }
        Ok(Some(hex(&hasher.finalize())))
    }
}
