//! Uploads (contract section 7).

use serde_json::json;
use stowage_api::Operation;
use stowage_domain::listing::ListKind;
use stowage_domain::listing::openapi::ListUploadsRequest;
use stowage_domain::upload::{
    BatchConfirmRequest, BatchConfirmResponse, BatchUploadRequest, BatchUploadResponse, ConfirmUploadRequest,
    ConfirmUploadResponse, CreateUploadRequest, UploadResponse,
};

use crate::lists::ListUploadsResponse;
use crate::parameters::{flag, policy, query, return_presigned_urls};
use crate::row::{Row, row};

pub(super) fn rows() -> Vec<Row> {
    vec![
        row(Operation::CreateUpload)
            .body::<CreateUploadRequest>()
            .answer::<UploadResponse>()
            .refuses(422, &["payload_too_large"])
            .example("create"),
        row(Operation::CreateUploadsBatch)
            .body::<BatchUploadRequest>()
            .answer::<BatchUploadResponse>()
            .refuses(422, &["payload_too_large"]),
        row(Operation::ListUploads)
            .optional_body::<ListUploadsRequest>()
            .lists(ListKind::Uploads)
            .answer::<ListUploadsResponse>(),
        get(Operation::GetUpload),
        get(Operation::GetUploadAlias),
        delete(Operation::DeleteUpload),
        delete(Operation::DeleteUploadAlias),
        confirm(Operation::ConfirmUpload).example("confirm"),
        confirm(Operation::ConfirmUploadAlias),
        row(Operation::ConfirmUploadsBatch)
            .body::<BatchConfirmRequest>()
            .query(policy())
            .answer::<BatchConfirmResponse>()
            .refuses(422, &["policy_required"]),
    ]
}

fn get(operation: Operation) -> Row {
    row(operation).query(return_presigned_urls()).answer::<UploadResponse>()
}

fn delete(operation: Operation) -> Row {
    row(operation)
        .query(query(
            "delete_s3_object",
            "Whether what was sent for it is deleted, too.",
            &json!({"type": "boolean", "default": true}),
        ))
        .refuses(400, &["upload_completed"])
}

fn confirm(operation: Operation) -> Row {
    row(operation)
        .optional_body::<ConfirmUploadRequest>()
        .query(policy())
        .query(flag("async", "Whether the answer is to name a task that can be polled."))
        .answer::<ConfirmUploadResponse>()
        .refuses(
            400,
            &["file_not_uploaded", "upload_expired", "etag_mismatch", "size_mismatch", "hash_mismatch"],
        )
        .refuses(404, &["unique_key_not_found"])
        .refuses(409, &["unique_key_conflict", "upload_canceled"])
        .refuses(422, &["policy_required"])
        .refuses(500, &["not_submitted"])
}
