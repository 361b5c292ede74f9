//! What a failed call of EventBridge means. Every failure leaves the events to be sent again: a repeat
//! has the same event id.

use aws_sdk_eventbridge::config::http::HttpResponse;
use aws_sdk_eventbridge::error::{ProvideErrorMetadata, SdkError};
use stowage_domain::Error;
use stowage_domain::error::Cause;

/// Whether an entry's error code may be gone at the next try. Source: EventBridge User Guide,
/// "Handling failures with `PutEvents`".
pub(crate) fn is_passing(code: &str) -> bool {
    matches!(code, "ThrottlingException" | "InternalFailure" | "InternalException" | "ServiceUnavailable")
}

/// The error of a whole call. Causes name the AWS code and status, never an event.
pub(crate) fn classify<E: ProvideErrorMetadata>(error: &SdkError<E, HttpResponse>) -> Error {
    let unavailable = |cause: String| Error::Unavailable(Cause::new(cause));
    match error {
        SdkError::ServiceError(context) => {
            let status = context.raw().status().as_u16();
            let code = context.err().code().unwrap_or("unknown");
            match status {
                429 | 500 | 502 | 503 | 504 => unavailable(format!("EventBridge: {code} ({status})")),
                _ if is_passing(code) => unavailable(format!("EventBridge: {code} ({status})")),
                401 | 403 => Error::internal(format!("EventBridge: denied: {code} ({status})")),
                _ if code == "AccessDeniedException" => {
                    Error::internal(format!("EventBridge: denied: {code}"))
                }
                404 => Error::internal(format!("EventBridge: missing bus: {code}")),
                _ => Error::internal(format!("EventBridge: {code} ({status})")),
            }
        }
        SdkError::TimeoutError(_) => unavailable("EventBridge: timeout".to_owned()),
        SdkError::DispatchFailure(failure) if failure.is_timeout() => {
            unavailable("EventBridge: timeout".to_owned())
        }
        SdkError::DispatchFailure(_) => unavailable("EventBridge: connection failed".to_owned()),
        SdkError::ResponseError(_) => unavailable("EventBridge: unreadable response".to_owned()),
        _ => Error::internal("EventBridge: the request could not be built"),
    }
}
