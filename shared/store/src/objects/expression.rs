//! An update or upsert as one `UpdateItem`: what it sets, and on which condition.

use std::collections::HashMap;

use aws_sdk_dynamodb::operation::update_item::builders::UpdateItemFluentBuilder;
use aws_sdk_dynamodb::types::{AttributeValue, TransactWriteItem, Update};
use serde::Serialize;
use stowage_domain::Result;
use stowage_domain::blob::Blob;
use stowage_domain::id::{BucketId, Incarnation, ObjectId};
use stowage_domain::object::{ObjectStatus, ObjectWrite};
use stowage_domain::policy::Policy;

use super::item::{KIND, blob_properties, field_attribute, listed_at, listing, object_pk};
use crate::Store;
use crate::calls::unbuilt;
use crate::item::{number, text, to_attribute};

/// DynamoDB's limits: 4 KB for an expression, 300 operators and functions. Stay well below both.
const MAX_EXPRESSION_BYTES: usize = 4_000;
const MAX_SETS: usize = 180;

/// An update expression with its condition, names and values.
#[derive(Debug, Default)]
pub(super) struct Expression {
    sets: Vec<String>,
    removes: Vec<String>,
    adds: Vec<String>,
    conditions: Vec<String>,
    pub(super) names: HashMap<String, String>,
    pub(super) values: HashMap<String, AttributeValue>,
}

impl Store {
    /// The call that updates an object by an expression.
    pub(super) fn update_object(
        &self,
        bucket: &BucketId,
        object: &ObjectId,
        expression: Expression,
    ) -> UpdateItemFluentBuilder {
        self.client
            .update_item()
            .table_name(&self.tables.objects)
            .key("pk", text(object_pk(bucket, object)))
            .update_expression(expression.update())
            .condition_expression(expression.condition())
            .set_expression_attribute_names(Some(expression.names))
            .set_expression_attribute_values(Some(expression.values))
    }

    /// The same as a part of a transaction.
    pub(super) fn update_action(
        &self,
        bucket: &BucketId,
        object: &ObjectId,
        expression: Expression,
    ) -> Result<TransactWriteItem> {
        let update = Update::builder()
            .table_name(&self.tables.objects)
            .key("pk", text(object_pk(bucket, object)))
            .update_expression(expression.update())
            .condition_expression(expression.condition())
            .set_expression_attribute_names(Some(expression.names))
            .set_expression_attribute_values(Some(expression.values))
            .build();
        Ok(TransactWriteItem::builder().update(update.map_err(unbuilt)?).build())
    }
}

impl Expression {
    /// The update of a write under `update` or `upsert`; `None` if it is too long to be one, in which
    /// case the write reads, merges and replaces.
    ///
    /// It never touches an object that refers to uploads when it would replace its blobs: their
    /// reference counts have to change with it.
    pub(super) fn of(write: &ObjectWrite) -> Result<Option<Self>> {
        let mut expression = Self::default();
        expression.set_change(write)?;
        expression.set_system(write)?;
        expression.set_if_new(write)?;
        expression.add_conditions(write)?;
        let fits = expression.sets.len() <= MAX_SETS
            && expression.update().len() <= MAX_EXPRESSION_BYTES
            && expression.condition().len() <= MAX_EXPRESSION_BYTES;
        Ok(fits.then_some(expression))
    }

    /// The update expression.
    pub(super) fn update(&self) -> String {
        let clauses = [("SET", &self.sets), ("REMOVE", &self.removes), ("ADD", &self.adds)];
        let clauses = clauses.iter().filter(|(_, parts)| !parts.is_empty());
        clauses.map(|(word, parts)| format!("{word} {}", parts.join(","))).collect::<Vec<_>>().join(" ")
    }

    /// The condition expression.
    pub(super) fn condition(&self) -> String {
        self.conditions.join(" AND ")
    }

    /// What the request sends.
    fn set_change(&mut self, write: &ObjectWrite) -> Result<()> {
        let change = &write.change;
        for (name, value) in &change.fields {
            self.set(&field_attribute(name), value)?;
        }
        for (name, value) in &change.defaults {
            self.set_if_absent(&field_attribute(name), value)?;
        }
        if let Some(key_prefix) = &change.key_prefix {
            self.set("key_prefix", key_prefix)?;
        }
        if let Some(blobs) = &change.blobs {
            self.set("blobs", blobs)?;
            self.set("blob_properties", &blob_properties(blobs))?;
            self.set_mirror(blobs)?;
        }
        if let Some(edges) = &change.edges {
            self.set("edges", edges)?;
        }
        Ok(())
    }

    /// Whether blobs wait for their copies: where none does, the attribute is absent.
    pub(super) fn set_mirror(&mut self, blobs: &[Blob]) -> Result<()> {
        if blobs.iter().any(|blob| blob.waiting().is_some()) {
            return self.set("mirror", &true);
        }
        self.remove("mirror");
        Ok(())
    }

