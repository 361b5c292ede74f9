//! Objects (contract section 8).

use stowage_api::Operation;
use stowage_domain::listing::ListKind;
use stowage_domain::listing::openapi::ListObjectsRequest;
use stowage_domain::object::{
    CreateObjectRequest, CreateObjectsBatchRequest, CreateObjectsBatchResponse, ObjectResponse,
    PatchObjectRequest, UpdateObjectRequest,
};

use crate::lists::ListObjectsResponse;
use crate::parameters::{flag, policy, query, return_presigned_urls};
use crate::row::{Row, row};

pub(super) fn rows() -> Vec<Row> {
    vec![
        row(Operation::CreateObject)
            .body::<CreateObjectRequest>()
            .query(policy())
            .query(auto_process())
            .answer::<ObjectResponse>()
            .refuses(400, &["policy_required", "upload_not_confirmed"])
            .refuses(404, &["unique_key_not_found"])
            .refuses(409, &["unique_key_conflict"])
            .refuses(422, &["idempotency_key_reuse", "payload_too_large"])
            .refuses(500, &["not_submitted"])
            .example("inline-text"),
        row(Operation::CreateObjectsBatch)
            .body::<CreateObjectsBatchRequest>()
            .query(policy())
            .query(auto_process())
            .answer::<CreateObjectsBatchResponse>()
            .refuses(400, &["policy_required"])
            .refuses(500, &["not_submitted"])
            .instead::<CreateObjectsBatchResponse>(422),
        row(Operation::ListObjects)
            .optional_body::<ListObjectsRequest>()
            .lists(ListKind::Objects)
            .answer::<ListObjectsResponse>(),
        row(Operation::ListObjectsByGet).lists(ListKind::Objects).answer::<ListObjectsResponse>(),
        row(Operation::GetObject)
            .query(return_presigned_urls())
            .query(query(
                "include_document_count",
                "Whether `document_count` is a number and not null.",
                &serde_json::json!({"type": "boolean", "default": true}),
            ))
            .answer::<ObjectResponse>(),
        row(Operation::PatchObject).body::<PatchObjectRequest>().answer::<ObjectResponse>(),
        row(Operation::UpdateObject).body::<UpdateObjectRequest>().answer::<ObjectResponse>(),
        row(Operation::DeleteObject),
    ]
}

fn auto_process() -> serde_json::Value {
    flag("auto_process", "Whether to submit a batch of what is written: `consistency.poll` names it.")
}
