//! The API's description as an `OpenAPI` 3.1 document: docs/openapi.json, which `GET /openapi.json` serves.
//!
//! Paths, methods, permissions and summaries come from [`Operation::ALL`], schemas from the request and
//! answer types of `stowage-domain` (its feature `openapi`), examples from whoever calls
//! [`document`]. What else there is to say of an operation is its row in `operations`.

mod codes;
mod lists;
mod operations;
mod parameters;
mod path_item;
mod responses;
mod row;
mod schemas;

use std::collections::BTreeMap;

use serde::Serialize;
use serde_json::{Map, Value, json};
use stowage_api::Operation;

use schemas::Schemas;

pub use codes::ERRORS;

/// One exchange of an operation, as an example.
#[derive(Clone, Debug)]
pub struct Example {
    /// The path's parameters by name, decoded.
    pub parameters: BTreeMap<String, String>,
    /// The request's body, if it has one.
    pub request: Option<Value>,
    /// The answer's body; null if it has none.
    pub answer: Value,
}

/// The document's top level, in the order that a reader expects.
#[derive(Serialize)]
struct Document {
    openapi: &'static str,
    info: Value,
    servers: Value,
    security: Value,
    tags: Value,
    paths: Value,
    components: Value,
}

/// The document as text, laid out for people and in a stable order. `example` gives an operation's
/// exchange of a name; without one, its first.
///
/// # Panics
/// When a row says what can't be.
pub fn document(example: impl Fn(Operation, Option<&str>) -> Option<Example>) -> String {
    let mut schemas = Schemas::default();
    let mut paths: BTreeMap<&str, Map<String, Value>> = BTreeMap::new();
    for row in operations::rows() {
        let spec = row.operation.spec();
        let example = example(row.operation, row.example);
        let described = path_item::describe(&row, example.as_ref(), &mut schemas);
        paths.entry(spec.path).or_default().insert(spec.method.to_lowercase(), described);
    }
    let responses = responses::shared(&mut schemas);
    let mut paths = json!({"paths": paths, "responses": responses});
    let mut schemas = schemas.finish(&mut paths);
    codes::name(&mut schemas["Error"]["properties"]);
    let document = Document {
        openapi: "3.1.0",
        info: json!({
            "title": "Stowage",
            "version": env!("CARGO_PKG_VERSION"),
            "description": "Object ingestion: objects of custom fields and blobs, in buckets that have a \
                schema and, often, a unique key. What types can't say is in the project's docs/API.md.",
            "license": {"name": "Apache-2.0", "identifier": "Apache-2.0"},
        }),
        servers: json!([{"url": "/"}]),
        security: json!([{"bearer": []}]),
        tags: operations::tags(),
        paths: paths["paths"].take(),
        components: json!({
            "schemas": schemas,
            "responses": paths["responses"].take(),
            "securitySchemes": {"bearer": {
                "type": "http",
                "scheme": "bearer",
                "description": "An API key, in `Authorization: Bearer <key>`.",
            }},
        }),
    };
    serde_json::to_string_pretty(&document).expect("a document is JSON") + "\n"
}
