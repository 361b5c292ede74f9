//! Namespaces.

use std::fmt::Display;

use stowage_domain::error::Resource;
use stowage_domain::id::{NamespaceId, OrganisationId};
use stowage_domain::namespace::Namespace;
use stowage_domain::{Error, Result};

use super::{claim, keyed};
use crate::Store;
use crate::item::from_item;
use crate::ports::{CreateNamespace, FindNamespace};

pub(super) fn organisation_pk(organisation: &OrganisationId) -> String {
    format!("org#{organisation}")
}

pub(super) fn sk(namespace: impl Display) -> String {
    format!("ns#{namespace}")
}

impl FindNamespace for Store {
    async fn find_namespace(
        &self,
        organisation: &OrganisationId,
        identifier: &str,
    ) -> Result<Option<Namespace>> {
        let cache_key = (organisation.clone(), identifier.to_owned());
        if let Some(namespace) = self.cache.namespaces.get(&cache_key) {
            return Ok(Some(namespace));
        }
        let pk = organisation_pk(organisation);
        // A name may not look like an id, so the form tells which it is.
        let id = if identifier.starts_with(NamespaceId::PREFIX) {
            Some(identifier.to_owned())
        } else {
            self.claimed_id(&pk, &format!("nsname#{identifier}")).await?
        };
        let Some(id) = id else { return Ok(None) };
        let Some(item) = self.catalog_item(&pk, &sk(id)).await? else { return Ok(None) };
        let namespace: Namespace = from_item(item)?;
        self.cache.namespaces.put(cache_key, namespace.clone());
        Ok(Some(namespace))
    }
}

impl CreateNamespace for Store {
    async fn create_namespace(&self, namespace: &Namespace) -> Result<()> {
        let pk = organisation_pk(&namespace.organisation_id);
        let id = &namespace.namespace_id;
        let items = vec![
            keyed(&pk, &sk(id), namespace)?,
            claim(&pk, &format!("nsname#{}", namespace.namespace_name), id.as_str()),
        ];
        self.create_together(items, || Error::NameTaken {
            resource: Resource::Namespace,
            name: namespace.namespace_name.clone(),
        })
        .await
    }
}
