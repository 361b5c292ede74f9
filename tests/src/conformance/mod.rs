//! Whether an exchange is one that docs/openapi.json describes: what is answered fits, and what is
//! accepted was allowed to be sent. [`crate::Client`] holds every exchange of the suite against it.

mod schema;

use std::sync::LazyLock;

use serde_json::{Value, json};
use stowage_api::Operation;

pub use schema::{Keys, differences};

/// The document that the API serves.
pub static DOCUMENT: LazyLock<Value> = LazyLock::new(|| {
    serde_json::from_str(include_str!("../../../docs/openapi.json")).expect("docs/openapi.json is JSON")
});

/// A request and its answer.
#[derive(Clone, Debug)]
pub struct Exchange<'a> {
    /// The HTTP method.
    pub method: &'a str,
    /// The path, percent-encoded.
    pub path: &'a str,
    /// The query's parameters, decoded.
    pub query: Vec<(String, String)>,
    /// The request's body.
    pub request: &'a [u8],
    /// The answer's status.
    pub status: u16,
    /// The answer's body; null if it has none.
    pub answer: &'a Value,
}

/// The description of an operation; `None` for what has no operation.
pub fn described(operation: Operation) -> Option<&'static Value> {
    let spec = operation.spec();
    DOCUMENT["paths"].get(spec.path)?.get(spec.method.to_lowercase())
}

impl Exchange<'_> {
    /// Everything about it that the document doesn't allow.
    pub fn differences(&self) -> Vec<String> {
        let (operation, _) = Operation::find(self.method, self.path);
        if operation == Operation::Unknown {
            return Vec::new();
        }
        let Some(described) = described(operation) else {
            return vec![format!("{operation:?} is not described")];
        };
        let mut found = self.answer_differences(described);
        if self.status < 300 {
            found.extend(self.request_differences(described));
        }
        found
    }

    fn answer_differences(&self, described: &Value) -> Vec<String> {
        let Some(response) = described["responses"].get(self.status.to_string()).map(resolved) else {
            return vec![format!("status {} is not described", self.status)];
        };
        let Some(schema) = response.pointer("/content/application~1json/schema") else {
            let empty = self.answer.is_null();
            return if empty { Vec::new() } else { vec![format!("{} has a body", self.status)] };
        };
        let mut found = differences(&DOCUMENT, schema, self.answer, Keys::Described);
        if let (Some(codes), Some(error)) = (response["x-error-codes"].as_array(), self.answer.get("error"))
            && !codes.contains(&error["code"])
        {
            found.push(format!("code {} is not described for status {}", error["code"], self.status));
        }
        found
    }

    fn request_differences(&self, described: &Value) -> Vec<String> {
        let mut found = Vec::new();
        if let Some(schema) = described.pointer("/requestBody/content/application~1json/schema") {
            let body = match self.request.trim_ascii() {
                b"" => json!({}),
                body => serde_json::from_slice(body).expect("what was accepted is JSON"),
            };
            found = differences(&DOCUMENT, schema, &body, Keys::Any);
        }
        for parameter in described["parameters"].as_array().into_iter().flatten() {
            let schema = &parameter["schema"];
            // The first counts, if it is repeated.
            let sent =
                self.query.iter().find(|(name, _)| parameter["in"] == "query" && parameter["name"] == **name);
            if let Some((name, text)) = sent {
                let value = typed(text, schema);
                let differs = differences(&DOCUMENT, schema, &value, Keys::Any);
                found.extend(differs.into_iter().map(|reason| format!("query {name}: {reason}")));
            }
        }
        found.into_iter().map(|reason| format!("accepted, but {reason}")).collect()
    }
}

/// What a reference among the responses stands for.
fn resolved(value: &Value) -> &Value {
    let reference = value.get("$ref").and_then(Value::as_str);
    let pointer = reference.map(|reference| reference.trim_start_matches('#'));
    pointer.map_or(value, |pointer| DOCUMENT.pointer(pointer).expect("a reference leads somewhere"))
}

/// A query parameter as the JSON value that its schema speaks of.
fn typed(text: &str, schema: &Value) -> Value {
    match schema["type"].as_str() {
        Some("boolean" | "integer" | "number") => serde_json::from_str(text).unwrap_or_else(|_| json!(text)),
        _ => json!(text),
    }
}
