//! What went wrong with a request, in the SDK's terms. `stowage_store` and the SDK's retries decide by
//! them, so they are those that the SDK's own client would use.

use std::error::Error;

use aws_smithy_runtime_api::box_error::BoxError;
use aws_smithy_runtime_api::client::result::ConnectorError;
use aws_smithy_types::retry::ErrorKind;
use tokio::time::error::Elapsed;

/// Classifies hyper's errors and those of [`super::connect`].
pub(super) fn classify(error: BoxError) -> ConnectorError {
    kind(error.as_ref())(error)
}

fn kind(error: &(dyn Error + 'static)) -> fn(BoxError) -> ConnectorError {
    if find::<Elapsed>(error).is_some() {
        return ConnectorError::timeout;
    }
    let io = find::<std::io::Error>(error).is_some();
    match find::<hyper::Error>(error) {
        Some(hyper) if hyper.is_timeout() => ConnectorError::timeout,
        Some(hyper) if hyper.is_user() => ConnectorError::user,
        Some(hyper) if hyper.is_closed() || hyper.is_canceled() || io => ConnectorError::io,
        // S3 sometimes hangs up without an answer.
        Some(hyper) if hyper.is_incomplete_message() => {
            |error| ConnectorError::other(error, Some(ErrorKind::TransientError))
        }
        None if io || is_about_connecting(error) => ConnectorError::io,
        _ => |error| ConnectorError::other(error, None),
    }
}

fn is_about_connecting(error: &(dyn Error + 'static)) -> bool {
    find::<hyper_util::client::legacy::Error>(error)
        .is_some_and(hyper_util::client::legacy::Error::is_connect)
}

/// The first error of a type, from an error to what caused it.
fn find<'a, E: Error + 'static>(error: &'a (dyn Error + 'static)) -> Option<&'a E> {
    std::iter::successors(Some(error), |&error| error.source()).find_map(|error| error.downcast_ref())
}
