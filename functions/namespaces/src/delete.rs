//! `DELETE /v1/namespaces/{namespace_identifier}`: marks the namespace and stores the task that removes it
//! with everything in it.

use serde_json::json;
use stowage_api::{Organisation, Reply, Request};
use stowage_domain::Result;
use stowage_domain::namespace::{DeleteNamespaceResponse, Namespace};
use stowage_domain::task::{Task, TaskType, Work};
use stowage_domain::time::Timestamp;
use stowage_store::ports::{Change, ChangeNamespace, ReadNamespace};

pub(crate) async fn delete(
    store: &(impl ChangeNamespace + ReadNamespace),
    organisation: &Organisation,
    request: &Request,
) -> Result<Reply> {
    request.flag("force")?;
    // The counters first: after the write, a failed read would be a 503 that denies the write.
    let (namespace, counts) = super::find(store, organisation, request).await?;
    let to_mark = |namespace: &_| Ok(marked(namespace, request.now()));
    let id = namespace.namespace_id.as_str();
    let namespace = store.change_namespace(organisation.id(), id, to_mark).await?;
    Reply::ok(&DeleteNamespaceResponse::new(namespace, counts)?)
}

/// The namespace marked, with the task that removes it; `None` if another request has marked it.
fn marked(namespace: &Namespace, now: Timestamp) -> Option<Change<Namespace>> {
    let input = json!({
        "namespace_id": namespace.namespace_id,
        "namespace_name": namespace.namespace_name,
    });
    let (scope, work) = (namespace.scope(), Work::DeleteNamespace);
    let task = Task::pending(&scope, TaskType::ApiNamespacesDelete, vec![input], Some(work), now);
    namespace.deleted_by(&task.task_id, now).map(|to| Change { to, task: Some(task) })
}
