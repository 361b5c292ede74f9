//! Confirming: from what S3 has to a COMPLETED upload (contract section 7.4).

use serde::Deserialize;

use super::{Upload, UploadStatus};
use crate::id::{ObjectId, UploadId};
use crate::json::check_chars;
use crate::time::Timestamp;
use crate::violation::Path;
use crate::{Error, Result};

/// Longest `etag` in characters: S3's have at most 38, quotes included.
pub(super) const MAX_ETAG_CHARS: usize = 255;

/// The optional body of a confirm.
#[derive(Clone, Debug, Default, Deserialize)]
#[cfg_attr(feature = "openapi", derive(schemars::JsonSchema))]
#[serde(deny_unknown_fields)]
#[cfg_attr(feature = "openapi", schemars(transform = crate::openapi::Alias("file_size_bytes", "file_size")))]
pub struct ConfirmUploadRequest {
    /// The ETag that S3 answered to the PUT, with or without quotes.
    #[serde(default)]
    #[cfg_attr(feature = "openapi", schemars(length(max = MAX_ETAG_CHARS)))]
    pub etag: Option<String>,
    /// The size in bytes. `file_size` is an alias, because the n8n node sends it.
    #[serde(default, alias = "file_size")]
    #[cfg_attr(feature = "openapi", schemars(range(min = 1)))]
    pub file_size_bytes: Option<u64>,
    /// Whether to submit a batch with the new object.
    #[serde(default)]
    pub auto_submit_batch: Option<bool>,
}

impl ConfirmUploadRequest {
    /// Checks what can be checked without the upload.
    pub fn check(&self) -> Result<()> {
        if self.file_size_bytes == Some(0) {
            let at = Path::body().key("file_size_bytes");
            return Err(Error::field("greater_than_equal", at, "must be at least 1"));
        }
        if let Some(etag) = &self.etag {
            // A mismatch repeats it in the answer.
            let at = Path::body().key("etag");
            check_chars(etag, 0, MAX_ETAG_CHARS, &at).into_result()?;
        }
        Ok(())
    }

    fn check_against(&self, etag: &str, size: u64) -> Result<()> {
        if let Some(expected) = self.etag.as_deref().map(bare_etag)
            && !expected.eq_ignore_ascii_case(etag)
        {
            return Err(Error::EtagMismatch { expected: expected.to_owned(), actual: etag.to_owned() });
        }
        match self.file_size_bytes {
            Some(expected) if expected != size => Err(Error::SizeMismatch { expected, actual: size }),
            _ => Ok(()),
        }
    }
}

/// An ETag without the quotes that HTTP puts around it.
pub(super) fn bare_etag(etag: &str) -> &str {
    etag.trim().trim_start_matches("W/").trim_matches('"')
}

/// What S3 has in an upload's place.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Stored {
    /// The ETag, without quotes.
    pub etag: String,
    /// The size in bytes.
    pub size_bytes: u64,
    /// The version that was looked at; the confirmed upload names it from now on.
    pub version_id: Option<String>,
    /// S3's own full-object SHA-256, lower-case hex, when the writer had S3 check one.
    pub sha256: Option<String>,
}

/// Whether an upload can be confirmed, by its stored status.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Confirmable {
    /// It waits for it; past its expiry too, if the bytes are there.
    Open,
    /// It has been: the first answer is to be repeated.
    Done,
}

impl Upload {
    /// Whether this upload can be confirmed; a cancelled one is a 409.
    pub fn confirmable(&self) -> Result<Confirmable> {
        match self.status {
            UploadStatus::Completed => Ok(Confirmable::Done),
            UploadStatus::Canceled => Err(Error::UploadCanceled(self.upload_id.clone())),
            // Stored as FAILED, its bytes are gone or going.
            UploadStatus::Failed => Err(Error::UploadExpired(self.upload_id.clone())),
            UploadStatus::Pending | UploadStatus::Skipped => Ok(Confirmable::Open),
        }
    }

    /// Checks a repeated confirm's body against what was confirmed.
    pub fn check_repeat(&self, request: &ConfirmUploadRequest) -> Result<()> {
        match (&self.etag, self.stored_size_bytes) {
            (Some(etag), Some(size)) => request.check_against(etag, size),
            _ => Err(Error::internal("a COMPLETED upload has no ETag or size")),
        }
    }

    /// Checks what S3 has against what was declared. Any refusal leaves the upload PENDING, so that
    /// the right bytes can still come.
    pub fn check_stored(
        &self,
        request: &ConfirmUploadRequest,
        stored: Option<Stored>,
        now: Timestamp,
    ) -> Result<Stored> {
        let Some(stored) = stored else {
            let id = self.upload_id.clone();
            let expired = now >= self.expires_at;
            return Err(if expired { Error::UploadExpired(id) } else { Error::FileNotUploaded(id) });
        };
        request.check_against(&stored.etag, stored.size_bytes)?;
        match self.file_size_bytes {
            Some(expected) if expected != stored.size_bytes => {
                Err(Error::SizeMismatch { expected, actual: stored.size_bytes })
            }
            _ => Ok(stored),
        }
    }

    /// This upload, confirmed with what S3 has. `sha256` is the SHA-256 that Stowage or S3 found the
    /// bytes to have, lower-case hex; another one than was declared is refused.
    pub fn completed(&self, stored: Stored, sha256: Option<&str>, now: Timestamp) -> Result<Self> {
        if let (Some(declared), Some(found)) = (&self.file_hash, sha256)
            && declared != found
        {
            return Err(Error::HashMismatch(self.upload_id.clone()));
        }
        let mut done = self.clone();
        done.hash_verified = self.file_hash.is_some() && sha256.is_some();
        done.status = UploadStatus::Completed;
        done.place.version_id = stored.version_id;
        done.etag = Some(stored.etag);
        done.stored_size_bytes = Some(stored.size_bytes);
        done.verified_at = Some(now);
        done.completed_at = Some(now);
        Ok(done)
    }

    /// This upload as the duplicate of another that was confirmed with the same bytes.
    #[must_use]
    pub fn duplicating(mut self, original: UploadId, object_id: Option<ObjectId>) -> Self {
        self.message =
            Some(format!("The same file was uploaded before as {original}; no new object was made."));
        self.duplicate_of_upload_id = Some(original);
        self.object_id = object_id;
        self
    }
}
