//! Namespaces: `POST /v1/namespaces` and `GET /v1/namespaces/{namespace_identifier}`.

use stowage_api::{Function, Operation, Organisation, Reply, Request};
use stowage_domain::error::Resource;
use stowage_domain::namespace::{CreateNamespaceRequest, NamespaceResponse};
use stowage_domain::{Error, Result};
use stowage_store::ports::{CreateNamespace, FindNamespace};

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

impl<S: CreateNamespace + FindNamespace> Function for Namespaces<S> {
    const NAME: &'static str = "namespaces";
    type Scope = Organisation;

    async fn call(&self, organisation: Organisation, request: &Request) -> Result<Reply> {
        match request.operation() {
            Operation::CreateNamespace => create(&self.store, &organisation, request).await,
            Operation::GetNamespace => get(&self.store, &organisation, request).await,
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
    Reply::ok(&NamespaceResponse::from(namespace))
}

async fn get(store: &impl FindNamespace, organisation: &Organisation, request: &Request) -> Result<Reply> {
    let identifier = request.parameter("namespace_identifier");
    let missing = || Error::not_found(Resource::Namespace, identifier);
    // No name or id is longer, and DynamoDB refuses keys over 1 KB.
    if identifier.chars().count() > 128 {
        return Err(missing());
    }
    let namespace = store.find_namespace(organisation.id(), identifier).await?;
    let namespace = namespace.filter(|namespace| organisation.reaches(namespace)).ok_or_else(missing)?;
    Reply::ok(&NamespaceResponse::from(namespace))
}
