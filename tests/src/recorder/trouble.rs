//! What a recorder can do to calls: what AWS does on its bad days.

use std::time::Duration;

use aws_smithy_types::DateTime;
use aws_smithy_types::date_time::Format;
use bytes::Bytes;
use http::{HeaderMap, Method, Response, StatusCode};
use http_body_util::Full;
use serde_json::json;
use stowage_api::clock;
use stowage_domain::time::Timestamp;

use crate::server::reply;

/// What is to happen to calls.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Trouble {
    /// AWS says that there are too many.
    Throttled,
    /// The table or bucket isn't there.
    Gone,
    /// The engine gets them only after this time.
    Before(Duration),
    /// The engine does them, and answers only after this time.
    After(Duration),
    /// AWS's clock is ten minutes ahead: it refuses what is signed with any other time, and all of its
    /// answers say what time it is there.
    ClockAhead,
}

/// More than AWS tolerates, and less than the embedded S3 does (15 minutes), which has the true time.
const AHEAD: i64 = 600;
/// How far a signature's time may be from AWS's. Source: AWS IAM User Guide, "Troubleshoot Signature
/// Version 4 requests".
const TOLERANCE: i64 = 300;

impl Trouble {
    /// The answer that AWS gives instead of doing the call.
    pub(super) fn answer(
        self,
        service: &str,
        method: &Method,
        headers: &HeaderMap,
    ) -> Option<Response<Full<Bytes>>> {
        let is_s3 = service == "s3";
        let (status, code) = match self {
            Self::Throttled if is_s3 => (503, "SlowDown"),
            Self::Throttled => (400, "ThrottlingException"),
            Self::Gone if is_s3 => (404, "NoSuchBucket"),
            Self::Gone => (400, "ResourceNotFoundException"),
            Self::ClockAhead if is_in_time(headers) => return None,
            Self::ClockAhead if is_s3 => (403, "RequestTimeTooSkewed"),
            Self::ClockAhead => (400, "InvalidSignatureException"),
            Self::Before(_) | Self::After(_) => return None,
        };
        let status = StatusCode::from_u16(status).expect("a status");
        let message = "a trouble of the test";
        Some(if is_s3 {
            let body = format!("<Error><Code>{code}</Code><Message>{message}</Message></Error>");
            let body = if method == Method::HEAD { String::new() } else { body };
            reply(status, "application/xml", body)
        } else {
            let kind = format!("com.amazonaws.dynamodb.v20120810#{code}");
            reply(
                status,
                "application/x-amz-json-1.0",
                json!({"__type": kind, "message": message}).to_string(),
            )
        })
    }

    /// The `Date` that answers have, if it isn't the true one.
    pub(super) fn date(self) -> Option<String> {
        let date = DateTime::from_secs(service_time().seconds());
        (self == Self::ClockAhead).then(|| date.fmt(Format::HttpDate).expect("a date"))
    }
}

fn service_time() -> Timestamp {
    clock::now().plus_seconds(AHEAD)
}

/// Whether a request is signed with the service's time.
fn is_in_time(headers: &HeaderMap) -> bool {
    let signed = headers.get("x-amz-date").and_then(|value| value.to_str().ok()).and_then(signed_at);
    signed.is_some_and(|signed| (signed.seconds() - service_time().seconds()).abs() <= TOLERANCE)
}

/// Reads `20261123T130000Z`.
fn signed_at(text: &str) -> Option<Timestamp> {
    let part = |from: usize, to: usize| text.get(from..to);
    let date = format!("{}-{}-{}", part(0, 4)?, part(4, 6)?, part(6, 8)?);
    let time = format!("{}:{}:{}", part(9, 11)?, part(11, 13)?, part(13, 15)?);
    serde_json::from_value(json!(format!("{date}T{time}.000Z"))).ok()
}

#[test]
fn the_time_of_a_signature_is_read() {
    let signed = signed_at("20261123T130005Z").expect("a time");
    assert_eq!(signed.to_string(), "2026-11-23T13:00:05.000Z");
    assert_eq!(signed_at("2026"), None);
}
