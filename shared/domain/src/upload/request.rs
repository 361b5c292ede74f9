//! The body of `POST …/uploads` (contract section 7.1). Everything is checked before a URL is signed.

use std::collections::BTreeSet;

use serde::Deserialize;
use serde_json::{Map, Value};

use super::{Upload, UploadRecord, UploadStatus, check_filename};
use crate::bucket::Bucket;
use crate::id::{Incarnation, ObjectId, UploadId};
use crate::json::check_byte_len;
use crate::limits::{
    DEFAULT_UPLOAD_EXPIRATION_SECONDS, MAX_METADATA_BYTES, MAX_UPLOAD_BYTES, UPLOAD_EXPIRATION_SECONDS,
};
use crate::media::{self, ContentType};
use crate::namespace::Scope;
use crate::place::Place;
use crate::policy::Policy;
use crate::schema::{BucketSchema, Field, FieldType};
use crate::time::Timestamp;
use crate::unique_key::{self, UniqueKey};
use crate::violation::{Path, Violations};
use crate::{Error, Result, object};

/// What a client sends to get a presigned URL.
#[derive(Clone, Debug, Deserialize)]
#[cfg_attr(feature = "openapi", derive(schemars::JsonSchema))]
#[serde(deny_unknown_fields)]
pub struct CreateUploadRequest {
    /// The file's name, 1 to 255 characters.
    #[cfg_attr(feature = "openapi", schemars(schema_with = "super::filename_schema"))]
    pub filename: String,
    /// Its MIME type; the PUT must send the same.
    #[cfg_attr(feature = "openapi", schemars(schema_with = "media::content_type_schema"))]
    pub content_type: String,
    /// Its size in bytes; the PUT must have the same.
    #[serde(default)]
    #[cfg_attr(feature = "openapi", schemars(range(min = 1, max = MAX_UPLOAD_BYTES)))]
    pub file_size_bytes: Option<u64>,
    /// How long the URL is to be good, in seconds, 60 to 86,400. Default 3,600.
    #[serde(default)]
    #[cfg_attr(feature = "openapi", schemars(range(min = *UPLOAD_EXPIRATION_SECONDS.start(), max = *UPLOAD_EXPIRATION_SECONDS.end())))]
    pub presigned_url_expiration: Option<u32>,
    /// Tracking data that never reaches the object.
    #[serde(default)]
    pub metadata: Option<Map<String, Value>>,
    /// Whether confirming makes an object. Default true.
    #[serde(default)]
    pub create_object_on_confirm: Option<bool>,
    /// That object's custom fields.
    #[serde(default)]
    pub object_metadata: Option<Map<String, Value>>,
    /// That object's blob property. Default: the schema's only file property, else the name's stem.
    #[serde(default)]
    #[cfg_attr(feature = "openapi", schemars(length(max = 100), regex(pattern = "^[a-zA-Z0-9_]+$")))]
    pub blob_property: Option<String>,
    /// That blob's type, in any case. Default: the property's.
    #[serde(default)]
    #[cfg_attr(feature = "openapi", schemars(regex(pattern = FieldType::lenient_pattern())))]
    pub blob_type: Option<String>,
    /// The file's SHA-256, 64 lower-case hex digits.
    #[serde(default)]
    #[cfg_attr(feature = "openapi", schemars(regex(pattern = "^[0-9a-f]{64}$")))]
    pub file_hash: Option<String>,
    /// Whether a confirmed upload with the same bytes may take this one's place. Default true.
    #[serde(default)]
    pub skip_duplicates: Option<bool>,
    /// Whether the upload is confirmed by itself when its bytes have come and nobody confirms it.
    /// Default true. Stowage's own: the contract has no such field.
    #[serde(default)]
    pub auto_confirm: Option<bool>,
}

/// A valid create-upload, and what to look up before its URL is signed.
#[derive(Clone, Debug)]
pub struct UploadDraft {
    /// The upload to store.
    pub upload: Upload,
    /// The content to look for among the bucket's confirmed uploads: `sha256:<hex>`.
    pub duplicate_of: Option<String>,
    /// The object whose existence makes the upload pointless, with its key.
    pub pointless_if: Option<ObjectId>,
}

