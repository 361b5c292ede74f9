//! Namespaces (contract section 3).

use serde_json::json;
use stowage_api::Operation;
use stowage_domain::listing::ListKind;
use stowage_domain::listing::openapi::ListNamespacesRequest;
use stowage_domain::namespace::{
    ChangeNamespaceRequest, CreateNamespaceRequest, DeleteNamespaceResponse, NamespaceResponse,
};

use crate::lists::ListNamespacesResponse;
use crate::parameters::{flag, query};
use crate::row::{Row, row};

pub(super) fn rows() -> Vec<Row> {
    vec![
        row(Operation::CreateNamespace)
            .body::<CreateNamespaceRequest>()
            .answer::<NamespaceResponse>()
            .refuses(403, &["key_bound"])
            .refuses(409, &["name_taken"]),
        list(Operation::ListNamespaces).optional_body::<ListNamespacesRequest>(),
        list(Operation::ListNamespacesByGet),
        row(Operation::GetNamespace).answer::<NamespaceResponse>().example("get-by-name"),
        change(Operation::PatchNamespace),
        change(Operation::PutNamespace),
        row(Operation::DeleteNamespace)
            .query(flag("force", "Whether to delete it although batches in it are at work."))
            .answer::<DeleteNamespaceResponse>(),
    ]
}

fn list(operation: Operation) -> Row {
    row(operation)
        .lists(ListKind::Namespaces)
        .query(flag("include_system", "Accepted, and without effect."))
        .query(query(
            "view",
            "Accepted, and without effect.",
            &json!({"type": "string", "enum": ["full", "summary"]}),
        ))
        .answer::<ListNamespacesResponse>()
}

fn change(operation: Operation) -> Row {
    row(operation)
        .optional_body::<ChangeNamespaceRequest>()
        .answer::<NamespaceResponse>()
        .refuses(409, &["name_taken", "namespace_deleting"])
}
