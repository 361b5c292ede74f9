//! The body of `PATCH` and `PUT /v1/namespaces/{namespace_identifier}` (contract section 3).

use serde::Deserialize;

use super::Namespace;
use super::ignored::Ignored;
use super::request::{check_description, check_namespace_name};
use crate::Result;
use crate::json::Sent;
use crate::time::Timestamp;
use crate::violation::Violations;

/// What a client sends to change a namespace; what it leaves out stays. The keys after `description`
/// belong to Mixpeek's engine: they are accepted and not kept.
#[derive(Clone, Debug, Deserialize)]
#[cfg_attr(feature = "openapi", derive(schemars::JsonSchema))]
#[serde(deny_unknown_fields)]
#[expect(dead_code, reason = "the ignored keys are named so that they are accepted")]
pub struct ChangeNamespaceRequest {
    /// Its new name: 3 to 64 characters.
    #[serde(default)]
    #[cfg_attr(feature = "openapi", schemars(schema_with = "crate::name::nullable_schema::<3, 64>"))]
    pub namespace_name: Option<String>,
    /// Null removes it.
    #[serde(default)]
    #[cfg_attr(feature = "openapi", schemars(length(max = 4096)))]
    pub description: Sent<String>,
    #[serde(default)]
    adaptive_indexing: Ignored,
    #[serde(default)]
    auto_create_indexes: Ignored,
    #[serde(default)]
    cost_cap_override: Ignored,
    #[serde(default)]
    expires_at: Ignored,
    #[serde(default)]
    feature_extractors: Ignored,
    #[serde(default)]
    infrastructure: Ignored,
    #[serde(default)]
    payload_indexes: Ignored,
    #[serde(default)]
    pinned: Ignored,
    #[serde(default)]
    repair_vectors: Ignored,
    #[serde(default)]
    spend_budget: Ignored,
    #[serde(default)]
    tiering: Ignored,
    #[serde(default)]
    trusted_issuers: Ignored,
    #[serde(default)]
    ttl_seconds: Ignored,
}

impl ChangeNamespaceRequest {
    /// The namespace as it is to be; `None` if that is as it is.
    pub fn apply(&self, namespace: &Namespace, now: Timestamp) -> Result<Option<Namespace>> {
        namespace.check_writable()?;
        let mut new = namespace.clone();
        let mut violations = Violations::new();
        if let Some(name) = &self.namespace_name {
            violations.extend(check_namespace_name(name));
            new.namespace_name.clone_from(name);
        }
        violations.extend(self.description.set(&mut new.description, |text| check_description(text)));
        violations.into_result()?;
        if new == *namespace {
            return Ok(None);
        }
        Ok(Some(Namespace { version: namespace.version + 1, updated_at: now, ..new }))
    }
}
