//! `PATCH` and `PUT /v1/namespaces/{namespace_identifier}`.

use stowage_api::{Organisation, Reply, Request};
use stowage_domain::Result;
use stowage_domain::namespace::{ChangeNamespaceRequest, NamespaceResponse};
use stowage_store::ports::{Change, ChangeNamespace, ReadNamespace};

pub(crate) async fn change(
    store: &(impl ChangeNamespace + ReadNamespace),
    organisation: &Organisation,
    request: &Request,
) -> Result<Reply> {
    let change: ChangeNamespaceRequest = request.json()?;
    // The counters first: after the write, a failed read would be a 503 that denies the write.
    let (namespace, counts) = super::find(store, organisation, request).await?;
    let to_change = |namespace: &_| {
        let changed = change.apply(namespace, request.now())?;
        Ok(changed.map(|to| Change { to, task: None }))
    };
    let id = namespace.namespace_id.as_str();
    let namespace = store.change_namespace(organisation.id(), id, to_change).await?;
    Reply::ok(&NamespaceResponse::new(namespace, counts))
}
