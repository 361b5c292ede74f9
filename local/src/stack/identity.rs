//! Who a local stack is: its organisation, its development key, its S3 credentials. Made once and
//! kept, so that keys and signed URLs of yesterday work today.

use std::collections::BTreeSet;
use std::fs;
use std::io::ErrorKind;
use std::path::Path;

use serde::{Deserialize, Serialize};
use stowage_api::aws::Credentials;
use stowage_api::clock;
use stowage_domain::id::{NamespaceId, OrganisationId, random_hex};
use stowage_domain::key::{ApiKey, ApiKeySecret, Permission};
use stowage_domain::namespace::Namespace;
use stowage_store::Store;
use stowage_store::ports::{CreateNamespace as _, FindKey as _, FindNamespace as _, ManageKeys as _};

use super::data::{OpenData, write_private};
use super::{DEFAULT_NAMESPACE, StartError};

/// The file that it is kept in, below the data directory.
pub(crate) const IDENTITY: &str = "identity.json";

/// Who a local stack is.
#[derive(Clone, Serialize, Deserialize)]
pub(crate) struct Identity {
    pub(crate) organisation_id: OrganisationId,
    /// The development key itself: this machine's only.
    pub(crate) key: String,
    pub(super) s3_access_key: String,
    pub(super) s3_secret_key: String,
}

impl Identity {
    /// Reads it from the data directory, or makes it.
    pub(crate) fn load_or_create(data: &OpenData) -> Result<Self, StartError> {
        let path = data.join(IDENTITY);
        match Self::load(&path) {
            Err(StartError::Data { source, .. }) if source.kind() == ErrorKind::NotFound => {
                let organisation_id = OrganisationId::random();
                let identity = Self {
                    key: ApiKeySecret::random(&organisation_id).reveal().to_owned(),
                    organisation_id,
                    s3_access_key: format!("local{}", random_hex::<8>()),
                    s3_secret_key: random_hex::<20>(),
                };
                let json = serde_json::to_vec_pretty(&identity).unwrap_or_default();
                write_private(&path, &json).map_err(|source| StartError::Data { path, source })?;
                Ok(identity)
            }
            loaded => loaded,
        }
    }

    /// Reads it.
    pub(crate) fn load(path: &Path) -> Result<Self, StartError> {
        let path = path.to_owned();
        match fs::read(&path) {
            Ok(bytes) => serde_json::from_slice(&bytes)
                .map_err(|error| StartError::Unreadable { path, reason: error.to_string() }),
            Err(source) => Err(StartError::Data { path, source }),
        }
    }

    /// What the SDKs sign with.
    pub(crate) fn credentials(&self) -> Credentials {
        Credentials {
            access_key_id: self.s3_access_key.clone(),
            secret_access_key: self.s3_secret_key.clone(),
            session_token: None,
        }
    }

    /// Makes the development key and the default namespace, unless they are there.
    pub(crate) async fn seed(&self, store: &Store) -> Result<NamespaceId, StartError> {
        let failed = |error: stowage_domain::Error| StartError::Engine {
            engine: "DynamoDB",
            reason: error.cause().map_or_else(|| error.message(), |cause| cause.for_log().to_owned()),
        };
        let hash = ApiKeySecret::new(&self.key).hash();
        if store.find_key(&hash).await.map_err(failed)?.is_none() {
            let key = ApiKey {
                name: "development".to_owned(),
                hash,
                organisation_id: self.organisation_id.clone(),
                permissions: BTreeSet::from(Permission::ALL),
                namespaces: None,
                created_at: clock::now(),
                expires_at: None,
                revoked_at: None,
            };
            store.put_key(&key).await.map_err(failed)?;
        }
        let found = store.find_namespace(&self.organisation_id, DEFAULT_NAMESPACE).await.map_err(failed)?;
        if let Some(namespace) = found {
            return Ok(namespace.namespace_id);
        }
        let now = clock::now();
        let namespace = Namespace {
            namespace_id: NamespaceId::random(),
            organisation_id: self.organisation_id.clone(),
            namespace_name: DEFAULT_NAMESPACE.to_owned(),
            description: None,
            mode: "managed".to_owned(),
            deletion: None,
            version: 0,
            created_at: now,
            updated_at: now,
        };
        store.create_namespace(&namespace).await.map_err(failed)?;
        Ok(namespace.namespace_id)
    }
}
