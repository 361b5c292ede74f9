//! The schemas of what [`super::ListRequest::read`] reads.

use std::borrow::Cow;

use schemars::{JsonSchema, Schema, SchemaGenerator, json_schema};
use serde_json::{Map, Value, json};

use super::kind::ListKind;
use super::page;
use crate::limits::{
    MAX_CURSOR_CHARS, MAX_OFFSET, MAX_PAGE, MAX_PATH_CHARS, MAX_SEARCH_CHARS, MAX_SELECTED, MAX_SORTS,
};

macro_rules! requests {
    ($($(#[$doc:meta])+ $name:ident: $kind:ident;)+) => {$(
        $(#[$doc])+
        #[derive(Clone, Copy, Debug)]
        pub struct $name;

        impl JsonSchema for $name {
            fn schema_name() -> Cow<'static, str> {
                stringify!($name).into()
            }

            fn json_schema(generator: &mut SchemaGenerator) -> Schema {
                body(ListKind::$kind, generator)
            }
        }
    )+};
}

requests! {
    /// The body of a list of objects.
    ListObjectsRequest: Objects;
    /// The body of a list of uploads.
    ListUploadsRequest: Uploads;
    /// The body of a list of buckets.
    ListBucketsRequest: Buckets;
    /// The body of a list of namespaces.
    ListNamespacesRequest: Namespaces;
    /// The body of a list of batches.
    ListBatchesRequest: Batches;
    /// The body of a list of tasks.
    ListTasksRequest: Tasks;
}

/// What a list's query may say: names and schemas.
pub fn query_parameters(kind: ListKind) -> Vec<(&'static str, Value)> {
    let spec = kind.spec();
    let mut parameters = page_parameters(MAX_PAGE, spec.default_limit);
    parameters.push((
        "search",
        json!({"type": "string", "maxLength": MAX_SEARCH_CHARS,
        "description": "A text that the records have."}),
    ));
    parameters
}

/// The page parameters: names and schemas.
fn page_parameters(max_limit: u32, default_limit: u32) -> Vec<(&'static str, Value)> {
    let cursor = |text: &str| json!({"type": "string", "maxLength": MAX_CURSOR_CHARS, "description": text});
    let schema = |name: &str| match name {
        "limit" => json!({"type": "integer", "minimum": 1, "maximum": max_limit,
            "description": format!("Most results of the page. Default {default_limit}.")}),
        "page_size" => json!({"type": "integer", "minimum": 1, "maximum": MAX_PAGE,
            "description": "Another name of `limit`, which wins."}),
        "offset" => json!({"type": "integer", "minimum": 0, "maximum": MAX_OFFSET,
            "description": "How many results to leave out before the page."}),
        "page" => json!({"type": "integer", "minimum": 1,
            "description": "Which page, from 1; `offset` wins. It begins within the first 10,000 results."}),
        "cursor" => cursor("Where the page before ended: its `next_cursor`. Wins over `offset` and `page`."),
        "next_cursor" | "after" => cursor("Another name of `cursor`."),
        _ => json!({"type": "boolean", "description": "Whether to count all results. Default false."}),
    };
    page::NAMES.into_iter().map(|name| (name, schema(name))).collect()
}

fn body(kind: ListKind, generator: &mut SchemaGenerator) -> Schema {
    let spec = kind.spec();
    let mut properties = Map::new();
    for (name, field, _) in kind.conditions() {
        let description = format!("What `{field}` is to be, or to have.");
        properties
            .insert((*name).to_owned(), json!({"type": ["string", "null"], "description": description}));
    }
    for (name, schema) in page_parameters(spec.max_body_limit, spec.default_limit) {
        properties.insert(name.to_owned(), nullable(schema));
    }
    let names = ["filters", "sort", "sorts", "search", "case_sensitive", "select", "return_presigned_urls"];
    for name in names.into_iter().filter(|name| spec.open || spec.keys.contains(name)) {
        properties.insert(name.to_owned(), parameter(name, generator));
    }
    json_schema!({
        "description": "Which page of which records; all of it may be left out.",
        "type": "object",
        "properties": properties,
        "additionalProperties": spec.open,
    })
}

fn parameter(name: &str, generator: &mut SchemaGenerator) -> Value {
    let field = json!({"type": "string", "minLength": 1, "maxLength": MAX_PATH_CHARS});
    match name {
        "filters" => {
            json!({"anyOf": [generator.subschema_for::<FilterNode>(), {"type": "null"}],
                "description": "Which records: a tree of conditions, at most 100 and 10 deep."})
        }
        "sort" => {
            json!({"anyOf": [generator.subschema_for::<SortField>(), {"type": "null"}],
                "description": "In which order; by creation, if nothing is said."})
        }
        "sorts" => {
            json!({"type": ["array", "null"], "maxItems": MAX_SORTS, "items": generator.subschema_for::<SortField>(),
                "description": "In which order, the most important field first; wins over `sort`."})
        }
        "search" => json!({"type": ["string", "null"], "maxLength": MAX_SEARCH_CHARS,
            "description": "A text that the records have."}),
        "case_sensitive" => {
            json!({"type": ["boolean", "null"], "description": "Whether case matters to `search` and `filters`."})
        }
        "select" => json!({"type": ["array", "null"], "maxItems": MAX_SELECTED, "items": field,
            "description": "Which fields to show; dots reach nested ones. Ids are always shown."}),
        _ => json!({"type": ["boolean", "null"],
            "description": "Whether to show URLs to read the bytes, good for an hour."}),
    }
}

/// The schema of a value, or null.
fn nullable(mut schema: Value) -> Value {
    schema["type"] = json!([schema["type"], "null"]);
    schema
}

/// A field to sort by.
struct SortField;

impl JsonSchema for SortField {
    fn schema_name() -> Cow<'static, str> {
        "Sort".into()
    }

    fn json_schema(_: &mut SchemaGenerator) -> Schema {
        json_schema!({
            "description": "A field to sort by.",
            "type": "object",
            "properties": {
                "field": {"type": "string", "minLength": 1, "maxLength": MAX_PATH_CHARS,
                    "description": "Its name; dots reach nested ones."},
                "direction": {"enum": ["asc", "desc", null], "description": "Default `asc`."},
            },
            "required": ["field"],
            "additionalProperties": false,
        })
    }
}

