//! Namespaces: what separates one team's buckets from another's (contract section 3).

use serde::{Deserialize, Serialize};

use crate::id::{NamespaceId, OrganisationId};
use crate::name::check_name;
use crate::time::Timestamp;
use crate::violation::{Path, Violations};
use crate::{Result, json};

/// Whose data a request may touch: part of the key of everything that is stored.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub struct Scope {
    /// The organisation of the API key.
    pub organisation_id: OrganisationId,
    /// The namespace that the request named.
    pub namespace_id: NamespaceId,
}

/// The body of `POST /v1/namespaces`. The keys after `mode` belong to Mixpeek's engine: they are
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

/// A key that is accepted, whatever its value, and not kept.
#[derive(Clone, Copy, Debug, Default)]
struct Ignored;

impl<'de> Deserialize<'de> for Ignored {
    fn deserialize<D: serde::Deserializer<'de>>(deserializer: D) -> std::result::Result<Self, D::Error> {
        serde::de::IgnoredAny::deserialize(deserializer).map(|_| Self)
    }
}

#[cfg(feature = "openapi")]
impl schemars::JsonSchema for Ignored {
    fn inline_schema() -> bool {
        true
    }

    fn schema_name() -> std::borrow::Cow<'static, str> {
        "Ignored".into()
    }

    fn json_schema(_: &mut schemars::SchemaGenerator) -> schemars::Schema {
        schemars::json_schema!({"description": "Of Mixpeek's engine: accepted, and not kept."})
    }
}

/// A namespace.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Namespace {
    /// Its id.
    pub namespace_id: NamespaceId,
    /// Whose it is.
    pub organisation_id: OrganisationId,
    /// Its name, unique in the organisation.
    pub namespace_name: String,
    /// Free text.
    pub description: Option<String>,
    /// As the client sent it.
    pub mode: String,
    /// When it was made.
    pub created_at: Timestamp,
    /// When it last changed.
    pub updated_at: Timestamp,
}

impl CreateNamespaceRequest {
    /// Checks the request and makes the namespace.
    pub fn into_namespace(self, organisation_id: OrganisationId, now: Timestamp) -> Result<Namespace> {
        let body = Path::body();
        let mut violations = Violations::new();
        violations.extend(check_name(&self.namespace_name, &body.key("namespace_name"), 3, 64));
        if let Some(description) = &self.description {
            violations.extend(json::check_chars(description, 0, 4096, &body.key("description")));
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
            created_at: now,
            updated_at: now,
        })
    }
}

/// A namespace, as the contract answers it.
#[derive(Clone, Debug, Serialize)]
#[cfg_attr(feature = "openapi", derive(schemars::JsonSchema))]
pub struct NamespaceResponse {
    /// Always `namespace`.
    #[cfg_attr(feature = "openapi", schemars(extend("const" = "namespace")))]
    pub object: &'static str,
    /// Its id.
    pub namespace_id: NamespaceId,
    /// Its name.
    pub namespace_name: String,
    /// Free text.
    pub description: Option<String>,
    /// As the client sent it.
    pub mode: String,
    /// Always true: there is nothing to wait for.
    pub namespace_ready: bool,
    /// How many buckets it has; null until they are counted.
    pub bucket_count: Option<u64>,
    /// How many objects they hold; null until they are counted.
    pub object_count: Option<u64>,
    /// Always 0: documents are made by processors.
    pub document_count: u64,
    /// When it was made.
    pub created_at: Timestamp,
    /// When it last changed.
    pub updated_at: Timestamp,
}

impl From<Namespace> for NamespaceResponse {
    fn from(namespace: Namespace) -> Self {
        Self {
            object: "namespace",
            namespace_id: namespace.namespace_id,
            namespace_name: namespace.namespace_name,
            description: namespace.description,
            mode: namespace.mode,
            namespace_ready: true,
            bucket_count: None,
            object_count: None,
            document_count: 0,
            created_at: namespace.created_at,
            updated_at: namespace.updated_at,
        }
    }
}
