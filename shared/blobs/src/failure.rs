//! What a failed S3 call means.
//!
//! Calls come before the record is written, so a failure that may pass is a 503: nothing was stored that
//! a client could see, and the same request may be sent again. Only deletions come after; who has bytes
//! deleted says so by `Error::after_a_write`.

use aws_sdk_s3::config::http::HttpResponse;
use aws_sdk_s3::error::{ProvideErrorMetadata, SdkError};
use stowage_domain::Error;
use stowage_domain::error::Cause;

/// What a failed call means.
#[derive(Debug)]
pub(crate) enum Failure {
    /// There is nothing under the key.
    Missing,
    /// Anything else, as the request's error.
    Failed(Error),
}

impl Failure {
    /// For calls where nothing being there is as bad as any other failure.
    pub(crate) fn into_error(self) -> Error {
        match self {
            Self::Missing => Error::internal("S3: missing bucket or key"),
            Self::Failed(error) => error,
        }
    }
}

/// Classifies an SDK error. Causes name the AWS code and status, never a key or URL.
pub(crate) fn classify<E: ProvideErrorMetadata>(error: &SdkError<E, HttpResponse>) -> Failure {
    let unavailable = |cause: &str| Failure::Failed(Error::Unavailable(Cause::new(cause)));
    match error {
        SdkError::ServiceError(context) => {
            let status = context.raw().status().as_u16();
            let code = context.err().code().unwrap_or("unknown");
            match (code, status) {
                ("NoSuchBucket", _) => Failure::Failed(Error::internal("S3: missing bucket")),
                ("NoSuchKey" | "NotFound" | "NoSuchVersion", _) | (_, 404) => Failure::Missing,
                (
                    "SlowDown"
                    | "RequestTimeout"
                    | "ServiceUnavailable"
                    | "Throttling"
                    | "RequestLimitExceeded",
                    _,
                )
                | (_, 429 | 500 | 502 | 503 | 504) => unavailable(&format!("S3: {code} ({status})")),
                (_, 401 | 403) => Failure::Failed(Error::internal(format!("S3: denied: {code} ({status})"))),
                _ => Failure::Failed(Error::internal(format!("S3: {code} ({status})"))),
            }
        }
        SdkError::TimeoutError(_) => unavailable("S3: timeout"),
        SdkError::DispatchFailure(failure) if failure.is_timeout() => unavailable("S3: timeout"),
        SdkError::DispatchFailure(_) => unavailable("S3: connection failed"),
        SdkError::ResponseError(_) => unavailable("S3: unreadable response"),
        _ => Failure::Failed(Error::internal("S3: the request could not be built")),
    }
}