/// A tree of conditions, or one.
#[derive(Clone, Copy, Debug)]
pub struct FilterNode;

impl JsonSchema for FilterNode {
    fn schema_name() -> Cow<'static, str> {
        "Filter".into()
    }

    fn json_schema(generator: &mut SchemaGenerator) -> Schema {
        let nodes = json!({"type": ["array", "null"], "items": generator.subschema_for::<Self>()});
        json_schema!({
            "description": "A condition, or a tree of them. In a tree, any other key is a field that equals its value.",
            "anyOf": [
                condition(),
                {
                    "type": "object",
                    "properties": {"AND": nodes, "OR": nodes, "NOT": nodes,
                        "case_sensitive": {"type": ["boolean", "null"]}},
                    "not": {"required": ["field"]},
                    "propertyNames": {"minLength": 1, "maxLength": MAX_PATH_CHARS},
                    "additionalProperties": true,
                },
            ],
        })
    }
}

/// What each operator compares with.
fn condition() -> Value {
    let compared = |operators: &[&str], value: &Value| json!({"properties": {"operator": {"enum": operators}, "value": value}, "required": ["operator", "value"]});
    json!({
        "type": "object",
        "properties": {
            "field": {"type": "string", "minLength": 1, "maxLength": MAX_PATH_CHARS},
            "operator": {"type": ["string", "null"]},
            "value": {},
            "case_sensitive": {},
        },
        "required": ["field"],
        "additionalProperties": false,
        "anyOf": [
            {"properties": {"operator": {"enum": ["eq", "ne", null]}}, "required": ["value"]},
            compared(&["gt", "gte", "lt", "lte"], &json!({"type": ["number", "string"]})),
            compared(&["in", "nin"], &json!({"type": "array"})),
            compared(&["contains"], &json!({"type": ["string", "number", "boolean"]})),
            compared(&["starts_with", "ends_with"], &json!({"type": "string"})),
            {"properties": {"operator": {"enum": ["exists", "is_null"]}, "value": {"type": ["boolean", "null"]}},
                "required": ["operator"]},
        ],
    })
}
