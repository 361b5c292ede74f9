//! The body of `POST /v1/namespaces` (contract section 3).

use serde::Deserialize;

use super::Namespace;
use super::ignored::Ignored;
use crate::id::{NamespaceId, OrganisationId};
use crate::name::check_name;
use crate::time::Timestamp;
use crate::violation::{Path, Violations};
use crate::{Result, json};

/// What a client sends to make a namespace. The keys after `mode` belong to Mixpeek's engine: they are
/// accepted, because its clients always send some, and not kept.
#[derive(Clone, Debug, Deserialize)]
#[cfg_attr(feature = "openapi", derive(schemars::JsonSchema))]
#[serde(deny_unknown_fields)]
#[expect(dead_code, reason = "the ignored keys are named so that they are accepted")]
pub struct CreateNamespaceRequest {
    /// 3 to 64 characters, unique in the organisation.
    #[cfg_attr(feature = "openapi", schemars(schema_with = "crate::name::schema::<3, 64>"))]
    pub namespace_name: String,
    /// An id of the client's choice, `ns_…`.
    #[serde(default)]
    #[cfg_attr(feature = "openapi", schemars(with = "Option<NamespaceId>"))]
    pub namespace_id: Option<String>,
    /// Free text.
    #[serde(default)]
    #[cfg_attr(feature = "openapi", schemars(length(max = 4096)))]
    pub description: Option<String>,
    /// How the original serves the namespace; kept and echoed.
    #[serde(default)]
    #[cfg_attr(feature = "openapi", schemars(length(min = 1, max = 64)))]
    pub mode: Option<String>,
    #[serde(default)]
    adaptive_indexing: Ignored,
    #[serde(default)]
    auto_create_indexes: Ignored,
    #[serde(default)]
    cost_cap_override: Ignored,
    #[serde(default)]
    feature_extractors: Ignored,
    #[serde(default)]
    features: Ignored,
    #[serde(default)]
    infrastructure: Ignored,
    #[serde(default)]
    namespace_type: Ignored,
    #[serde(default)]
    payload_indexes: Ignored,
    #[serde(default)]
    scope: Ignored,
    #[serde(default)]
    spend_budget: Ignored,
    #[serde(default)]
    tiering: Ignored,
    #[serde(default)]
    trusted_issuers: Ignored,
    #[serde(default)]
    ttl_seconds: Ignored,
    #[serde(default)]
    vector_configs: Ignored,
}

impl CreateNamespaceRequest {
    /// Checks the request and makes the namespace.
    pub fn into_namespace(self, organisation_id: OrganisationId, now: Timestamp) -> Result<Namespace> {
        let body = Path::body();
        let mut violations = Violations::new();
        violations.extend(check_namespace_name(&self.namespace_name));
        if let Some(description) = &self.description {
            violations.extend(check_description(description));
        }
        if let Some(mode) = &self.mode {
            violations.extend(json::check_chars(mode, 1, 64, &body.key("mode")));
        }
        let namespace_id = match self.namespace_id.as_deref() {
            None => NamespaceId::random(),
            Some(text) => NamespaceId::parse(text).unwrap_or_else(|| {
                let at = body.key("namespace_id");
                violations.add("value_error", at, "must be ns_ and 1 to 64 of A-Z a-z 0-9 _ -");
                NamespaceId::random()
            }),
        };
        violations.into_result()?;
        Ok(Namespace {
            namespace_id,
            organisation_id,
            namespace_name: self.namespace_name,
            description: self.description,
            mode: self.mode.unwrap_or_else(|| "managed".to_owned()),
            deletion: None,
            version: 0,
            created_at: now,
            updated_at: now,
        })
    }
}

pub(super) fn check_namespace_name(name: &str) -> Violations {
    check_name(name, &Path::body().key("namespace_name"), 3, 64)
}

pub(super) fn check_description(description: &str) -> Violations {
    json::check_chars(description, 0, 4096, &Path::body().key("description"))
}
