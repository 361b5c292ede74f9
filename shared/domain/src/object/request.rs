//! The body of `POST …/objects` (contract section 8.1).

use std::collections::BTreeSet;

use serde::Deserialize;
use serde_json::{Map, Value};

use super::draft::{Draft, Idempotency};
use super::fields::{check, promote};
use super::write::Requirement;
use crate::blob::{BlobInput, BlobRequest};
use crate::bucket::Bucket;
use crate::edge::{self, Edge};
use crate::limits::{MAX_BLOBS, MAX_KEY_PREFIX_CHARS};
use crate::policy::Policy;
use crate::schema::BucketSchema;
use crate::unique_key::UniqueKey;
use crate::violation::{Path, Violations};
use crate::{Error, Result, idempotency, json};

/// What a client sends to make an object. Every other root key is a custom field.
#[derive(Clone, Debug, Default, Deserialize)]
#[cfg_attr(feature = "openapi", derive(schemars::JsonSchema))]
#[cfg_attr(feature = "openapi", schemars(transform = crate::openapi::Names { refused: crate::schema::RESERVED_ROOT_NAMES, longest: Some(255) }))]
pub struct CreateObjectRequest {
    /// The object's blobs.
    #[serde(default)]
    #[cfg_attr(feature = "openapi", schemars(length(max = MAX_BLOBS)))]
    pub blobs: Option<Vec<BlobRequest>>,
    /// A logical path of the client's.
    #[serde(default)]
    #[cfg_attr(feature = "openapi", schemars(length(max = MAX_KEY_PREFIX_CHARS)))]
    pub key_prefix: Option<String>,
    /// Return an existing object with the same content instead. Default false.
    #[serde(default)]
    pub skip_duplicates: Option<bool>,
    /// Whether URLs are to be copied into S3. Default true.
    #[serde(default)]
    pub canonicalize_source: Option<bool>,
    /// Whether to copy again what is there. Default false.
    #[serde(default)]
    pub force_remirror: Option<bool>,
    /// References to other objects.
    #[serde(default)]
    #[cfg_attr(feature = "openapi", schemars(length(max = crate::limits::MAX_EDGES)))]
    pub edges: Option<Vec<Edge>>,
    /// The same key in this bucket returns the object that it made.
    #[serde(default)]
    #[cfg_attr(feature = "openapi", schemars(length(min = 1, max = crate::limits::MAX_KEY_CHARS)))]
    pub idempotency_key: Option<String>,
    /// The custom fields.
    #[serde(flatten)]
    pub fields: Map<String, Value>,
}

impl CreateObjectRequest {
    /// Checks the request, all of it at once, against the bucket.
    ///
    /// `fingerprint` is [`idempotency::fingerprint`] of the whole body; `s3_bucket` is the
    /// deployment's own, which no reference may name.
    pub fn into_draft(
        self,
        bucket: &Bucket,
        policy: Option<Policy>,
        fingerprint: String,
        s3_bucket: &str,
    ) -> Result<Draft> {
        let body = Path::body();
        let schema = &bucket.bucket_schema;
        let mut violations = Violations::new();
        if let Some(prefix) = &self.key_prefix {
            let found = json::check_chars(prefix, 0, MAX_KEY_PREFIX_CHARS, &body.key("key_prefix"));
            violations.extend(found);
        }
        if let Some(key) = &self.idempotency_key {
            violations.extend(idempotency::check_key(key));
        }
        if let Some(edges) = &self.edges {
            violations.extend(edge::check(edges, &body.key("edges")));
        }
        let defaults = crate::blob::BlobDefaults {
            canonicalize_source: self.canonicalize_source.unwrap_or(true),
            force_remirror: self.force_remirror.unwrap_or(false),
            s3_bucket,
        };
        let requests = self.blobs.unwrap_or_default();
        let properties: BTreeSet<String> = requests.iter().map(|blob| blob.property.clone()).collect();
        let blobs = parse_blobs(requests, schema, defaults, &mut violations);

        let mut fields = self.fields;
        for blob in &blobs {
            promote(&blob.metadata, &mut fields);
        }
        violations.extend(check(&fields, schema, &body));

        let required = missing(schema, &fields, &properties);
        if policy.is_none_or(|policy| policy == Policy::Insert) {
            for requirement in &required {
                let found = BucketSchema::missing_violation(&requirement.name, &body);
                violations.extend_new_places(found.into());
            }
        }
        let unique_key = read_unique_key(bucket, &fields, &body, &mut violations);
        if !violations.is_empty() {
            let too_large = violations.entries().iter().any(|v| v.kind == crate::blob::TOO_LARGE);
            let code = too_large.then_some(crate::blob::TOO_LARGE);
            return Err(Error::Invalid { violations, code });
        }
        Ok(Draft {
            policy,
            defaults: schema.defaults_for(&fields),
            fields,
            key_prefix: self.key_prefix,
            edges: self.edges,
            blobs,
            requirements: required,
            skip_duplicates: self.skip_duplicates.unwrap_or(false),
            idempotency: self.idempotency_key.map(|key| Idempotency { key, fingerprint }),
            unique_key,
        })
    }
}

/// The required properties that neither a field, a default nor a blob of the request provides.
pub(super) fn missing(
    schema: &BucketSchema,
    fields: &Map<String, Value>,
    blob_properties: &BTreeSet<String>,
) -> Vec<Requirement> {
    let names: BTreeSet<&str> = blob_properties.iter().map(String::as_str).collect();
    schema
        .missing_required(fields, &names)
        .into_iter()
        // A request with blobs replaces the stored ones, so these can't meet a requirement then.
        .map(|name| Requirement { name: name.to_owned(), blob_will_do: blob_properties.is_empty() })
        .collect()
}

pub(super) fn read_unique_key(
    bucket: &Bucket,
    fields: &Map<String, Value>,
    at: &Path,
    violations: &mut Violations,
) -> Option<UniqueKey> {
    let config = bucket.unique_key.as_ref()?;
    match UniqueKey::read(config, &bucket.bucket_schema, fields, at) {
        Ok(key) => Some(key),
        Err(found) => {
            violations.extend_new_places(found);
            None
        }
    }
}

fn parse_blobs(
    requests: Vec<BlobRequest>,
    schema: &BucketSchema,
    defaults: crate::blob::BlobDefaults<'_>,
    violations: &mut Violations,
) -> Vec<BlobInput> {
    let at = Path::body().key("blobs");
    if requests.len() > MAX_BLOBS {
        violations.add("too_long", at, format!("must have at most {MAX_BLOBS} entries"));
        return Vec::new();
    }
    let mut seen = BTreeSet::new();
    let mut blobs = Vec::with_capacity(requests.len());
    for (position, request) in requests.into_iter().enumerate() {
        let at = at.index(position);
        if !seen.insert(request.property.clone()) && !schema.allows_many(&request.property) {
            let message = format!(
                "a second blob for '{}', which the schema does not declare an array",
                request.property
            );
            violations.add("value_error", at.key("property"), message);
        }
        match request.parse(schema, defaults, at) {
            Ok(blob) => blobs.push(blob),
            Err(found) => violations.extend(found),
        }
    }
    blobs
}
