//! What a function acts for: anybody, an organisation, or one of its namespaces.

use std::collections::BTreeSet;

use stowage_domain::error::Resource;
use stowage_domain::id::{NamespaceId, OrganisationId};
use stowage_domain::key::{ApiKey, Permission};
use stowage_domain::namespace::{self, Namespace};
use stowage_domain::{Error, Result};

use crate::auth::{Auth, ReadCatalog};
use crate::request::Request;

/// What a function may act for. Its `resolve` is how the wrapper authenticates, so a handler can't
/// be reached without it.
pub trait Scope: Sized + Send {
    /// Whether resolving it reads the catalog.
    const READS_CATALOG: bool;

    /// Who is calling, or why they may not.
    fn resolve<S: ReadCatalog>(
        auth: &Auth<S>,
        request: &Request,
    ) -> impl Future<Output = Result<Self>> + Send;

    /// The organisation and namespace, as far as they are known, for the log.
    fn for_log(&self) -> (Option<String>, Option<String>);
}

/// Anybody: the operation needs no key.
#[derive(Debug)]
pub struct Public(());

impl Scope for Public {
    const READS_CATALOG: bool = false;

    async fn resolve<S: ReadCatalog>(_: &Auth<S>, _: &Request) -> Result<Self> {
        Ok(Self(()))
    }

    fn for_log(&self) -> (Option<String>, Option<String>) {
        (None, None)
    }
}

/// An organisation, by a valid key with the operation's permission.
#[derive(Debug)]
pub struct Organisation {
    key: ApiKey,
}

impl Organisation {
    /// Its id.
    pub fn id(&self) -> &OrganisationId {
        &self.key.organisation_id
    }

    /// Whether the key may see this namespace.
    pub fn reaches(&self, namespace: &Namespace) -> bool {
        self.reaches_id(&namespace.namespace_id)
    }

    /// Whether the key may see what is in the namespace with this id.
    pub fn reaches_id(&self, namespace: &NamespaceId) -> bool {
        self.key.reaches(namespace)
    }

    /// The only namespaces that the key may see; `None` for all of them.
    pub fn only_namespaces(&self) -> Option<&BTreeSet<NamespaceId>> {
        self.key.namespaces.as_ref()
    }

    /// Whether the key may use every namespace, those to come included.
    pub fn is_unrestricted(&self) -> bool {
        self.key.namespaces.is_none()
    }
}

impl Scope for Organisation {
    const READS_CATALOG: bool = true;

    async fn resolve<S: ReadCatalog>(auth: &Auth<S>, request: &Request) -> Result<Self> {
        Ok(Self { key: auth.key(request).await? })
    }

    fn for_log(&self) -> (Option<String>, Option<String>) {
        (Some(self.key.organisation_id.to_string()), None)
    }
}

/// An organisation's namespace, by a valid key that reaches it and has the operation's permission.
#[derive(Debug)]
pub struct Tenant {
    scope: namespace::Scope,
}

impl Tenant {
    /// The organisation and namespace: part of the key of everything that is stored.
    pub fn scope(&self) -> &namespace::Scope {
        &self.scope
    }
}

impl Scope for Tenant {
    const READS_CATALOG: bool = true;

    async fn resolve<S: ReadCatalog>(auth: &Auth<S>, request: &Request) -> Result<Self> {
        let namespace = auth.namespace_of(request).await?;
        if request.operation().spec().permission == Some(Permission::Write) {
            namespace.check_writable()?;
        }
        Ok(Self { scope: namespace.scope() })
    }

    fn for_log(&self) -> (Option<String>, Option<String>) {
        (Some(self.scope.organisation_id.to_string()), Some(self.scope.namespace_id.to_string()))
    }
}

/// An organisation, and the namespace that it names: there or not. Most operations ask for the
/// [`Self::tenant`]; a list may answer with an empty page (contract section 2.1).
#[derive(Debug)]
pub enum Visitor {
    /// The namespace is there.
    Tenant(Tenant),
    /// There is none of this id or name, or none that the key reaches.
    Unresolved(String),
}

impl Visitor {
    /// The namespace, or the 404 of one that isn't there.
    pub fn tenant(self) -> Result<Tenant> {
        match self {
            Self::Tenant(tenant) => Ok(tenant),
            Self::Unresolved(namespace) => Err(Error::not_found(Resource::Namespace, namespace)),
        }
    }
}

impl Scope for Visitor {
    const READS_CATALOG: bool = true;

    async fn resolve<S: ReadCatalog>(auth: &Auth<S>, request: &Request) -> Result<Self> {
        match Tenant::resolve(auth, request).await {
            Err(Error::NotFound { resource: Resource::Namespace, id }) => Ok(Self::Unresolved(id)),
            resolved => resolved.map(Self::Tenant),
        }
    }

    fn for_log(&self) -> (Option<String>, Option<String>) {
        match self {
            Self::Tenant(tenant) => tenant.for_log(),
            Self::Unresolved(_) => (None, None),
        }
    }
}

/// Whoever calls a function that serves routes of both kinds: a namespace where the path names a
/// bucket, else the organisation.
#[derive(Debug)]
pub enum Caller {
    /// The path names a bucket of this namespace.
    Tenant(Tenant),
    /// The path names a thing by its id alone: clients send no namespace there (contract section 1).
    Organisation(Organisation),
}

impl Caller {
    /// The organisation.
    pub fn organisation_id(&self) -> &OrganisationId {
        match self {
            Self::Tenant(tenant) => &tenant.scope().organisation_id,
            Self::Organisation(organisation) => organisation.id(),
        }
    }

    /// Whether it may see everything that the organisation has.
    pub fn is_unrestricted(&self) -> bool {
        match self {
            Self::Tenant(_) => false,
            Self::Organisation(organisation) => organisation.is_unrestricted(),
        }
    }

    /// Whether it may see what is in the namespace with this id.
    pub fn reaches_id(&self, namespace: &NamespaceId) -> bool {
        match self {
            Self::Tenant(tenant) => tenant.scope().namespace_id == *namespace,
            Self::Organisation(organisation) => organisation.reaches_id(namespace),
        }
    }
}

impl Scope for Caller {
    const READS_CATALOG: bool = true;

    async fn resolve<S: ReadCatalog>(auth: &Auth<S>, request: &Request) -> Result<Self> {
        Ok(match request.optional_parameter("bucket_identifier") {
            Some(_) => Self::Tenant(Tenant::resolve(auth, request).await?),
            None => Self::Organisation(Organisation::resolve(auth, request).await?),
        })
    }

    fn for_log(&self) -> (Option<String>, Option<String>) {
        match self {
            Self::Tenant(tenant) => tenant.for_log(),
            Self::Organisation(organisation) => organisation.for_log(),
        }
    }
}
