//! The line of a request.

use std::sync::atomic::Ordering;
use std::time::Duration;

use lambda_http::RequestExt as _;
use lambda_http::request::RequestContext;
use serde::Serialize;
use serde_json::Value;
use stowage_domain::Error;
use stowage_domain::time::Timestamp;

use super::{Failure, Invocation, JSON, embedded_metrics, milliseconds, print};
use crate::request::Request;

/// The metrics, each with its unit.
const METRICS: [(&str, &str); 6] = [
    ("requests", "Count"),
    ("duration_ms", "Milliseconds"),
    ("cold_starts", "Count"),
    ("errors", "Count"),
    ("conflicts", "Count"),
    ("throttles", "Count"),
];

/// The line of a request that is being answered.
#[derive(Debug, Serialize)]
pub(crate) struct Line {
    level: &'static str,
    message: &'static str,
    timestamp: Timestamp,
    service: &'static str,
    #[serde(flatten)]
    invocation: Invocation,
    /// API Gateway's id of the request, which its access log has too.
    #[serde(skip_serializing_if = "Option::is_none")]
    correlation_id: Option<String>,
    /// The route, not the path: a path has names that users chose.
    route: String,
    #[serde(skip_serializing_if = "Option::is_none")]
    organisation_id: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    namespace_id: Option<String>,
    status: u16,
    #[serde(flatten)]
    failure: Failure,
    duration_ms: f64,
    #[serde(flatten)]
    counts: Counts,
    /// How CloudWatch is to read the metrics.
    #[serde(rename = "_aws")]
    metrics: Value,
    #[serde(skip)]
    throttles_before: u64,
}

/// The metrics beside `duration_ms`; each is 0 or 1 but the throttles.
#[derive(Debug, Default, Serialize)]
struct Counts {
    requests: u8,
    cold_starts: u8,
    errors: u8,
    conflicts: u8,
    throttles: u64,
}

impl Line {
    pub(crate) fn new(service: &'static str, request: &Request) -> Self {
        let http = request.http();
        let invocation = Invocation::of(http.lambda_context_ref());
        let correlation_id = match http.request_context_ref() {
            Some(RequestContext::ApiGatewayV2(context)) => context.request_id.clone(),
            _ => None,
        };
        let counts =
            Counts { requests: 1, cold_starts: u8::from(invocation.cold_start), ..Counts::default() };
        Self {
            level: "INFO",
            message: "request",
            timestamp: request.now(),
            service,
            invocation,
            correlation_id,
            route: request.operation().route_key(),
            organisation_id: None,
            namespace_id: None,
            status: 0,
            failure: Failure::default(),
            duration_ms: 0.0,
            counts,
            metrics: Value::Null,
            throttles_before: stowage_store::throttles(),
        }
    }

    pub(crate) fn scope(&mut self, (organisation, namespace): (Option<String>, Option<String>)) {
        self.organisation_id = organisation;
        self.namespace_id = namespace;
    }

    pub(crate) fn write(mut self, status: u16, error: Option<&Error>, took: Duration) {
        self.status = status;
        // A part of a request may have failed worse than the whole.
        let worst = error.map_or(status, Error::status);
        self.level = match worst {
            503 => "WARNING",
            500.. => "ERROR",
            _ => "INFO",
        };
        self.failure = Failure::of(error);
        self.duration_ms = milliseconds(took);
        self.counts.errors = u8::from(worst >= 500);
        self.counts.conflicts = u8::from(status == 409);
        // Exact on Lambda, where an environment answers one request at a time.
        self.counts.throttles = stowage_store::throttles().saturating_sub(self.throttles_before);
        if JSON.load(Ordering::Relaxed) {
            self.metrics = embedded_metrics(self.timestamp, &METRICS);
            print(&self);
        } else {
            self.trace();
        }
    }

    fn trace(&self) {
        macro_rules! line {
            ($level:ident) => {
                tracing::$level!(
                    target: "stowage::request",
                    service = self.service,
                    route = self.route,
                    status = self.status,
                    duration_ms = self.duration_ms,
                    organisation_id = self.organisation_id,
                    namespace_id = self.namespace_id,
                    error = self.failure.error,
                    cause = self.failure.cause,
                    "request"
                )
            };
        }
        match self.level {
            "ERROR" => line!(error),
            "WARNING" => line!(warn),
            _ => line!(info),
        }
    }
}