impl CreateUploadRequest {
    /// Checks the request, all of it at once. `max_seconds` caps the URL's life: one that is signed
    /// by a role dies with the role's session.
    pub fn into_draft(
        self,
        scope: &Scope,
        bucket: &Bucket,
        max_seconds: u32,
        now: Timestamp,
    ) -> Result<UploadDraft> {
        let body = Path::body();
        let mut violations = check_filename(&self.filename, &body.key("filename"));
        let content_type = match ContentType::parse(&self.content_type, &body.key("content_type")) {
            Ok(content_type) => Some(content_type),
            Err(found) => {
                violations.extend(found);
                None
            }
        };
        let size_violation = check_size(self.file_size_bytes, &mut violations);
        let expiration = self.presigned_url_expiration.unwrap_or(DEFAULT_UPLOAD_EXPIRATION_SECONDS);
        if !UPLOAD_EXPIRATION_SECONDS.contains(&expiration) {
            let message = "must be from 60 to 86400 seconds";
            violations.add("value_error", body.key("presigned_url_expiration"), message);
        }
        let expiration = expiration.min(max_seconds);
        if let Some(metadata) = &self.metadata {
            violations.extend(check_byte_len(metadata, MAX_METADATA_BYTES, &body.key("metadata")));
        }
        if let Some(hash) = &self.file_hash {
            check_hash(hash, &mut violations);
        }
        let creates = self.create_object_on_confirm.unwrap_or(true);
        let target = self.target(bucket, content_type.as_ref(), creates, &mut violations);
        let key = if creates { self.check_object(bucket, target.as_ref(), &mut violations) } else { None };
        if !violations.is_empty() {
            return Err(Error::Invalid { violations, code: size_violation });
        }

        let upload_id = UploadId::random();
        let place =
            Place::for_upload(&scope.organisation_id, &scope.namespace_id, &upload_id, &self.filename);
        let skip_duplicates = self.skip_duplicates.unwrap_or(true);
        // On a unique-key bucket the policy decides: else records with equal bytes would vanish.
        let looks_for_content = skip_duplicates && bucket.unique_key.is_none();
        let (blob_property, blob_type) = target.unzip();
        Ok(UploadDraft {
            duplicate_of: self
                .file_hash
                .as_ref()
                .filter(|_| looks_for_content)
                .map(|hash| format!("sha256:{hash}")),
            pointless_if: key.map(|key| {
                unique_key::derive_object_id(bucket.secret.bytes(), &key.canonical(&bucket.bucket_schema))
            }),
            upload: Upload {
                scope: scope.clone(),
                bucket_id: bucket.bucket_id.clone(),
                record: UploadRecord {
                    filename: self.filename,
                    content_type: self.content_type,
                    file_size_bytes: self.file_size_bytes,
                    presigned_url_expiration: expiration,
                    place,
                    status: UploadStatus::Pending,
                    metadata: self.metadata.unwrap_or_default(),
                    create_object_on_confirm: creates,
                    object_metadata: self.object_metadata,
                    blob_property,
                    blob_type,
                    file_hash: self.file_hash,
                    hash_verified: false,
                    skip_duplicates,
                    auto_confirm: self.auto_confirm.unwrap_or(true),
                    duplicate_of_upload_id: None,
                    message: None,
                    etag: None,
                    stored_size_bytes: None,
                    object_id: None,
                    task_id: None,
                    incarnation: Incarnation::random(),
                    shard: bucket.shard_of(upload_id.as_str()),
                    created_at: now,
                    expires_at: now.plus_seconds(i64::from(expiration)),
                    verified_at: None,
                    completed_at: None,
                },
                upload_id,
            },
        })
    }