    /// What every write sets.
    fn set_system(&mut self, write: &ObjectWrite) -> Result<()> {
        self.set("status", &ObjectStatus::Pending)?;
        self.set("updated_at", &write.now)?;
        self.set("write_id", &write.write_id)?;
        self.remove("error");
        self.count_version();
        Ok(())
    }

    /// Every write of an object counts.
    pub(super) fn count_version(&mut self) {
        let version = self.name("version");
        self.values.insert(":one".to_owned(), number(1));
        self.adds.push(format!("{version} :one"));
    }

    /// Only where an attribute has this value.
    pub(super) fn only_if(&mut self, attribute: &str, value: &impl Serialize) -> Result<()> {
        let (name, value) = (self.name(attribute), self.value(attribute, value)?);
        self.conditions.push(format!("{name} = {value}"));
        Ok(())
    }

    /// What a write sets if it makes the object.
    fn set_if_new(&mut self, write: &ObjectWrite) -> Result<()> {
        self.set_if_absent("kind", &KIND)?;
        self.set_if_absent("organisation_id", &write.scope.organisation_id)?;
        self.set_if_absent("namespace_id", &write.scope.namespace_id)?;
        self.set_if_absent("bucket_id", &write.bucket_id)?;
        self.set_if_absent("object_id", &write.object_id)?;
        self.set_if_absent("shard", &write.shard)?;
        self.set_if_absent("listing", &listing(&write.bucket_id, write.shard))?;
        self.set_if_absent("listed_at", &listed_at(write.now, write.object_id.as_str()))?;
        self.set_if_absent("incarnation", &Incarnation::random())?;
        self.set_if_absent("created_at", &write.now)?;
        if let Some(key) = &write.unique_key {
            self.set_if_absent("unique_key", &key.values)?;
        }
        Ok(())
    }

    fn add_conditions(&mut self, write: &ObjectWrite) -> Result<()> {
        // The same id with other key values is a collision, or another spelling of the same values;
        // either way the domain has to look.
        let mut same = Vec::new();
        if let Some(key) = &write.unique_key {
            let (name, value) = (self.name("unique_key"), self.value("unique_key", &key.values)?);
            same.push(format!("{name} = {value}"));
        }
        if write.change.blobs.is_some() {
            let name = self.name("upload_refs");
            same.push(format!("attribute_not_exists({name})"));
        }
        let same = same.join(" AND ");
        if write.policy == Some(Policy::Upsert) && write.change.requirements.is_empty() {
            self.conditions.push(format!("(attribute_not_exists(pk) OR ({same}))"));
            return Ok(());
        }
        self.conditions.push(format!("attribute_exists(pk) AND {same}"));
        for requirement in &write.change.requirements {
            let field = self.name(&field_attribute(&requirement.name));
            let null = self.value("null", &"NULL")?;
            let by_field = format!("attribute_exists({field}) AND NOT attribute_type({field}, {null})");
            if requirement.blob_will_do {
                let properties = self.name("blob_properties");
                let wanted = self.value(&format!("need:{}", requirement.name), &requirement.name)?;
                self.conditions.push(format!("(({by_field}) OR contains({properties}, {wanted}))"));
            } else {
                self.conditions.push(format!("({by_field})"));
            }
        }
        Ok(())
    }

    pub(super) fn set(&mut self, attribute: &str, value: &impl Serialize) -> Result<()> {
        let (name, value) = (self.name(attribute), self.value(attribute, value)?);
        self.sets.push(format!("{name}={value}"));
        Ok(())
    }

    /// Takes an attribute away, if it is there.
    pub(super) fn remove(&mut self, attribute: &str) {
        let name = self.name(attribute);
        self.removes.push(name);
    }

    fn set_if_absent(&mut self, attribute: &str, value: &impl Serialize) -> Result<()> {
        let (name, value) = (self.name(attribute), self.value(attribute, value)?);
        self.sets.push(format!("{name}=if_not_exists({name},{value})"));
        Ok(())
    }

    /// The placeholder of an attribute: a system attribute's own name, a short one for a custom
    /// field, whose name may be anything.
    fn name(&mut self, attribute: &str) -> String {
        if let Some((placeholder, _)) = self.names.iter().find(|(_, known)| *known == attribute) {
            return placeholder.clone();
        }
        let placeholder = placeholder('#', attribute, self.names.len());
        self.names.insert(placeholder.clone(), attribute.to_owned());
        placeholder
    }

    fn value(&mut self, attribute: &str, value: &impl Serialize) -> Result<String> {
        let placeholder = placeholder(':', attribute, self.values.len());
        self.values.insert(placeholder.clone(), to_attribute(value)?);
        Ok(placeholder)
    }
}

fn placeholder(sigil: char, attribute: &str, count: usize) -> String {
    let plain = attribute.bytes().all(|b| b.is_ascii_lowercase() || b == b'_');
    if plain { format!("{sigil}{attribute}") } else { format!("{sigil}{count}") }
}
