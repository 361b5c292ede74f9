//! Namespaces (contract section 3).

use stowage_api::Operation;
use stowage_domain::namespace::{CreateNamespaceRequest, NamespaceResponse};

use crate::row::{Row, row};

pub(super) fn rows() -> Vec<Row> {
    vec![
        row(Operation::CreateNamespace)
            .body::<CreateNamespaceRequest>()
            .answer::<NamespaceResponse>()
            .refuses(403, &["key_bound"])
            .refuses(409, &["name_taken"]),
        row(Operation::GetNamespace).answer::<NamespaceResponse>().example("get-by-name"),
    ]
}