    /// The property and type of the blob. Without an object to create, only what the client named.
    fn target(
        &self,
        bucket: &Bucket,
        content_type: Option<&ContentType>,
        creates: bool,
        violations: &mut Violations,
    ) -> Option<(String, FieldType)> {
        let body = Path::body();
        let schema = &bucket.bucket_schema;
        let named_type = self.blob_type.as_deref().map(FieldType::parse_lenient);
        if let Some(None) = named_type {
            let message = format!("must be one of {}", FieldType::NAMES.join(", "));
            violations.add("enum", body.key("blob_type"), message);
        }
        let property = match (&self.blob_property, creates) {
            (Some(property), _) => property.clone(),
            (None, false) => return None,
            (None, true) => {
                // The contract's own example has two file properties, of which one takes a video.
                let by_type = || schema.only_file_property_for(content_type?.essence());
                let only = schema.only_file_property().or_else(by_type);
                only.unwrap_or_else(|| stem(&self.filename)).to_owned()
            }
        };
        let at = body.key("blob_property");
        let word = property.bytes().all(|b| b.is_ascii_alphanumeric() || b == b'_');
        if property.is_empty() || !word || property.len() > 100 {
            let message = if self.blob_property.is_some() {
                "must match ^[a-zA-Z0-9_]+$ and have at most 100 characters".to_owned()
            } else {
                format!("name one of the schema's properties: '{property}', from the filename, can't be one")
            };
            violations.add("string_pattern_mismatch", at, message);
            return None;
        }
        let Some(field) = schema.properties.get(&property) else {
            if creates {
                violations.add("value_error", at, format!("the schema has no property '{property}'"));
            }
            let fallback = content_type.and_then(|mime| media::field_type_of(mime.essence()));
            return Some((property, named_type.flatten().or(fallback)?));
        };
        let blob_type = named_type.flatten().unwrap_or_else(|| declared_type(field));
        Some((property, blob_type))
    }

    /// Checks the object that confirming is to create, as far as it is known by now.
    fn check_object(
        &self,
        bucket: &Bucket,
        target: Option<&(String, FieldType)>,
        violations: &mut Violations,
    ) -> Option<UniqueKey> {
        let body = Path::body();
        let schema = &bucket.bucket_schema;
        if let Some((property, blob_type)) = target
            && let Some(field) = schema.properties.get(property)
        {
            if let Err(found) = schema.check_blob(property, *blob_type, &body) {
                let location = match found.location {
                    at if at == body.key("type") => body.key("blob_type"),
                    _ => body.key("blob_property"),
                };
                violations.add(found.kind, location, found.message);
            }
            if let Ok(mime) = ContentType::parse(&self.content_type, &body)
                && !field.fits_mime(mime.essence())
            {
                let message = format!("{} does not fit '{property}'", self.content_type);
                violations.add("value_error", body.key("content_type"), message);
            }
        }
        let at = body.key("object_metadata");
        let none = Map::new();
        let fields = self.object_metadata.as_ref().unwrap_or(&none);
        violations.extend(object::check_fields(fields, schema, &at));
        let Some(config) = &bucket.unique_key else {
            // Nothing that a later confirm says can provide these.
            let blobs: BTreeSet<&str> = target.iter().map(|(property, _)| property.as_str()).collect();
            for name in schema.missing_required(fields, &blobs) {
                violations.extend_new_places(BucketSchema::missing_violation(name, &at).into());
            }
            return None;
        };
        match UniqueKey::read(config, schema, fields, &at) {
            // Under update and upsert, confirming is to change the object that exists.
            Ok(key) => (config.default_policy == Some(Policy::Insert)).then_some(key),
            Err(found) => {
                violations.extend_new_places(found);
                None
            }
        }
    }
}

/// The type that a property's blobs have: its own, or its items'.
fn declared_type(field: &Field) -> FieldType {
    match &field.items {
        Some(items) if field.field_type == FieldType::Array => items.field_type,
        _ => field.field_type,
    }
}

fn stem(filename: &str) -> &str {
    let base = filename.rsplit('/').next().unwrap_or(filename);
    base.rsplit_once('.').map_or(base, |(stem, _)| stem)
}

fn check_size(bytes: Option<u64>, violations: &mut Violations) -> Option<&'static str> {
    let at = Path::body().key("file_size_bytes");
    match bytes? {
        0 => {
            violations.add("greater_than_equal", at, "must be at least 1");
            None
        }
        bytes if bytes > MAX_UPLOAD_BYTES => {
            let message = format!("must be at most {MAX_UPLOAD_BYTES} bytes, S3's limit for one PUT");
            violations.add(crate::blob::TOO_LARGE, at, message);
            Some(crate::blob::TOO_LARGE)
        }
        _ => None,
    }
}

fn check_hash(hash: &str, violations: &mut Violations) {
    let valid = hash.len() == 64 && hash.bytes().all(|b| matches!(b, b'0'..=b'9' | b'a'..=b'f'));
    if !valid {
        let message = "must be a SHA-256 of 64 lower-case hex digits";
        violations.add("string_pattern_mismatch", Path::body().key("file_hash"), message);
    }
}
