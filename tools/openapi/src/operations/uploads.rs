//! Uploads (contract section 7).

use stowage_api::Operation;
use stowage_domain::upload::{
    ConfirmUploadRequest, ConfirmUploadResponse, CreateUploadRequest, UploadResponse,
};

use crate::parameters::{flag, policy};
use crate::row::{Row, row};

pub(super) fn rows() -> Vec<Row> {
    vec![
        row(Operation::CreateUpload)
            .body::<CreateUploadRequest>()
            .answer::<UploadResponse>()
            .refuses(422, &["payload_too_large"])
            .example("create"),
        confirm(Operation::ConfirmUpload).example("confirm"),
        confirm(Operation::ConfirmUploadAlias),
    ]
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
        .refuses(501, &["not_implemented"])
}
