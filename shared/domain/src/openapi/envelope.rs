//! The schema of [`crate::Error::envelope`].

use schemars::JsonSchema;
use serde_json::Value;

/// A refusal: every error has this shape.
#[derive(Debug, JsonSchema)]
#[expect(dead_code, reason = "it is only described")]
pub struct ErrorResponse {
    /// Always false.
    #[schemars(extend("const" = false))]
    success: bool,
    /// The HTTP status.
    status: u16,
    /// What went wrong.
    error: ErrorBody,
}

/// What went wrong.
#[derive(Debug, JsonSchema)]
#[schemars(rename = "Error")]
#[expect(dead_code, reason = "it is only described")]
struct ErrorBody {
    /// For people: the field or thing, and the reason.
    message: String,
    /// The kind of error; each belongs to one status.
    #[schemars(rename = "type")]
    kind: String,
    /// Which error it is, where several have one type.
    code: Option<String>,
    /// What programs may want to know of it.
    details: Option<ErrorDetails>,
}

/// What programs may want to know of an error. Which keys there are depends on the code.
#[derive(Debug, JsonSchema)]
#[schemars(extend("additionalProperties" = true))]
#[expect(dead_code, reason = "it is only described")]
struct ErrorDetails {
    /// All that is wrong with the request, up to 100 entries.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    validation_errors: Vec<ValidationError>,
    /// How many there are, when that is more.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    validation_errors_total: Option<u64>,
    /// Where stored objects may not fit a bucket's new schema.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    schema_breaks: Vec<ValidationError>,
    /// What was looked for: `bucket`, `upload`, …
    #[serde(default, skip_serializing_if = "Option::is_none")]
    resource: Option<String>,
    /// Under which id or name.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    id: Option<String>,
    /// Whether to send the same request again.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    retryable: Option<bool>,
    /// After how many seconds.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    retry_after_seconds: Option<u64>,
}

/// One thing that is wrong with a request.
#[derive(Debug, JsonSchema)]
#[expect(dead_code, reason = "it is only described")]
struct ValidationError {
    /// What kind of thing: `missing`, `string_type`, `extra_forbidden`, …
    #[schemars(rename = "type")]
    kind: String,
    /// Where it stands: `["body", "blobs", 0, "property"]`.
    location: Vec<Step>,
    /// What is wrong, for people.
    message: String,
}

/// A key, or a position in a list.
#[derive(Debug, JsonSchema)]
#[schemars(untagged, inline)]
#[expect(dead_code, reason = "it is only described")]
enum Step {
    Key(String),
    Position(u64),
}

/// What the gateway answers by itself, without asking Stowage: when a request is throttled, too
/// large, or its function can't be reached.
#[derive(Debug, JsonSchema)]
#[expect(dead_code, reason = "it is only described")]
pub struct GatewayResponse {
    /// For people.
    message: Option<Value>,
}
