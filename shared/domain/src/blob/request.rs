//! A blob in the body of a create (contract section 8.1).

use serde::Deserialize;
use serde_json::{Map, Value};

use super::checksum::{Checksum, sha256_of};
use super::mirror::MirrorState;
use super::source::{InlineBytes, Source};
use super::{Blob, BlobDetails, RESERVED_PROPERTIES, Reference};
use crate::bucket::Bucket;
use crate::id::{ObjectId, UploadId};
use crate::json::check_chars;
use crate::limits::{MAX_ITEM_TEXT_BYTES, MAX_KEY_PREFIX_CHARS, MAX_METADATA_BYTES};
use crate::media;
use crate::namespace::Scope;
use crate::place::Place;
use crate::schema::{BucketSchema, Field, FieldType};
use crate::upload::Upload;
use crate::violation::{Path, Violations};
use crate::{Error, Result};

/// What a client sends for one blob.
#[derive(Clone, Debug, Deserialize)]
#[cfg_attr(feature = "openapi", derive(schemars::JsonSchema))]
#[serde(deny_unknown_fields)]
#[cfg_attr(feature = "openapi", schemars(transform = crate::openapi::Alias("data", "url"), transform = one_source))]
pub struct BlobRequest {
    /// A property of the bucket's schema.
    #[cfg_attr(feature = "openapi", schemars(length(min = 1, max = 100)))]
    pub property: String,
    /// The property's type, in any case; `json` is an alias of `object`.
    #[serde(rename = "type")]
    #[cfg_attr(feature = "openapi", schemars(regex(pattern = FieldType::lenient_pattern())))]
    pub blob_type: String,
    /// The content or where it is. `url` is an alias, because langchain's client sends it.
    #[serde(default, alias = "url")]
    pub data: Option<Value>,
    /// A confirmed upload that has the bytes; instead of `data`.
    #[serde(default)]
    #[cfg_attr(feature = "openapi", schemars(with = "Option<UploadId>"))]
    pub upload_id: Option<String>,
    /// A logical path of the client's.
    #[serde(default)]
    #[cfg_attr(feature = "openapi", schemars(length(max = MAX_KEY_PREFIX_CHARS)))]
    pub key_prefix: Option<String>,
    /// `algorithm:hash`, or 64 hex digits of a SHA-256.
    #[serde(default)]
    #[cfg_attr(feature = "openapi", schemars(regex(pattern = Checksum::pattern())))]
    pub checksum: Option<String>,
    /// Becomes part of the blob's properties and of the object's root.
    #[serde(default)]
    #[cfg_attr(feature = "openapi", schemars(transform = crate::openapi::Names { refused: &RESERVED_PROPERTIES, longest: None }))]
    pub metadata: Option<Map<String, Value>>,
    /// Whether to copy a URL's bytes into S3, if not as the object says.
    #[serde(default)]
    pub canonicalize_source: Option<bool>,
    /// Whether to copy again, if not as the object says.
    #[serde(default)]
    pub force_remirror: Option<bool>,
}

/// Exactly one of content and upload.
#[cfg(feature = "openapi")]
fn one_source(schema: &mut schemars::Schema) {
    let either = ["data", "url", "upload_id"].map(crate::openapi::given);
    crate::openapi::also(schema, serde_json::json!({ "oneOf": either }));
}

/// Settings of the whole request that its blobs inherit.
#[derive(Clone, Copy, Debug)]
pub(crate) struct BlobDefaults<'a> {
    pub(crate) canonicalize_source: bool,
    pub(crate) force_remirror: bool,
    /// The deployment's own S3 bucket, which no reference may name.
    pub(crate) s3_bucket: &'a str,
}

/// A blob of a valid request, before its bytes have a place.
#[derive(Clone, Debug, PartialEq)]
pub struct BlobInput {
    pub(crate) property: String,
    pub(crate) blob_type: FieldType,
    pub(crate) metadata: Map<String, Value>,
    source: Source,
    key_prefix: Option<String>,
    checksum: Option<Checksum>,
    canonicalize: bool,
    force_remirror: bool,
    at: Path,
}

