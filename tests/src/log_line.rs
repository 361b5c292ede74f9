//! What a request's log line must have: AWS Powertools' fields, and CloudWatch's embedded metrics.

use serde_json::{Value, json};
use stowage_api::Operation;

use crate::client::Answer;
use crate::process::ARN;
use crate::runtime_api::Invocation;

/// The metrics, each with its unit.
const METRICS: [(&str, &str); 6] = [
    ("requests", "Count"),
    ("duration_ms", "Milliseconds"),
    ("cold_starts", "Count"),
    ("errors", "Count"),
    ("conflicts", "Count"),
    ("throttles", "Count"),
];

/// What a line is of.
#[derive(Debug)]
pub(crate) struct Wanted<'a> {
    pub(crate) function: &'static str,
    pub(crate) invocation: &'a Invocation,
    pub(crate) event: &'a Value,
    pub(crate) answer: &'a Answer,
    pub(crate) is_first: bool,
}

impl Wanted<'_> {
    /// The line as JSON, if it is right.
    pub(crate) fn check(&self, line: &str) -> Value {
        let line: Value = serde_json::from_str(line).unwrap_or_else(|_| panic!("not JSON: {line}"));
        for (field, wanted) in self.fields() {
            assert_eq!(line[field], wanted, "{field} of {line}");
        }
        let timestamp = line["timestamp"].as_str().unwrap_or_default();
        assert!(timestamp.len() == 24 && timestamp.ends_with('Z'), "{line}");
        let has_cause = matches!(self.worst(), 500 | 503);
        assert_eq!(line["cause"].is_string(), has_cause, "what the client isn't told: {line}");
        self.check_metrics(&line);
        line
    }

    fn fields(&self) -> Vec<(&'static str, Value)> {
        let context = &self.event["requestContext"];
        let operation = Operation::find(
            context["http"]["method"].as_str().unwrap_or_default(),
            self.event["rawPath"].as_str().unwrap_or_default(),
        );
        let level = match self.worst() {
            500 => "ERROR",
            503 => "WARNING",
            _ => "INFO",
        };
        let error = &self.answer.body["error"];
        let code = match self.worst_row() {
            Some((_, name)) => json!(name),
            None if error["code"].is_string() => error["code"].clone(),
            None => error["type"].clone(),
        };
        vec![
            ("level", json!(level)),
            ("message", json!("request")),
            ("service", json!(self.function)),
            ("cold_start", json!(self.is_first)),
            ("function_name", json!(format!("stowage-{}", self.function))),
            ("function_memory_size", json!(256)),
            ("function_arn", json!(ARN)),
            ("function_request_id", json!(self.invocation.request_id)),
            ("xray_trace_id", json!(self.invocation.trace_id)),
            ("correlation_id", context["requestId"].clone()),
            ("route", json!(operation.0.route_key())),
            ("status", json!(self.answer.status)),
            ("error", code),
            ("requests", json!(1)),
            ("cold_starts", json!(u8::from(self.is_first))),
            ("errors", json!(u8::from(matches!(self.worst(), 500 | 503)))),
            ("conflicts", json!(u8::from(self.answer.status == 409))),
        ]
    }

    /// The status, or of a batch the worse one of a row that failed inside.
    fn worst(&self) -> u16 {
        self.worst_row().map_or(self.answer.status, |(status, _)| status)
    }

    fn worst_row(&self) -> Option<(u16, &'static str)> {
        let rows = self.answer.body["failed"].as_array().into_iter().flatten();
        let types: Vec<&str> = rows.filter_map(|row| row["error_type"].as_str()).collect();
        let inside = [(500, "InternalServerError"), (503, "UnavailableError")];
        inside.into_iter().find(|(_, name)| types.contains(name))
    }

    #[expect(clippy::unused_self, reason = "it is one of the checks of a line")]
    fn check_metrics(&self, line: &Value) {
        let metrics = METRICS.map(|(name, unit)| json!({"Name": name, "Unit": unit}));
        let directive = json!({"Namespace": "Stowage", "Dimensions": [["service"]], "Metrics": metrics});
        assert_eq!(line["_aws"]["CloudWatchMetrics"], json!([directive]), "{line}");
        assert!(line["_aws"]["Timestamp"].is_i64(), "{line}");
        for (name, _) in METRICS {
            assert!(line[name].as_f64().is_some_and(|value| value >= 0.0), "{name} of {line}");
        }
    }
}
