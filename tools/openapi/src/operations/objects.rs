//! Objects (contract section 8).

use stowage_api::Operation;
use stowage_domain::object::{CreateObjectRequest, ObjectResponse};

use crate::parameters::{flag, policy};
use crate::row::{Row, row};

pub(super) fn rows() -> Vec<Row> {
    vec![
        row(Operation::CreateObject)
            .body::<CreateObjectRequest>()
            .query(policy())
            .query(flag("auto_process", "Whether to submit a batch with the object."))
            .answer::<ObjectResponse>()
            .refuses(400, &["policy_required", "upload_not_confirmed"])
            .refuses(404, &["unique_key_not_found"])
            .refuses(409, &["unique_key_conflict"])
            .refuses(422, &["idempotency_key_reuse", "payload_too_large"])
            .refuses(501, &["not_implemented"])
            .example("inline-text"),
    ]
}
