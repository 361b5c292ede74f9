//! A namespace, as the contract answers it (section 3).

use serde::Serialize;

use super::{Namespace, NamespaceCounts};
use crate::id::{NamespaceId, TaskId};
use crate::task::TaskStatus;
use crate::time::Timestamp;
use crate::{Error, Result};

/// A namespace as clients see it.
#[derive(Clone, Debug, Serialize)]
#[cfg_attr(feature = "openapi", derive(schemars::JsonSchema))]
pub struct NamespaceResponse {
    /// Always `namespace`.
    #[cfg_attr(feature = "openapi", schemars(extend("const" = "namespace")))]
    pub object: &'static str,
    /// Its id.
    pub namespace_id: NamespaceId,
    /// Its name.
    pub namespace_name: String,
    /// Free text.
    pub description: Option<String>,
    /// As the client sent it.
    pub mode: String,
    /// True from its creation on, there being nothing to wait for; false while it is being deleted.
    pub namespace_ready: bool,
    /// How many buckets it has.
    pub bucket_count: u64,
    /// How many objects they hold, as far as they are counted: soon after the writes.
    pub object_count: u64,
    /// Always 0: documents are made by processors.
    pub document_count: u64,
    /// When it was made.
    pub created_at: Timestamp,
    /// When it last changed.
    pub updated_at: Timestamp,
}

impl NamespaceResponse {
    /// A namespace with what is counted of it.
    pub fn new(namespace: Namespace, counts: NamespaceCounts) -> Self {
        Self {
            object: "namespace",
            namespace_id: namespace.namespace_id,
            namespace_name: namespace.namespace_name,
            description: namespace.description,
            mode: namespace.mode,
            namespace_ready: namespace.deletion.is_none(),
            bucket_count: counts.buckets(),
            object_count: counts.objects(),
            document_count: 0,
            created_at: namespace.created_at,
            updated_at: namespace.updated_at,
        }
    }
}

/// The answer to the deletion of a namespace, which a task does.
#[derive(Clone, Debug, Serialize)]
#[cfg_attr(feature = "openapi", derive(schemars::JsonSchema))]
pub struct DeleteNamespaceResponse {
    /// The task; the same for every repeat.
    pub task_id: TaskId,
    /// As the task began.
    pub status: TaskStatus,
    /// The namespace.
    pub namespace_id: NamespaceId,
    /// Its name.
    pub namespace_name: String,
    /// How many buckets it had.
    pub bucket_count: u64,
    /// How many objects they held, as far as they were counted.
    pub object_count: u64,
}

impl DeleteNamespaceResponse {
    /// The answer for a namespace that is marked.
    pub fn new(namespace: Namespace, counts: NamespaceCounts) -> Result<Self> {
        let deletion = namespace.deletion.ok_or_else(|| Error::internal("an unmarked namespace"))?;
        Ok(Self {
            task_id: deletion.task_id,
            status: TaskStatus::Pending,
            namespace_id: namespace.namespace_id,
            namespace_name: namespace.namespace_name,
            bucket_count: counts.buckets(),
            object_count: counts.objects(),
        })
    }
}
