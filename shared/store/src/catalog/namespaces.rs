//! Namespaces.

use std::collections::BTreeSet;
use std::fmt::Display;

use aws_sdk_dynamodb::types::{AttributeValue, Delete, TransactWriteItem, Update};
use stowage_domain::error::Resource;
use stowage_domain::id::{NamespaceId, OrganisationId};
use stowage_domain::listing::{Stretch, Walked};
use stowage_domain::namespace::{Namespace, NamespaceCounts};
use stowage_domain::{Error, Result};

use super::named::{Named as _, counts};
use super::{keyed, primary_key};
use crate::Store;
use crate::calls::unbuilt;
use crate::failure::Reason;
use crate::item::number;
use crate::ports::{
    Change, ChangeNamespace, CreateNamespace, FindNamespace, ListNamespaces, ReadNamespace, RemoveNamespace,
};

/// The sort key of an organisation's counters.
const ORGANISATION_COUNTS: &str = "orgcnt";

pub(crate) fn organisation_pk(organisation: &OrganisationId) -> String {
    format!("org#{organisation}")
}

pub(crate) fn sk(namespace: impl Display) -> String {
    format!("{}{namespace}", Namespace::ROW)
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
        let found: Option<Namespace> = self.named(&pk, identifier, &mut self.reading()).await?;
        if let Some(namespace) = &found {
            self.cache.keep_namespace(cache_key, namespace);
        }
        Ok(found)
    }
}

impl ReadNamespace for Store {
    async fn read_namespace(
        &self,
        organisation: &OrganisationId,
        identifier: &str,
    ) -> Result<(Namespace, NamespaceCounts)> {
        self.counted(&organisation_pk(organisation), identifier).await
    }
}

impl ListNamespaces for Store {
    async fn list_namespaces(
        &self,
        organisation: &OrganisationId,
        stretch: &Stretch,
    ) -> Result<Walked<(Namespace, NamespaceCounts)>> {
        self.walk_named(&organisation_pk(organisation), stretch).await
    }

    async fn these_namespaces(
        &self,
        organisation: &OrganisationId,
        ids: &BTreeSet<NamespaceId>,
    ) -> Result<Vec<(Namespace, NamespaceCounts)>> {
        self.these_named(&organisation_pk(organisation), ids.iter().map(NamespaceId::as_str)).await
    }

    async fn count_namespaces(&self, organisation: &OrganisationId) -> Result<u64> {
        let item = self.catalog_item(&organisation_pk(organisation), ORGANISATION_COUNTS).await?;
        Ok(match item.as_ref().and_then(|item| item.get("namespace_count")) {
            Some(AttributeValue::N(count)) => count.parse().unwrap_or(0),
            _ => 0,
        })
    }
}

impl CreateNamespace for Store {
    async fn create_namespace(&self, namespace: &Namespace) -> Result<()> {
        let pk = organisation_pk(&namespace.organisation_id);
        let actions = [
            self.new_item(keyed(&pk, &sk(&namespace.namespace_id), namespace)?)?,
            self.take_name(&pk, namespace, namespace.created_at)?,
            self.count_namespace(&pk, 1)?,
            self.list_entry(&pk, namespace)?,
        ];
        let refused = self.transact(&actions, &mut self.writing()).await?;
        refused.map_or(Ok(()), |_| {
            Err(Error::NameTaken { resource: Resource::Namespace, name: namespace.namespace_name.clone() })
        })
    }
}

impl ChangeNamespace for Store {
    async fn change_namespace(
        &self,
        organisation: &OrganisationId,
        identifier: &str,
        change: impl Fn(&Namespace) -> Result<Option<Change<Namespace>>> + Send + Sync,
    ) -> Result<Namespace> {
        self.change_named(&organisation_pk(organisation), identifier, change).await
    }
}

impl RemoveNamespace for Store {
    async fn remove_namespace(&self, organisation: &OrganisationId, namespace: &NamespaceId) -> Result<()> {
        let pk = organisation_pk(organisation);
        let mut pace = self.writing();
        loop {
            let Some(namespace) = self.named::<Namespace>(&pk, namespace.as_str(), &mut pace).await? else {
                return Ok(());
            };
            if namespace.deletion.is_none() {
                return Err(Error::internal("a namespace is removed that isn't marked as being deleted"));
            }
            let counters = Delete::builder()
                .table_name(&self.tables.catalog)
                .set_key(Some(primary_key(&pk, &counts::<Namespace>(namespace.id()))))
                .condition_expression("attribute_not_exists(bucket_count) OR bucket_count <= :none")
                .expression_attribute_values(":none", number(0))
                .build()
                .map_err(unbuilt)?;
            let actions = [
                self.remove_row(&pk, &namespace)?,
                self.remove_name(&pk, &namespace)?,
                TransactWriteItem::builder().delete(counters).build(),
                self.count_namespace(&pk, -1)?,
                self.remove_entry(&pk, &namespace)?,
            ];
            match self.transact(&actions, &mut pace).await?.as_deref() {
                None => return Ok(()),
                Some([_, _, Reason::Condition(_), ..]) => {
                    return Err(Error::internal("a namespace is removed that has buckets"));
                }
                Some(_) => {}
            }
            pace.wait_for_others("DynamoDB: the namespace changed meanwhile").await?;
        }
    }
}

impl Store {
    /// One namespace more or less in the organisation.
    fn count_namespace(&self, pk: &str, by: i64) -> Result<TransactWriteItem> {
        let update = Update::builder()
            .table_name(&self.tables.catalog)
            .set_key(Some(primary_key(pk, ORGANISATION_COUNTS)))
            .update_expression("ADD namespace_count :by")
            .expression_attribute_values(":by", number(by))
            .build()
            .map_err(unbuilt)?;
        Ok(TransactWriteItem::builder().update(update).build())
    }
}
