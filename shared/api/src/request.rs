//! A request, as handlers read it.

use std::borrow::Cow;
use std::collections::HashMap;
use std::time::Duration;

use lambda_http::request::RequestContext;
use lambda_http::{Body, RequestExt as _};
use serde::de::DeserializeOwned;
use serde_json::Value;
use stowage_domain::time::Timestamp;
use stowage_domain::{Error, Path, Result, Violations, numbers};
use tokio::time::Instant;

use crate::operation::Operation;

/// One call of an operation: its parameters, its body, and the time it came in.
#[derive(Debug)]
pub struct Request {
    operation: Operation,
    parameters: HashMap<String, String>,
    http: lambda_http::Request,
    now: Timestamp,
    ends_at: Option<Instant>,
}

/// What is kept of Lambda's time for the answer itself. Beyond it API Gateway would answer in our
/// stead, with a body of its own.
const TIME_TO_ANSWER: Duration = Duration::from_millis(500);

impl Request {
    /// Reads what API Gateway sent. Its route key decides; the path does where there is none, as
    /// under `cargo lambda watch`.
    pub(crate) fn new(http: lambda_http::Request, now: Timestamp) -> Self {
        let routed = match http.request_context_ref() {
            Some(RequestContext::ApiGatewayV2(context)) => {
                context.route_key.as_deref().and_then(Operation::of_route_key)
            }
            _ => None,
        };
        let (operation, parameters) = match routed {
            Some(operation) => {
                let sent = http.path_parameters();
                (operation, sent.iter().map(|(name, value)| (name.to_owned(), value.to_owned())).collect())
            }
            None => Operation::find(http.method().as_str(), http.raw_http_path()),
        };
        let ends_at = end(&http, now);
        Self { operation, parameters, http, now, ends_at }
    }

    /// Which operation it calls.
    pub fn operation(&self) -> Operation {
        self.operation
    }

    /// When it came in.
    pub fn now(&self) -> Timestamp {
        self.now
    }

    /// When the handler must have its answer ready; `None` if nothing ends it, as outside Lambda.
    pub fn ends_at(&self) -> Option<Instant> {
        self.ends_at
    }

    /// `METHOD /path`, for a 404.
    pub fn route(&self) -> String {
        format!("{} {}", self.http.method(), self.http.raw_http_path())
    }

    /// A path parameter of the operation's route.
    pub fn parameter(&self, name: &str) -> &str {
        self.parameters.get(name).map_or("", String::as_str)
    }

    /// A path parameter that the operation's route may not have.
    pub fn optional_parameter(&self, name: &str) -> Option<&str> {
        self.parameters.get(name).map(String::as_str)
    }

    /// A query parameter; the first, if it is repeated.
    pub fn query(&self, name: &str) -> Option<String> {
        self.http.query_string_parameters_ref().and_then(|query| query.first(name)).map(str::to_owned)
    }

    /// A query parameter that is `true` or `false`; absent means false.
    pub fn flag(&self, name: &str) -> Result<bool> {
        self.flag_or(name, false)
    }

    /// A query parameter that is `true` or `false`, with what its absence means.
    pub fn flag_or(&self, name: &str, default: bool) -> Result<bool> {
        match self.query(name).as_deref() {
            None => Ok(default),
            Some("false") => Ok(false),
            Some("true") => Ok(true),
            Some(_) => Err(Error::field("bool_parsing", Path::query().key(name), "must be true or false")),
        }
    }

    /// A header, as UTF-8. One that isn't is still there, with replacement characters: taken for
    /// absent, it would let a request that names a namespace fall back to the default one.
    pub fn header(&self, name: &str) -> Option<Cow<'_, str>> {
        self.http.headers().get(name).map(|value| String::from_utf8_lossy(value.as_bytes()))
    }

    /// The body as a JSON object; an empty one is `{}`, because clients send `Content-Type:
    /// application/json` with nothing behind it.
    pub fn json_value(&self) -> Result<Value> {
        let (value, mut violations) = self.read_json()?;
        violations.extend_new_places(numbers::check_value(&value, &Path::body()));
        violations.into_result()?;
        Ok(value)
    }

    /// The same for who checks the parts of it one by one: whether DynamoDB can hold them is left to
    /// [`numbers::check_value`].
    pub fn json_unchecked(&self) -> Result<Value> {
        let (value, violations) = self.read_json()?;
        violations.into_result()?;
        Ok(value)
    }

    /// The body, and what of its text no JSON value can be.
    fn read_json(&self) -> Result<(Value, Violations)> {
        let bytes: &[u8] = match self.http.body() {
            Body::Text(text) => text.as_bytes(),
            Body::Binary(bytes) => bytes,
            _ => b"",
        };
        let text = std::str::from_utf8(bytes)
            .map_err(|error| Error::MalformedBody(format!("not UTF-8 from byte {}", error.valid_up_to())))?;
        if text.trim().is_empty() {
            return Ok((Value::Object(serde_json::Map::new()), Violations::new()));
        }
        let value: Value = serde_json::from_str(text).map_err(|error| {
            // serde_json's own text may quote the input; say where and what kind.
            let (line, column) = (error.line(), error.column());
            let kind = if error.to_string().starts_with("recursion limit") {
                "nested too deeply"
            } else if error.is_eof() {
                "JSON that ends too early"
            } else {
                "not valid JSON"
            };
            Error::MalformedBody(format!("{kind} at line {line}, column {column}"))
        })?;
        if !value.is_object() {
            return Err(Error::MalformedBody("must be a JSON object".to_owned()));
        }
        let violations = numbers::check_literals(text, &Path::body());
        Ok((value, violations))
    }

    /// The body as a request type; what doesn't fit is a 422 that names the field.
    pub fn json<T: DeserializeOwned>(&self) -> Result<T> {
        parse(self.json_value()?)
    }

    pub(crate) fn http(&self) -> &lambda_http::Request {
        &self.http
    }
}

