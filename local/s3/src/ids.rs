//! Random identifiers: versions, uploads, staging files, requests.

use s3s::{S3Result, s3_error};

/// 128 random bits in hexadecimal.
pub(crate) fn random() -> S3Result<String> {
    let mut bytes = [0; 16];
    getrandom::fill(&mut bytes).map_err(|_| s3_error!(InternalError, "no randomness available"))?;
    Ok(crate::checksums::hex(&bytes))
}
