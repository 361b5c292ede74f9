//! Errors as S3 names them.

use http::HeaderMap;
use s3s::dto::Timestamp;
use s3s::{S3Error, S3ErrorCode, S3Result, StdError, s3_error};
use std::io;

/// A failure of this machine, not of the request.
pub(crate) fn internal(error: io::Error) -> S3Error {
    tracing::error!(%error, "storage failed");
    S3Error::internal_error(error)
}

pub(crate) fn no_such_bucket() -> S3Error {
    s3_error!(NoSuchBucket, "The specified bucket does not exist")
}

pub(crate) fn no_such_key() -> S3Error {
    s3_error!(NoSuchKey, "The specified key does not exist.")
}

pub(crate) fn no_such_version() -> S3Error {
    s3_error!(NoSuchVersion, "The specified version does not exist.")
}

pub(crate) fn no_such_upload() -> S3Error {
    s3_error!(
        NoSuchUpload,
        "The specified multipart upload does not exist. The upload ID may be invalid, or the upload \
         may have been aborted or completed."
    )
}

pub(crate) fn precondition_failed() -> S3Error {
    s3_error!(PreconditionFailed, "At least one of the pre-conditions you specified did not hold")
}

/// A body that ended early, or whose connection did.
pub(crate) fn incomplete_body() -> S3Error {
    s3_error!(
        IncompleteBody,
        "You did not provide the number of bytes specified by the Content-Length HTTP header"
    )
}

/// Names the error of a request body.
///
/// s3s compares the payload's SHA-256 and the chunk signatures while the body streams, and reports
/// them as error types that it doesn't export; their text is all there is to tell them apart.
pub(crate) fn body_error(error: &StdError) -> S3Error {
    let text = error.to_string();
    if text.contains("Sha256Mismatch") {
        let mut named = S3Error::with_message(
            S3ErrorCode::Custom("XAmzContentSHA256Mismatch".into()),
            "The provided 'x-amz-content-sha256' header does not match what was computed.",
        );
        named.set_status_code(http::StatusCode::BAD_REQUEST);
        named
    } else if text.contains("SignatureMismatch") {
        s3_error!(SignatureDoesNotMatch, "The signature of a chunk does not match")
    } else {
        incomplete_body()
    }
}

/// Puts headers on an error. s3s then sends only these, so the content type is repeated.
pub(crate) fn with_headers(mut error: S3Error, headers: &[(&'static str, &str)]) -> S3Error {
    let mut map = HeaderMap::new();
    map.insert(http::header::CONTENT_TYPE, http::HeaderValue::from_static("application/xml"));
    for (name, value) in headers {
        if let Ok(value) = http::HeaderValue::from_str(value) {
            map.insert(*name, value);
        }
    }
    error.set_headers(map);
    error
}

/// Formats a time for a header.
pub(crate) fn http_date(time: &Timestamp) -> String {
    let mut text = Vec::new();
    // Writing into memory can't fail, and an empty header is better than a failed request.
    let _ = time.format(s3s::dto::TimestampFormat::HttpDate, &mut text);
    String::from_utf8(text).unwrap_or_default()
}

/// Runs blocking work (hashing, writing, fsync) away from the threads that serve connections.
pub(crate) async fn blocking<T: Send + 'static>(
    work: impl FnOnce() -> S3Result<T> + Send + 'static,
) -> S3Result<T> {
    tokio::task::spawn_blocking(work).await.map_err(|error| s3_error!(error, InternalError))?
}
