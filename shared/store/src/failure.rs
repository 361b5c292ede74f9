//! What a failed DynamoDB call means. Every SDK error goes through here.

use std::collections::HashMap;

use aws_sdk_dynamodb::error::{ProvideErrorMetadata, SdkError};
use aws_sdk_dynamodb::operation::batch_get_item::BatchGetItemError;
use aws_sdk_dynamodb::operation::delete_item::DeleteItemError;
use aws_sdk_dynamodb::operation::get_item::GetItemError;
use aws_sdk_dynamodb::operation::put_item::PutItemError;
use aws_sdk_dynamodb::operation::query::QueryError;
use aws_sdk_dynamodb::operation::scan::ScanError;
use aws_sdk_dynamodb::operation::transact_write_items::TransactWriteItemsError;
use aws_sdk_dynamodb::operation::update_item::UpdateItemError;
use aws_sdk_dynamodb::types::{AttributeValue, CancellationReason};
use aws_smithy_runtime_api::client::result::ConnectorError;
use stowage_domain::{Error, Path};

/// A DynamoDB item.
pub(crate) type Item = HashMap<String, AttributeValue>;

/// What a failed call means.
#[derive(Debug)]
pub(crate) enum Failure {
    /// The condition of a single write failed; with the item as it is, if there is one.
    Condition(Option<Item>),
    /// A transaction was refused by one or more conditions.
    Refused(Vec<Reason>),
    /// A transaction holds the item. Nothing was written.
    Conflict,
    /// The table or account is over its rate. Nothing was written.
    Throttled,
    /// No connection was made, so nothing was sent.
    Unreachable,
    /// The answer didn't come, or came from a broken server: the write may have happened.
    Lost(String),
    /// Sending it again would fail again.
    Final(Error),
}

/// What became of one action of a refused transaction.
#[derive(Debug)]
pub(crate) enum Reason {
    /// Its condition failed; with the item as it is, if there is one.
    Condition(Option<Item>),
    /// Nothing spoke against it, or only a passing conflict.
    Passed,
}

/// A service error's extra data: the item behind a failed condition, a transaction's reasons.
pub(crate) trait Refusal: ProvideErrorMetadata {
    /// The item behind a failed condition.
    fn into_item(self) -> Option<Item>;

    /// A transaction's reasons, in the order of its actions.
    fn reasons(&self) -> &[CancellationReason] {
        &[]
    }
}

macro_rules! refusal {
    ($error:ident with item) => {
        impl Refusal for $error {
            fn into_item(self) -> Option<Item> {
                match self {
                    Self::ConditionalCheckFailedException(error) => error.item,
                    _ => None,
                }
            }
        }
    };
    ($error:ident) => {
        impl Refusal for $error {
            fn into_item(self) -> Option<Item> {
                None
            }
        }
    };
}

refusal!(PutItemError with item);
refusal!(UpdateItemError with item);
refusal!(DeleteItemError with item);
refusal!(GetItemError);
refusal!(BatchGetItemError);
refusal!(QueryError);
refusal!(ScanError);

impl Refusal for TransactWriteItemsError {
    fn into_item(self) -> Option<Item> {
        None
    }

    fn reasons(&self) -> &[CancellationReason] {
        match self {
            Self::TransactionCanceledException(error) => error.cancellation_reasons(),
            _ => &[],
        }
    }
}

/// Classifies an SDK error. Causes name the AWS code and message, never a value of the request.
pub(crate) fn classify<E: Refusal, R>(error: SdkError<E, R>) -> Failure {
    match error {
        SdkError::ServiceError(context) => service(context.into_err()),
        SdkError::TimeoutError(_) => Failure::Lost("DynamoDB: timeout".to_owned()),
        SdkError::DispatchFailure(failure) if failure.as_connector_error().is_some_and(never_sent) => {
            Failure::Unreachable
        }
        SdkError::DispatchFailure(failure) => {
            let kind = if failure.is_timeout() { "timeout" } else { "connection failed" };
            Failure::Lost(format!("DynamoDB: {kind}"))
        }
        SdkError::ResponseError(_) => Failure::Lost("DynamoDB: unreadable response".to_owned()),
        _ => Failure::Final(Error::internal("DynamoDB: the request could not be built")),
    }
}

/// Whether the operating system refused the very connection.
fn never_sent(error: &ConnectorError) -> bool {
    use std::io::ErrorKind::{ConnectionRefused, HostUnreachable, NetworkUnreachable};
    let mut source = std::error::Error::source(error);
    while let Some(cause) = source {
        if let Some(io) = cause.downcast_ref::<std::io::Error>()
            && matches!(io.kind(), ConnectionRefused | HostUnreachable | NetworkUnreachable)
        {
            return true;
        }
        source = cause.source();
    }
    false
}

fn service<E: Refusal>(error: E) -> Failure {
    let code = error.code().unwrap_or("unknown").to_owned();
    let message = error.message().unwrap_or_default().to_owned();
    match code.as_str() {
        "ConditionalCheckFailedException" => Failure::Condition(error.into_item()),
        "TransactionCanceledException" => cancelled(error.reasons()),
        "TransactionConflictException" | "TransactionInProgressException" => Failure::Conflict,
        "ThrottlingException"
        | "ProvisionedThroughputExceededException"
        | "RequestLimitExceeded"
        | "ThrottlingError" => Failure::Throttled,
        "ValidationException" => Failure::Final(validation(&message)),
        "ItemCollectionSizeLimitExceededException" => Failure::Final(too_large()),
        "ResourceNotFoundException" => {
            Failure::Final(Error::internal(format!("DynamoDB: missing table: {message}")))
        }
        "AccessDeniedException"
        | "UnrecognizedClientException"
        | "ExpiredTokenException"
        | "InvalidSignatureException"
        | "MissingAuthenticationTokenException" => {
            Failure::Final(Error::internal(format!("DynamoDB: denied: {code}")))
        }
        "IdempotentParameterMismatchException" => {
            Failure::Final(Error::internal("DynamoDB: a transaction token was used twice"))
        }
        _ => Failure::Lost(format!("DynamoDB: {code}: {message}")),
    }
}

/// A request that DynamoDB finds invalid is our fault, unless the item has grown too large.
fn validation(message: &str) -> Error {
    if message.contains("Item size") || message.contains("maximum allowed size") {
        return too_large();
    }
    Error::internal(format!("DynamoDB: validation: {message}"))
}

fn too_large() -> Error {
    let message = "the object would be over 400 KB with what it already holds; put large content into a blob";
    Error::field("too_long", Path::body(), message)
}

fn cancelled(reasons: &[CancellationReason]) -> Failure {
    let mut throttled = false;
    let mut refused = false;
    let mut judged = Vec::with_capacity(reasons.len());
    for reason in reasons {
        judged.push(match reason.code() {
            Some("ConditionalCheckFailed") => {
                refused = true;
                Reason::Condition(reason.item().cloned())
            }
            Some("ThrottlingError" | "ProvisionedThroughputExceeded") => {
                throttled = true;
                Reason::Passed
            }
            Some("ValidationError") => {
                return Failure::Final(validation(reason.message().unwrap_or_default()));
            }
            Some("ItemCollectionSizeLimitExceeded") => return Failure::Final(too_large()),
            _ => Reason::Passed,
        });
    }
    match (refused, throttled) {
        (true, _) => Failure::Refused(judged),
        (false, true) => Failure::Throttled,
        (false, false) => Failure::Conflict,
    }
}
