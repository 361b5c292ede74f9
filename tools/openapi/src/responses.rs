//! Answers: what an operation may refuse, and the bodies that go with it.

use std::collections::{BTreeMap, BTreeSet};

use serde_json::{Map, Value, json};
use stowage_domain::key::Permission;
use stowage_domain::openapi::{ErrorResponse, GatewayResponse};

use crate::codes;
use crate::row::Row;
use crate::schemas::Schemas;

/// Refusals that read alike wherever they occur: status, name, codes, and what to know of them.
const SHARED: [(u16, &str, &[Option<&str>], &str); 8] = [
    (401, "Unauthorized", &[None], "No API key, or one that is unknown, expired or revoked."),
    (403, "Forbidden", &[Some("permission_missing")], "The API key lacks the operation's permission."),
    (404, "NotFound", &[None], "Something that the request names isn't there, or is another tenant's."),
    (413, "TooLarge", &[Some("payload_too_large")], "The request is over 6 MB. Send large files as uploads."),
    (414, "UriTooLong", &[], "The URL is longer than the gateway takes."),
    (429, "TooManyRequests", &[], "The gateway throttles. Wait, then send the same request again."),
    (
        500,
        "Failure",
        &[None, Some("not_submitted")],
        "Something went wrong inside; the outcome may be unknown.",
    ),
    (503, "Unavailable", &[None], "The service is busy and stored nothing: send the same request again."),
];

/// Statuses that the gateway may answer by itself, with a body of its own.
const GATEWAYS: [u16; 4] = [413, 429, 500, 503];

/// The shared ones, for `components`.
pub(crate) fn shared(schemas: &mut Schemas) -> Value {
    let mut all = Map::new();
    for (status, name, codes, description) in SHARED {
        let envelope = error(schemas);
        let schema = match (GATEWAYS.contains(&status), codes.is_empty()) {
            (true, true) => gateway(schemas),
            (true, false) => json!({"anyOf": [envelope, gateway(schemas)]}),
            (false, _) => envelope,
        };
        let mut response = response(description, &schema, &codes.iter().copied().collect());
        if status == 414 {
            // It is answered before anything is read, and says nothing more.
            response.as_object_mut().expect("a response").remove("content");
        }
        if status == 503 {
            response["headers"] = json!({"Retry-After": {
                "description": "After how many seconds to try again.", "schema": {"type": "integer"},
            }});
        }
        all.insert(name.to_owned(), response);
    }
    Value::Object(all)
}

/// All that an operation may refuse, by status.
///
/// # Panics
/// When its row names an error that doesn't exist.
pub(crate) fn of(row: &Row, schemas: &mut Schemas) -> Map<String, Value> {
    let mut refusals = Map::new();
    for (status, codes) in refused(row) {
        for code in &codes {
            assert!(
                codes::exists(status, *code) || [414, 429].contains(&status),
                "{:?}: {status} {code:?}",
                row.operation
            );
        }
        let alike = SHARED
            .iter()
            .find(|(known, _, shared, _)| *known == status && codes.iter().all(|code| shared.contains(code)));
        let refusal = if let Some((_, name, ..)) = alike {
            json!({"$ref": format!("#/components/responses/{name}")})
        } else {
            let mut schema = error(schemas);
            if let Some((other, of)) = row.instead
                && other == status
            {
                schema = json!({"anyOf": [schema, schemas.answer(of)]});
            }
            response(meaning(status), &schema, &codes)
        };
        refusals.insert(status.to_string(), refusal);
    }
    refusals
}

/// The codes by status: those of the row, and those that follow from the route.
fn refused(row: &Row) -> BTreeMap<u16, BTreeSet<Option<&'static str>>> {
    let spec = row.operation.spec();
    let mut all: BTreeMap<u16, BTreeSet<Option<&'static str>>> = BTreeMap::new();
    let mut add = |status: u16, code: Option<&'static str>| {
        all.entry(status).or_default().insert(code);
    };
    for (status, code) in &row.refusals {
        add(*status, Some(code));
    }
    if spec.permission.is_some() {
        add(401, None);
        add(403, Some("permission_missing"));
    }
    if row.operation.is_namespaced() {
        add(400, Some("namespace_required"));
    }
    if row.operation.is_namespaced() && spec.permission == Some(Permission::Write) {
        add(409, Some("namespace_deleting"));
        // A bucket may be deleted again: the first task is named again.
        if spec.path.contains("{bucket_identifier}/") || spec.path.starts_with("/v1/uploads") {
            add(409, Some("bucket_deleting"));
        }
    }
    if row.operation.is_namespaced() || spec.path.contains('{') {
        add(404, None);
    }
    if row.body.is_some() {
        add(400, Some("malformed_body"));
        add(413, Some("payload_too_large"));
        add(422, Some("extra_forbidden"));
    }
    if row.body.is_some() || !row.query.is_empty() {
        add(422, None);
    }
    all.entry(429).or_default();
    if !row.query.is_empty() {
        all.entry(414).or_default();
    }
    for status in [500, 503] {
        all.entry(status).or_default().insert(None);
    }
    all
}

fn meaning(status: u16) -> &'static str {
    match status {
        400 => "The request can't be carried out as it stands.",
        403 => "The API key may not do this.",
        404 => "Something that the request names isn't there, or is another tenant's.",
        409 => "It conflicts with what is there.",
        422 => "One or more fields are invalid; `details.validation_errors` names each.",
        _ => panic!("{status} is no refusal of an operation's own"),
    }
}

fn response(description: &str, schema: &Value, codes: &BTreeSet<Option<&'static str>>) -> Value {
    let named: Vec<String> = codes.iter().flatten().map(|code| format!("`{code}`")).collect();
    let listed = match named.len() {
        0 => String::new(),
        1 => format!(" Code: {}.", named[0]),
        _ => format!(" Codes: {}.", named.join(", ")),
    };
    json!({
        "description": format!("{description}{listed}"),
        "content": {"application/json": {"schema": schema}},
        "x-error-codes": codes,
    })
}

fn error(schemas: &mut Schemas) -> Value {
    schemas.answer(schemars::SchemaGenerator::subschema_for::<ErrorResponse>)
}

fn gateway(schemas: &mut Schemas) -> Value {
    schemas.answer(schemars::SchemaGenerator::subschema_for::<GatewayResponse>)
}
