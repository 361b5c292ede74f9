//! The API itself: operations that need no key.

use schemars::{Schema, json_schema};
use stowage_api::Operation;

use crate::row::{Row, row};

pub(super) fn rows() -> Vec<Row> {
    vec![
        row(Operation::Health).answer_of(|_| health()),
        row(Operation::GetOpenapi).answer_of(|_| openapi()),
        row(Operation::GetOpenapiAlias).answer_of(|_| openapi()),
    ]
}

fn health() -> Schema {
    json_schema!({
        "type": "object",
        "required": ["status", "version"],
        "properties": {
            "status": {"const": "ok"},
            "version": {"type": "string", "description": "The version of what is deployed."},
        },
    })
}

fn openapi() -> Schema {
    json_schema!({
        "type": "object",
        "required": ["openapi", "info", "paths"],
        "properties": {"openapi": {"type": "string"}, "info": {"type": "object"}, "paths": {"type": "object"}},
        "additionalProperties": true,
    })
}
