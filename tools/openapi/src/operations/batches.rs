//! Batches and tasks (contract section 9).

use stowage_api::Operation;
use stowage_domain::batch::{
    AddObjectsRequest, BatchResponse, CreateBatchRequest, DeletedResponse, ReportRequest, ReportResponse,
    SubmitBatchRequest,
};
use stowage_domain::listing::ListKind;
use stowage_domain::listing::openapi::{ListBatchesRequest, ListTasksRequest};
use stowage_domain::task::TaskResponse;

use crate::lists::{ListBatchesResponse, ListTasksResponse};
use crate::parameters::flag;
use crate::row::{Row, row};

pub(super) fn rows() -> Vec<Row> {
    vec![
        row(Operation::CreateBatch)
            .body::<CreateBatchRequest>()
            .query(skip_validation())
            .query(flag("auto_submit", "Whether the batch is submitted at once."))
            .answer::<BatchResponse>()
            .refuses(400, &["wrong_state"])
            .example("create"),
        list(Operation::ListBatches),
        row(Operation::GetBatch).answer::<BatchResponse>(),
        row(Operation::SubmitBatch)
            .optional_body::<SubmitBatchRequest>()
            .query(flag(
                "force",
                "Whether to submit a batch again that came to no good end, but for the objects that are completed.",
            ))
            .answer::<TaskResponse>()
            .refuses(400, &["wrong_state"])
            .refuses(409, &["stale_attempt"])
            .refuses(422, &["not_enabled"])
            .example("submit"),
        row(Operation::AddObjectsToBatch)
            .body::<AddObjectsRequest>()
            .query(skip_validation())
            .answer::<BatchResponse>()
            .refuses(400, &["wrong_state"])
            .example("add-objects"),
        cancel(Operation::CancelBatch).example("cancel"),
        row(Operation::DeleteBatch)
            .answer::<DeletedResponse>()
            .refuses(400, &["wrong_state"])
            .example("delete"),
        list(Operation::ListAllBatches),
        row(Operation::GetBatchById).answer::<BatchResponse>(),
        cancel(Operation::CancelBatchById),
        row(Operation::ReportBatch)
            .body::<ReportRequest>()
            .answer::<ReportResponse>()
            .refuses(400, &["wrong_state"])
            .refuses(409, &["stale_attempt", "stale_report"])
            .example("report"),
        row(Operation::ListTasks)
            .optional_body::<ListTasksRequest>()
            .lists(ListKind::Tasks)
            .answer::<ListTasksResponse>(),
        row(Operation::GetTask).answer::<TaskResponse>(),
        row(Operation::DeleteTask).answer::<DeletedResponse>().refuses(400, &["wrong_state"]),
    ]
}

fn skip_validation() -> serde_json::Value {
    flag("skip_validation", "Whether objects may be named that aren't in the bucket.")
}

fn cancel(operation: Operation) -> Row {
    row(operation)
        .answer_of(|generator| {
            schemars::json_schema!({"anyOf": [
                generator.subschema_for::<TaskResponse>(), generator.subschema_for::<BatchResponse>(),
            ]})
        })
        .refuses(400, &["wrong_state"])
}

fn list(operation: Operation) -> Row {
    row(operation)
        .optional_body::<ListBatchesRequest>()
        .lists(ListKind::Batches)
        .answer::<ListBatchesResponse>()
}
