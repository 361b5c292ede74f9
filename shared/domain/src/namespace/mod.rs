//! Namespaces: what separates one team's buckets from another's (contract section 3).

mod change;
mod counts;
mod ignored;
mod request;
mod response;

use serde::{Deserialize, Serialize};

use crate::Result;
use crate::deletion::Deletion;
use crate::error::Resource;
use crate::id::{NamespaceId, OrganisationId, TaskId};
use crate::time::Timestamp;

pub use change::ChangeNamespaceRequest;
pub use counts::NamespaceCounts;
pub use request::CreateNamespaceRequest;
pub use response::{DeleteNamespaceResponse, NamespaceResponse};

/// Whose data a request may touch: part of the key of everything that is stored.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub struct Scope {
    /// The organisation of the API key.
    pub organisation_id: OrganisationId,
    /// The namespace that the request named.
    pub namespace_id: NamespaceId,
}

/// A namespace.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Namespace {
    /// Its id.
    pub namespace_id: NamespaceId,
    /// Whose it is.
    pub organisation_id: OrganisationId,
    /// Its name, unique in the organisation.
    pub namespace_name: String,
    /// Free text.
    pub description: Option<String>,
    /// As the client sent it.
    pub mode: String,
    /// Set while it is being deleted.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub deletion: Option<Deletion>,
    /// Counts its changes, from 0: a change is made to the version that was read.
    #[serde(default)]
    pub version: u64,
    /// When it was made.
    pub created_at: Timestamp,
    /// When it last changed.
    pub updated_at: Timestamp,
}

impl Namespace {
    /// Part of the key of everything in it.
    pub fn scope(&self) -> Scope {
        Scope { organisation_id: self.organisation_id.clone(), namespace_id: self.namespace_id.clone() }
    }

    /// Refuses a write while the namespace is being deleted: a 409.
    pub fn check_writable(&self) -> Result<()> {
        Deletion::refuse(self.deletion.as_ref(), Resource::Namespace, self.namespace_id.as_str())
    }

    /// The namespace, marked as being deleted by this task; `None` if it is marked already.
    pub fn deleted_by(&self, task: &TaskId, now: Timestamp) -> Option<Self> {
        if self.deletion.is_some() {
            return None;
        }
        let deletion = Some(Deletion { since: now, task_id: task.clone() });
        Some(Self { deletion, version: self.version + 1, updated_at: now, ..self.clone() })
    }
}