/// Lambda's deadline, less the time to answer.
fn end(http: &lambda_http::Request, now: Timestamp) -> Option<Instant> {
    let deadline = http.lambda_context_ref().map_or(0, |context| context.deadline);
    if deadline == 0 {
        return None; // not on Lambda
    }
    let now = u64::try_from(now.millis()).unwrap_or(0);
    let left = Duration::from_millis(deadline.saturating_sub(now)).saturating_sub(TIME_TO_ANSWER);
    Some(Instant::now() + left)
}

/// A JSON object as a request type; what doesn't fit is a 422 that names the field.
pub fn parse<T: DeserializeOwned>(value: Value) -> Result<T> {
    serde_path_to_error::deserialize(value).map_err(|error| {
        let mut location = Path::body();
        for segment in error.path() {
            location = match segment {
                serde_path_to_error::Segment::Seq { index } => location.index(*index),
                serde_path_to_error::Segment::Map { key } => location.key(key),
                serde_path_to_error::Segment::Enum { variant } => location.key(variant),
                serde_path_to_error::Segment::Unknown => location,
            };
        }
        let text = error.into_inner().to_string();
        let (kind, location, message) = explain(&text, location);
        let mut violations = Violations::new();
        violations.add(kind, location, message);
        Error::invalid(violations)
    })
}

/// The contract's kind, and a JSON user's words, for what serde calls by Rust's names.
fn in_json_terms(expected: &str) -> (&'static str, &str) {
    match expected {
        "a string" => ("string_type", expected),
        "a boolean" => ("bool_type", expected),
        "a map" => ("dict_type", "an object"),
        "a sequence" => ("list_type", "a list"),
        "u64" | "u32" => ("int_type", "a whole number that is not negative"),
        _ if expected.starts_with("struct ") => ("dict_type", "an object"),
        _ => ("value_error", expected),
    }
}

/// Reads serde's text into the contract's kinds. The texts are serde's public, stable wording; one
/// that isn't known keeps its text under a general kind.
fn explain(text: &str, location: Path) -> (&'static str, Path, String) {
    let quoted = |prefix: &str| {
        text.strip_prefix(prefix)?.split_once('`').map(|(name, rest)| (name.to_owned(), rest.to_owned()))
    };
    if let Some((name, _)) = quoted("missing field `") {
        return ("missing", location.key(name), "is required".to_owned());
    }
    if let Some((name, rest)) = quoted("unknown field `") {
        let accepted = rest.trim_start_matches(", expected ").trim_start_matches("one of ");
        // The path ends at the unknown key already, where serde tracked it.
        let location = if location.ends_with(&name) { location } else { location.key(name) };
        return ("extra_forbidden", location, format!("is not accepted here; accepted: {accepted}"));
    }
    if let Some((name, _)) = quoted("duplicate field `") {
        return ("value_error", location, format!("`{name}` is given twice, once by an alias"));
    }
    for prefix in ["invalid type: ", "invalid value: "] {
        if let Some(rest) = text.strip_prefix(prefix)
            && let Some((_, expected)) = rest.rsplit_once(", expected ")
        {
            let (kind, expected) = in_json_terms(expected);
            return (kind, location, format!("must be {expected}"));
        }
    }
    if let Some((_, rest)) = quoted("unknown variant `") {
        let accepted = rest.trim_start_matches(", expected ").trim_start_matches("one of ");
        return ("enum", location, format!("must be one of {accepted}"));
    }
    ("value_error", location, text.to_owned())
}
