//! The errors that operations name: status, type and code, as `stowage_domain::Error` has them.

use std::collections::BTreeSet;

use serde_json::{Value, json};

/// Every error: status, type and code; no code where the type says it all.
pub const ERRORS: &[(u16, &str, Option<&str>)] = &[
    (400, "BadRequestError", Some("malformed_body")),
    (400, "BadRequestError", Some("namespace_required")),
    (400, "BadRequestError", Some("policy_required")),
    (400, "BadRequestError", Some("upload_not_confirmed")),
    (400, "BadRequestError", Some("file_not_uploaded")),
    (400, "BadRequestError", Some("upload_expired")),
    (400, "BadRequestError", Some("etag_mismatch")),
    (400, "BadRequestError", Some("size_mismatch")),
    (400, "BadRequestError", Some("hash_mismatch")),
    (400, "BadRequestError", Some("upload_completed")),
    (400, "BadRequestError", Some("wrong_state")),
    (401, "UnauthorizedError", None),
    (403, "ForbiddenError", Some("permission_missing")),
    (403, "ForbiddenError", Some("key_bound")),
    (404, "NotFoundError", None),
    (404, "NotFoundError", Some("unique_key_not_found")),
    (409, "AlreadyExistsError", Some("unique_key_conflict")),
    (409, "AlreadyExistsError", Some("bucket_name_taken")),
    (409, "AlreadyExistsError", Some("name_taken")),
    (409, "ConflictError", Some("bucket_deleting")),
    (409, "ConflictError", Some("namespace_deleting")),
    (409, "ConflictError", Some("schema_break")),
    (409, "ConflictError", Some("stale_attempt")),
    (409, "ConflictError", Some("stale_report")),
    (409, "ConflictError", Some("upload_canceled")),
    (413, "PayloadTooLargeError", Some("payload_too_large")),
    (422, "ValidationError", None),
    (422, "ValidationError", Some("cursor_mismatch")),
    (422, "ValidationError", Some("extra_forbidden")),
    (422, "ValidationError", Some("idempotency_key_reuse")),
    (422, "ValidationError", Some("payload_too_large")),
    (422, "ValidationError", Some("policy_required")),
    (422, "NotEnabledError", Some("not_enabled")),
    (500, "InternalServerError", None),
    (500, "InternalServerError", Some("not_submitted")),
    (503, "UnavailableError", None),
];

/// Puts the names into the schema of an error's properties.
pub(crate) fn name(properties: &mut Value) {
    properties["type"]["enum"] = json!(distinct(ERRORS.iter().map(|(_, kind, _)| *kind)));
    let codes = distinct(ERRORS.iter().filter_map(|(.., code)| *code));
    properties["code"]["enum"] = codes.into_iter().map(Value::from).chain([Value::Null]).collect();
}

/// Whether there is such an error.
pub(crate) fn exists(status: u16, code: Option<&str>) -> bool {
    ERRORS.iter().any(|(known, _, named)| *known == status && *named == code)
}

fn distinct<'a>(names: impl Iterator<Item = &'a str>) -> BTreeSet<&'a str> {
    names.collect()
}
