//! Who is calling, and for which namespace.
//!
//! This happens in the functions and not in a Lambda authorizer: an HTTP API answers denials with a
//! body of its own, which breaks the contract's envelope, and its cache would blur namespaces and
//! permissions.

use std::sync::Arc;
use std::time::Duration;

use stowage_domain::error::Resource;
use stowage_domain::id::OrganisationId;
use stowage_domain::key::{ApiKey, ApiKeySecret, KeyHash, Permission};
use stowage_domain::namespace::Namespace;
use stowage_domain::{Error, Result};
use stowage_store::Store;
use stowage_store::ports::{Expected, FindKey, FindNamespace, ReadAhead};

use crate::request::Request;

/// No namespace's name or id is longer.
const MAX_IDENTIFIER_CHARS: usize = 128;

/// What the wrapper reads of the catalog before any handler is called.
pub trait ReadCatalog: FindKey + FindNamespace + ReadAhead {}

impl<S: FindKey + FindNamespace + ReadAhead> ReadCatalog for S {}

/// Looks up keys and namespaces for the wrapper.
#[derive(Clone, Debug)]
pub struct Auth<S = Store> {
    store: S,
    default_namespace: Option<Arc<str>>,
    connect_at_init: bool,
}

impl<S: ReadCatalog> Auth<S> {
    /// `default_namespace` is the id or name used for requests that name none.
    pub fn new(store: S, default_namespace: Option<&str>) -> Self {
        Self { store, default_namespace: default_namespace.map(Into::into), connect_at_init: true }
    }

    /// The same, but the first connection is left to the first request: for measuring what it brings.
    #[must_use]
    pub fn without_early_connection(self) -> Self {
        Self { connect_at_init: false, ..self }
    }

    /// Opens the connection to DynamoDB that the first request will need, by looking up a key that
    /// nobody has. During INIT a function has a whole CPU, so the handshake is cheapest here. A
    /// failure is no matter: the first request tries again, and reports it.
    pub(crate) async fn connect(&self) {
        const AT_MOST: Duration = Duration::from_secs(2);
        if self.connect_at_init {
            let nobody = ApiKeySecret::new("").hash();
            let _ = tokio::time::timeout(AT_MOST, self.store.find_key(&nobody)).await;
        }
    }

    /// The key of a request, if it is valid now and allows the operation. Unknown, expired and
    /// revoked keys answer alike.
    pub(crate) async fn key(&self, request: &Request) -> Result<ApiKey> {
        let secret = secret(request).ok_or(Error::Unauthorized)?;
        self.valid_key(request, &secret.hash()).await
    }

    /// The namespace of a request, if its key reaches it, is valid and allows the operation. What is to be
    /// looked up is read in one call: before the key, where that says whose it is, else after it, or if
    /// it said what isn't true.
    pub(crate) async fn namespace_of(&self, request: &Request) -> Result<Namespace> {
        let secret = secret(request).ok_or(Error::Unauthorized)?;
        let (hash, said) = (secret.hash(), secret.said_organisation());
        if let Some(organisation) = &said {
            self.read_ahead(request, organisation, &hash).await;
        }
        let key = self.valid_key(request, &hash).await?;
        let was_read = said.is_some_and(|said| said == key.organisation_id);
        self.namespace(request, &key, was_read).await
    }

    async fn valid_key(&self, request: &Request, hash: &KeyHash) -> Result<ApiKey> {
        let key = self.store.find_key(hash).await?.ok_or(Error::Unauthorized)?;
        if !key.is_valid_at(request.now()) {
            return Err(Error::Unauthorized);
        }
        match request.operation().spec().permission {
            Some(needed) if !key.permissions.contains(&needed) => {
                Err(Error::Forbidden { permission: Permission::name(needed) })
            }
            _ => Ok(key),
        }
    }

    /// The namespace that a request names: by header, else by query, else the deployment's default.
    async fn namespace(&self, request: &Request, key: &ApiKey, was_read: bool) -> Result<Namespace> {
        let identifier = self.named(request).ok_or(Error::NamespaceRequired)?;
        let missing = || Error::not_found(Resource::Namespace, &identifier);
        // No name or id is longer, and DynamoDB refuses keys over 1 KB.
        if identifier.chars().count() > MAX_IDENTIFIER_CHARS {
            return Err(missing());
        }
        if !was_read {
            self.read_ahead(request, &key.organisation_id, &key.hash).await;
        }
        let namespace = self.store.find_namespace(&key.organisation_id, &identifier).await?;
        namespace.filter(|namespace| key.reaches(&namespace.namespace_id)).ok_or_else(missing)
    }

    fn named(&self, request: &Request) -> Option<String> {
        let header = request.header("x-namespace");
        let header = header.as_deref().map(str::trim).filter(|name| !name.is_empty()).map(str::to_owned);
        header
            .or_else(|| request.query("namespace").filter(|name| !name.is_empty()))
            .or_else(|| self.default_namespace.as_deref().map(str::to_owned))
    }

    /// Reads what the request is about to look up, in one call. Nobody is authenticated by it.
    async fn read_ahead(&self, request: &Request, organisation: &OrganisationId, key: &KeyHash) {
        let Some(namespace) = self.named(request) else { return };
        let bucket = request.optional_parameter("bucket_identifier");
        self.store.read_ahead(Expected { organisation, key, namespace: &namespace, bucket }).await;
    }
}

/// The key of `Authorization: Bearer <key>`; the scheme in any case, as RFC 9110 has it.
fn secret(request: &Request) -> Option<ApiKeySecret> {
    let header = request.header("authorization")?;
    let (scheme, key) = header.trim().split_once(' ')?;
    let key = key.trim();
    (scheme.eq_ignore_ascii_case("bearer") && !key.is_empty()).then(|| ApiKeySecret::new(key))
}
