//! One line per request, log and metrics in one. It has ids and outcomes; never a key, a URL, a query
//! or a body.
//!
//! On Lambda the line is a JSON object with the field names of AWS's Powertools, and CloudWatch reads
//! the metrics out of it (embedded metric format), so that a metric costs no call. Elsewhere it is a
//! `tracing` event, for people.

use std::sync::atomic::{AtomicBool, Ordering};
use std::time::Duration;

use lambda_http::RequestExt as _;
use lambda_http::request::RequestContext;
use serde::Serialize;
use serde_json::{Value, json};
use stowage_domain::Error;
use stowage_domain::error::Cause;
use stowage_domain::time::Timestamp;

use crate::request::Request;

/// Whether lines go to standard output as JSON.
static JSON: AtomicBool = AtomicBool::new(false);
/// Whether this environment has yet to answer its first request.
static COLD: AtomicBool = AtomicBool::new(true);

/// From now on lines are JSON, one object a line, as CloudWatch reads them.
pub(crate) fn start() {
    JSON.store(true, Ordering::Relaxed);
}

/// The line of a request that is being answered.
#[derive(Debug, Serialize)]
pub(crate) struct Line {
    level: &'static str,
    message: &'static str,
    timestamp: Timestamp,
    service: &'static str,
    cold_start: bool,
    #[serde(skip_serializing_if = "Option::is_none")]
    function_name: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    function_memory_size: Option<i32>,
    #[serde(skip_serializing_if = "Option::is_none")]
    function_arn: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    function_request_id: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    xray_trace_id: Option<String>,
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
    #[serde(skip_serializing_if = "Option::is_none")]
    error: Option<&'static str>,
    #[serde(skip_serializing_if = "Option::is_none")]
    cause: Option<String>,
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
        let context = http.lambda_context_ref();
        let config = context.map(|context| &context.env_config);
        let correlation_id = match http.request_context_ref() {
            Some(RequestContext::ApiGatewayV2(context)) => context.request_id.clone(),
            _ => None,
        };
        let cold_start = COLD.swap(false, Ordering::Relaxed);
        Self {
            level: "INFO",
            message: "request",
            timestamp: request.now(),
            service,
            cold_start,
            function_name: config.map(|config| config.function_name.clone()),
            function_memory_size: config.map(|config| config.memory),
            function_arn: context.map(|context| context.invoked_function_arn.clone()),
            function_request_id: context.map(|context| context.request_id.clone()),
            xray_trace_id: context.and_then(|context| context.xray_trace_id.clone()),
            correlation_id,
            route: request.operation().route_key(),
            organisation_id: None,
            namespace_id: None,
            status: 0,
            error: None,
            cause: None,
            duration_ms: 0.0,
            counts: Counts { requests: 1, cold_starts: u8::from(cold_start), ..Counts::default() },
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
            501 => "INFO",
            503 => "WARNING",
            500.. => "ERROR",
            _ => "INFO",
        };
        self.error = error.map(|error| error.code().unwrap_or(error.type_name()));
        self.cause = error.and_then(Error::cause).map(Cause::for_log).map(str::to_owned);
        self.duration_ms = (took.as_secs_f64() * 1e6).round() / 1000.0;
        self.counts.errors = u8::from(worst >= 500);
        self.counts.conflicts = u8::from(status == 409);
        // Exact on Lambda, where an environment answers one request at a time.
        self.counts.throttles = stowage_store::throttles().saturating_sub(self.throttles_before);
        if JSON.load(Ordering::Relaxed) {
            self.metrics = embedded_metrics(self.timestamp);
            if let Ok(json) = serde_json::to_string(&self) {
                println!("{json}");
            }
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
                    error = self.error,
                    cause = self.cause,
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

/// The metadata of CloudWatch's embedded metric format. Source: AWS, "Specification: Embedded metric
/// format". One dimension, because each set of dimensions is a metric that is paid for.
fn embedded_metrics(at: Timestamp) -> Value {
    let metric = |name: &str, unit: &str| json!({"Name": name, "Unit": unit});
    json!({
        "Timestamp": at.millis(),
        "CloudWatchMetrics": [{
            "Namespace": "Stowage",
            "Dimensions": [["service"]],
            "Metrics": [
                metric("requests", "Count"),
                metric("duration_ms", "Milliseconds"),
                metric("cold_starts", "Count"),
                metric("errors", "Count"),
                metric("conflicts", "Count"),
                metric("throttles", "Count"),
            ],
        }],
    })
}