impl BlobRequest {
    /// Checks one blob, all of it at once, against the schema.
    pub(crate) fn parse(
        self,
        schema: &BucketSchema,
        defaults: BlobDefaults<'_>,
        at: Path,
    ) -> std::result::Result<BlobInput, Violations> {
        let mut violations = Violations::new();
        violations.extend(check_chars(&self.property, 1, 100, &at.key("property")));
        if let Some(prefix) = &self.key_prefix {
            violations.extend(check_chars(prefix, 0, MAX_KEY_PREFIX_CHARS, &at.key("key_prefix")));
        }
        let metadata = self.metadata.unwrap_or_default();
        violations.extend(check_metadata(&metadata, &at.key("metadata")));
        let checksum = match self.checksum.as_deref().map(|text| Checksum::parse(text, &at.key("checksum"))) {
            Some(Err(found)) => {
                violations.extend(found);
                None
            }
            Some(Ok(checksum)) => Some(checksum),
            None => None,
        };
        let typed = match FieldType::parse_lenient(&self.blob_type) {
            None => {
                let message = format!("must be one of {}", FieldType::NAMES.join(", "));
                violations.add("enum", at.key("type"), message);
                None
            }
            Some(blob_type) => match schema.check_blob(&self.property, blob_type, &at) {
                Ok(field) => Some((blob_type, field)),
                Err(found) => {
                    violations.extend(found.into());
                    None
                }
            },
        };
        let source = match typed {
            None => None,
            Some((blob_type, field)) => {
                match read_source(self.data, self.upload_id, blob_type, field, defaults.s3_bucket, &at) {
                    Ok(source) => Some((blob_type, source)),
                    Err(found) => {
                        violations.extend(found);
                        None
                    }
                }
            }
        };
        if let (Some(checksum), Some((_, Source::Bytes(inline)))) = (&checksum, &source)
            && checksum.contradicts(&sha256_of(&inline.bytes))
        {
            violations.add("value_error", at.key("checksum"), "the data does not have this SHA-256");
        }
        match source {
            Some((blob_type, source)) if violations.is_empty() => Ok(BlobInput {
                property: self.property,
                blob_type,
                metadata,
                source,
                key_prefix: self.key_prefix,
                checksum,
                canonicalize: self.canonicalize_source.unwrap_or(defaults.canonicalize_source),
                force_remirror: self.force_remirror.unwrap_or(defaults.force_remirror),
                at,
            }),
            _ => Err(violations),
        }
    }
}

fn read_source(
    data: Option<Value>,
    upload_id: Option<String>,
    blob_type: FieldType,
    field: &Field,
    s3_bucket: &str,
    at: &Path,
) -> std::result::Result<Source, Violations> {
    let refused = |kind, at: Path, message: &str| {
        let mut violations = Violations::new();
        violations.add(kind, at, message);
        Err(violations)
    };
    match (data, upload_id) {
        (Some(data), None) => Source::read(data, blob_type, field, s3_bucket, &at.key("data")),
        (None, Some(id)) => match UploadId::parse(&id) {
            Some(id) => Ok(Source::Upload(id)),
            None => {
                refused("string_pattern_mismatch", at.key("upload_id"), "must match ^upl_[a-zA-Z0-9_-]+$")
            }
        },
        (Some(_), Some(_)) => refused("value_error", at.key("upload_id"), "give data or upload_id, not both"),
        (None, None) => refused("missing", at.key("data"), "give data or upload_id"),
    }
}

fn check_metadata(metadata: &Map<String, Value>, at: &Path) -> Violations {
    let mut violations = crate::json::check_byte_len(metadata, MAX_METADATA_BYTES, at);
    for name in RESERVED_PROPERTIES.iter().filter(|name| metadata.contains_key(**name)) {
        violations.add("value_error", at.key(*name), "is written by the service and can't be set");
    }
    violations
}

impl BlobInput {
    /// The upload that has the bytes, if one has.
    pub fn upload_id(&self) -> Option<&UploadId> {
        match &self.source {
            Source::Upload(id) => Some(id),
            _ => None,
        }
    }

