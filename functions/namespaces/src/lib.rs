//! Namespaces: `/v1/namespaces`, `/v1/namespaces/list` and `/v1/namespaces/{namespace_identifier}`.
//!
//! A key that is bound to some namespaces sees and changes those alone.

mod change;
mod delete;
mod list;

use stowage_api::{Function, Operation, Organisation, Reply, Request};
use stowage_domain::error::Resource;
use stowage_domain::namespace::{CreateNamespaceRequest, Namespace, NamespaceCounts, NamespaceResponse};
use stowage_domain::{Error, Result};
use stowage_store::ports::{ChangeNamespace, CreateNamespace, ListNamespaces, ReadNamespace};

/// The function, over the ports that it needs.
#[derive(Clone, Debug)]
pub struct Namespaces<S> {
    store: S,
}

impl<S> Namespaces<S> {
    /// The function over a store.
    pub fn new(store: S) -> Self {
        Self { store }
    }
}

impl<S> Function for Namespaces<S>
where
    S: ChangeNamespace + CreateNamespace + ListNamespaces + ReadNamespace,
{
    const NAME: &'static str = "namespaces";
    type Scope = Organisation;

    async fn call(&self, organisation: Organisation, request: &Request) -> Result<Reply> {
        match request.operation() {
            Operation::CreateNamespace => create(&self.store, &organisation, request).await,
            Operation::GetNamespace => get(&self.store, &organisation, request).await,
            Operation::ListNamespaces | Operation::ListNamespacesByGet => {
                list::list(&self.store, &organisation, request).await
            }
            Operation::PatchNamespace | Operation::PutNamespace => {
                change::change(&self.store, &organisation, request).await
            }
            Operation::DeleteNamespace => delete::delete(&self.store, &organisation, request).await,
            _ => Err(Error::not_found(Resource::Route, request.route())),
        }
    }
}

async fn create(
    store: &impl CreateNamespace,
    organisation: &Organisation,
    request: &Request,
) -> Result<Reply> {
    // A key that is bound to some namespaces could not use the new one.
    if !organisation.is_unrestricted() {
        return Err(Error::KeyBound);
    }
    let create: CreateNamespaceRequest = request.json()?;
    let namespace = create.into_namespace(organisation.id().clone(), request.now())?;
    store.create_namespace(&namespace).await?;
    Reply::ok(&NamespaceResponse::new(namespace, NamespaceCounts::default()))
}

async fn get(store: &impl ReadNamespace, organisation: &Organisation, request: &Request) -> Result<Reply> {
    let (namespace, counts) = find(store, organisation, request).await?;
    Reply::ok(&NamespaceResponse::new(namespace, counts))
}

/// The namespace of the path, as it is now, if the key reaches it.
async fn find(
    store: &impl ReadNamespace,
    organisation: &Organisation,
    request: &Request,
) -> Result<(Namespace, NamespaceCounts)> {
    let identifier = request.parameter("namespace_identifier");
    let (namespace, counts) = store.read_namespace(organisation.id(), identifier).await?;
    if !organisation.reaches(&namespace) {
        return Err(Error::not_found(Resource::Namespace, identifier));
    }
    Ok((namespace, counts))
}
