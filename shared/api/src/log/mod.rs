//! One line per request, and per group of an event's records: log and metrics in one. It has ids and
//! outcomes; never a key, a URL, a query or a body.
//!
//! On Lambda the line is a JSON object with the field names of AWS's Powertools, and CloudWatch reads
//! the metrics out of it (embedded metric format), so that a metric costs no call. Elsewhere it is a
//! `tracing` event, for people.

mod event;
mod request;

use std::sync::atomic::{AtomicBool, Ordering};
use std::time::Duration;

use lambda_http::Context;
use serde::Serialize;
use serde_json::{Value, json};
use stowage_domain::Error;
use stowage_domain::error::Cause;
use stowage_domain::time::Timestamp;

pub(crate) use event::EventLine;
pub use event::Note;
pub(crate) use request::Line;

/// Whether lines go to standard output as JSON.
static JSON: AtomicBool = AtomicBool::new(false);
/// Whether this environment has yet to answer its first invocation.
static COLD: AtomicBool = AtomicBool::new(true);

/// From now on lines are JSON, one object a line, as CloudWatch reads them.
pub(crate) fn start() {
    JSON.store(true, Ordering::Relaxed);
}

/// What Lambda says of an invocation, and of the function that it is one of.
#[derive(Clone, Debug, Serialize)]
pub(crate) struct Invocation {
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
}

impl Invocation {
    /// Notes an invocation; the first of this environment is its cold start.
    pub(crate) fn of(context: Option<&Context>) -> Self {
        let config = context.map(|context| &context.env_config);
        Self {
            cold_start: COLD.swap(false, Ordering::Relaxed),
            function_name: config.map(|config| config.function_name.clone()),
            function_memory_size: config.map(|config| config.memory),
            function_arn: context.map(|context| context.invoked_function_arn.clone()),
            function_request_id: context.map(|context| context.request_id.clone()),
            xray_trace_id: context.and_then(|context| context.xray_trace_id.clone()),
        }
    }

    /// Further lines of this invocation are not of its cold start.
    pub(crate) fn has_logged(&mut self) {
        self.cold_start = false;
    }
}

/// Why something failed, as a line has it.
#[derive(Clone, Debug, Default, Serialize)]
struct Failure {
    #[serde(skip_serializing_if = "Option::is_none")]
    error: Option<&'static str>,
    #[serde(skip_serializing_if = "Option::is_none")]
    cause: Option<String>,
}

impl Failure {
    fn of(error: Option<&Error>) -> Self {
        Self {
            error: error.map(|error| error.code().unwrap_or(error.type_name())),
            cause: error.and_then(Error::cause).map(Cause::for_log).map(str::to_owned),
        }
    }
}

/// Prints a line for CloudWatch.
fn print(line: &impl Serialize) {
    if let Ok(json) = serde_json::to_string(line) {
        println!("{json}");
    }
}

/// Milliseconds, to the microsecond.
fn milliseconds(took: Duration) -> f64 {
    (took.as_secs_f64() * 1e6).round() / 1000.0
}

/// The metadata of CloudWatch's embedded metric format, for metrics by name and unit. Source: AWS,
/// "Specification: Embedded metric format". One dimension, because each set of dimensions is a metric
/// that is paid for.
fn embedded_metrics(at: Timestamp, metrics: &[(&str, &str)]) -> Value {
    let metrics: Vec<Value> =
        metrics.iter().map(|(name, unit)| json!({"Name": name, "Unit": unit})).collect();
    json!({
        "Timestamp": at.millis(),
        "CloudWatchMetrics": [{
            "Namespace": "Stowage",
            "Dimensions": [["service"]],
            "Metrics": metrics,
        }],
    })
}