    /// Makes the stored blob, and the bytes that are to be written to its place first.
    ///
    /// `object` is the object that the write is for; `upload` the confirmed upload of
    /// [`Self::upload_id`], from the same bucket.
    pub fn into_blob(
        self,
        scope: &Scope,
        bucket: &Bucket,
        object: &ObjectId,
        upload: Option<&Upload>,
    ) -> Result<(Blob, Option<InlineBytes>)> {
        let declared = self.checksum.as_ref().map(Checksum::text);
        let mut blob = Blob::new(self.property, self.blob_type);
        blob.key_prefix = self.key_prefix;
        blob.properties = self.metadata;
        match self.source {
            Source::Bytes(inline) => {
                let hash = sha256_of(&inline.bytes);
                let extension = media::extension_for(media::essence(&inline.content_type));
                let filename =
                    inline.filename.clone().unwrap_or_else(|| format!("{}.{extension}", blob.property));
                let place = Place::for_inline(scope, &bucket.bucket_id, object, &blob.blob_id, &filename);
                blob.place = Some(place);
                blob.text = inline.text().filter(|text| text.len() <= MAX_ITEM_TEXT_BYTES).map(str::to_owned);
                blob.details = BlobDetails {
                    filename: Some(filename),
                    size_bytes: Some(inline.bytes.len() as u64),
                    mime_type: Some(inline.content_type.clone()),
                    hash: Some(declared.unwrap_or_else(|| hash.clone())),
                };
                blob.verified = Some(hash);
                blob.properties = merged(inline.properties.clone(), blob.properties);
                Ok((blob, Some(inline)))
            }
            Source::Url { url, content_type, filename, properties } => {
                blob.properties = merged(properties, blob.properties);
                let is_s3 = url.starts_with("s3://");
                let canonicalize = self.canonicalize && !is_s3;
                blob.mirror = canonicalize.then_some(MirrorState::Waiting);
                blob.reference =
                    Some(Reference { url, canonicalize, force_remirror: self.force_remirror && !is_s3 });
                blob.details =
                    BlobDetails { filename, size_bytes: None, mime_type: content_type, hash: declared };
                Ok((blob, None))
            }
            Source::Properties(properties) => {
                blob.properties = merged(properties, blob.properties);
                blob.details.hash = declared;
                Ok((blob, None))
            }
            Source::Upload(upload_id) => {
                let Some(upload) = upload else {
                    return Err(Error::internal("an upload reference was not resolved"));
                };
                check_fits(upload, &blob.property, &bucket.bucket_schema, &self.at)?;
                if let (Some(checksum), Some(verified)) = (&self.checksum, upload.content_identity())
                    && checksum.contradicts(&verified)
                {
                    let at = self.at.key("checksum");
                    return Err(Error::field("value_error", at, "the upload does not have this SHA-256"));
                }
                blob.fill_from(upload);
                if declared.is_some() {
                    blob.details.hash = declared;
                }
                blob.upload_id = Some(upload_id);
                Ok((blob, None))
            }
        }
    }
}

/// An upload's content type must fit the property that it is put into.
fn check_fits(upload: &Upload, property: &str, schema: &BucketSchema, at: &Path) -> Result<()> {
    let fits =
        schema.properties.get(property).is_some_and(|f| f.fits_mime(media::essence(&upload.content_type)));
    if fits {
        return Ok(());
    }
    let message = format!("the upload's content type {} does not fit '{property}'", upload.content_type);
    Err(Error::field("value_error", at.key("upload_id"), message))
}

/// The data's own properties under the blob's metadata, which wins.
fn merged(mut base: Map<String, Value>, over: Map<String, Value>) -> Map<String, Value> {
    base.extend(over);
    base
}

impl Blob {
    /// Takes place and details from a confirmed upload.
    pub(crate) fn fill_from(&mut self, upload: &Upload) {
        self.place = Some(upload.place.clone());
        self.upload_id = Some(upload.upload_id.clone());
        self.verified = upload.content_identity();
        let hash = upload.file_hash.as_ref().map(|hash| format!("sha256:{hash}"));
        self.details = BlobDetails {
            filename: Some(upload.filename.clone()),
            size_bytes: upload.stored_size_bytes,
            mime_type: Some(upload.content_type.clone()),
            hash: hash.or_else(|| upload.etag.as_ref().map(|etag| format!("etag:{etag}"))),
        };
    }
}
