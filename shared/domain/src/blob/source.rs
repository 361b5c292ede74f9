//! The forms of a blob's `data` (contract section 8.1, "data formats", and section 17).

use serde_json::{Map, Value};

use super::{RESERVED_PROPERTIES, base64};
use crate::id::UploadId;
use crate::limits::{MAX_INLINE_BYTES, MAX_URL_CHARS};
use crate::media::{self, ContentType};
use crate::schema::{BucketSchema, Field, FieldType};
use crate::upload::check_filename;
use crate::violation::{Path, Violations};

type Read<T> = std::result::Result<T, Violations>;

/// Where a blob's content comes from.
#[derive(Clone, Debug, PartialEq)]
pub enum Source {
    /// Bytes in the request itself.
    Bytes(InlineBytes),
    /// A reference to bytes elsewhere, `http(s)` or `s3`.
    Url {
        /// The URL, as the client wrote it.
        url: String,
        /// The MIME type that the client named.
        content_type: Option<String>,
        /// The file name that the client named.
        filename: Option<String>,
        /// What else the client said of it.
        properties: Map<String, Value>,
    },
    /// A confirmed upload.
    Upload(UploadId),
    /// A JSON value without bytes, kept as the blob's properties.
    Properties(Map<String, Value>),
}

/// Bytes that came in a request, to be written to S3.
#[derive(Clone, Debug, PartialEq)]
pub struct InlineBytes {
    /// The decoded bytes, at most [`MAX_INLINE_BYTES`].
    pub bytes: Vec<u8>,
    /// Their MIME type.
    pub content_type: String,
    /// Their file name, if the client gave one.
    pub(super) filename: Option<String>,
    /// What else the client said of them.
    pub(super) properties: Map<String, Value>,
    is_text: bool,
}

impl InlineBytes {
    /// The bytes as text, when the client sent text.
    pub(super) fn text(&self) -> Option<&str> {
        if self.is_text { std::str::from_utf8(&self.bytes).ok() } else { None }
    }
}

fn refuse<T>(kind: &'static str, at: &Path, message: impl Into<String>) -> Read<T> {
    let mut violations = Violations::new();
    violations.add(kind, at.clone(), message);
    Err(violations)
}

impl Source {
    /// Reads `data`, whose forms depend on the blob's type.
    pub(super) fn read(
        data: Value,
        blob_type: FieldType,
        field: &Field,
        s3_bucket: &str,
        at: &Path,
    ) -> Read<Self> {
        match data {
            Value::String(text) if is_url(&text) => url(text, None, None, Map::new(), s3_bucket, at),
            Value::String(text) => match split_data_uri(&text) {
                Some((mime, encoded)) => {
                    let mime = if mime.is_empty() { "text/plain" } else { mime };
                    encoded_bytes(encoded, Some(mime), None, Map::new(), blob_type, at)
                }
                None => plain_string(text, blob_type, field, at),
            },
            Value::Object(map) => object(map, blob_type, field, s3_bucket, at),
            other => plain_value(other, blob_type, field, at),
        }
    }
}

/// Whether the contract reads this text as a URL.
fn is_url(text: &str) -> bool {
    ["http://", "https://", "s3://", "file://"].iter().any(|scheme| text.starts_with(scheme))
}

/// The MIME type and the base64 part of `data:<mime>;base64,<…>`.
fn split_data_uri(text: &str) -> Option<(&str, &str)> {
    let (head, encoded) = text.strip_prefix("data:")?.split_once(',')?;
    Some((head.strip_suffix(";base64")?, encoded))
}

fn plain_string(text: String, blob_type: FieldType, field: &Field, at: &Path) -> Read<Source> {
    if blob_type != FieldType::Text {
        return plain_value(Value::String(text), blob_type, field, at);
    }
    if base64::is_encoded_text(&text) {
        let message = "looks like base64; send the text itself, or {\"base64\": …}";
        return refuse("value_error", at, message);
    }
    inline(text.into_bytes(), "text/plain".to_owned(), None, Map::new(), true, at)
}

/// A JSON value that is the content itself: the property's type says what it must look like.
fn plain_value(value: Value, blob_type: FieldType, field: &Field, at: &Path) -> Read<Source> {
    if blob_type.is_file() {
        let message = format!(
            "for type {}, data must be a URL, a base64 data: URI, or an object with base64 or url",
            blob_type.name()
        );
        return refuse("value_error", at, message);
    }
    let declared = if field.field_type == blob_type { Some(field) } else { field.items.as_deref() };
    if let Some(declared) = declared {
        let found = BucketSchema::check_value(declared, &value, at);
        if !found.is_empty() {
            return Err(found);
        }
    }
    match value {
        Value::Object(properties) => properties_of(properties, at),
        scalar => Ok(Source::Properties(Map::from_iter([("value".to_owned(), scalar)]))),
    }
}

fn properties_of(map: Map<String, Value>, at: &Path) -> Read<Source> {
    Ok(Source::Properties(check_properties(map, at)?))
}

/// What else an object of `data` says is kept, unless it says where the bytes are.
fn check_properties(map: Map<String, Value>, at: &Path) -> Read<Map<String, Value>> {
    match RESERVED_PROPERTIES.iter().find(|name| map.contains_key(**name)) {
        Some(name) => refuse("value_error", &at.key(*name), "is written by the service and can't be set"),
        None => Ok(map),
    }
}

fn object(
    mut map: Map<String, Value>,
    blob_type: FieldType,
    field: &Field,
    s3_bucket: &str,
    at: &Path,
) -> Read<Source> {
    if map.contains_key("base64") {
        let encoded = take_string(&mut map, "base64", at)?.unwrap_or_default();
        let mime = take_string(&mut map, "mime_type", at)?;
        let filename = take_filename(&mut map, at)?;
        let rest = check_properties(map, at)?;
        return encoded_bytes(&encoded, mime.as_deref(), filename, rest, blob_type, &at.key("base64"));
    }
    // The seed's own request names the URL in `filename` (contract section 17).
    let url_key =
        if map.contains_key("url") { Some("url") } else { filename_url(&map).then_some("filename") };
    if let Some(url_key) = url_key {
        let text = take_string(&mut map, url_key, at)?.unwrap_or_default();
        let mime = take_string(&mut map, "mime_type", at)?;
        let filename = if url_key == "url" { take_filename(&mut map, at)? } else { None };
        if let Some(mime) = &mime {
            check_mime(mime, blob_type, &at.key("mime_type"))?;
        }
        let rest = check_properties(map, at)?;
        return url(text, mime, filename, rest, s3_bucket, &at.key(url_key));
    }
    if blob_type == FieldType::Text && map.contains_key("text") {
        let text = take_string(&mut map, "text", at)?.unwrap_or_default();
        let filename = take_filename(&mut map, at)?;
        let rest = check_properties(map, at)?;
        return inline(text.into_bytes(), "text/plain".to_owned(), filename, rest, true, &at.key("text"));
    }
    if blob_type == FieldType::Object && field.field_type == blob_type {
        return plain_value(Value::Object(map), blob_type, field, at);
    }
    properties_of(map, at)
}

fn filename_url(map: &Map<String, Value>) -> bool {
    map.get("filename").and_then(Value::as_str).is_some_and(is_url)
}

fn take_string(map: &mut Map<String, Value>, name: &str, at: &Path) -> Read<Option<String>> {
    match map.remove(name) {
        None | Some(Value::Null) => Ok(None),
        Some(Value::String(text)) => Ok(Some(text)),
        Some(_) => refuse("string_type", &at.key(name), "must be a string"),
    }
}

fn take_filename(map: &mut Map<String, Value>, at: &Path) -> Read<Option<String>> {
    let name = take_string(map, "filename", at)?;
    let found = name.as_ref().map_or_else(Violations::new, |name| check_filename(name, &at.key("filename")));
    if found.is_empty() { Ok(name) } else { Err(found) }
}

fn check_mime(mime: &str, blob_type: FieldType, at: &Path) -> Read<ContentType> {
    let parsed = ContentType::parse(mime, at)?;
    if blob_type.is_file() && !media::fits(parsed.essence(), blob_type) {
        return refuse("value_error", at, format!("{mime} does not fit type {}", blob_type.name()));
    }
    Ok(parsed)
}

fn encoded_bytes(
    encoded: &str,
    mime: Option<&str>,
    filename: Option<String>,
    properties: Map<String, Value>,
    blob_type: FieldType,
    at: &Path,
) -> Read<Source> {
    if !blob_type.is_file() {
        return refuse(
            "value_error",
            at,
            format!("type {} has no bytes; send the value itself", blob_type.name()),
        );
    }
    let content_type = match mime {
        Some(mime) => check_mime(mime, blob_type, at)?.to_string(),
        None if blob_type == FieldType::Text => "text/plain".to_owned(),
        None => "application/octet-stream".to_owned(),
    };
    // Four characters hold three bytes: refuse before decoding what can't fit.
    if encoded.len() / 4 * 3 > MAX_INLINE_BYTES + 3 {
        return too_large(at);
    }
    match base64::decode(encoded) {
        Some(bytes) => inline(bytes, content_type, filename, properties, false, at),
        None => refuse("value_error", at, "is not valid base64"),
    }
}

fn inline(
    bytes: Vec<u8>,
    content_type: String,
    filename: Option<String>,
    properties: Map<String, Value>,
    is_text: bool,
    at: &Path,
) -> Read<Source> {
    if bytes.len() > MAX_INLINE_BYTES {
        return too_large(at);
    }
    Ok(Source::Bytes(InlineBytes { bytes, content_type, filename, properties, is_text }))
}

/// The kind that [`crate::object`] turns into the contract's code `payload_too_large`.
pub(crate) const TOO_LARGE: &str = "payload_too_large";

fn too_large<T>(at: &Path) -> Read<T> {
    let message =
        format!("over {MAX_INLINE_BYTES} bytes; send it through POST …/uploads and refer to its upload_id");
    refuse(TOO_LARGE, at, message)
}

fn url(
    url: String,
    content_type: Option<String>,
    filename: Option<String>,
    properties: Map<String, Value>,
    s3_bucket: &str,
    at: &Path,
) -> Read<Source> {
    check_url(&url, s3_bucket, at)?;
    Ok(Source::Url { url, content_type, filename, properties })
}

/// Checks the form of a reference. Whether it can be fetched is for whoever fetches it.
fn check_url(url: &str, s3_bucket: &str, at: &Path) -> Read<()> {
    let Some((scheme, rest)) = url.split_once("://") else {
        return refuse("url_parsing", at, "must be an http, https or s3 URL");
    };
    if url.chars().count() > MAX_URL_CHARS {
        return refuse("url_too_long", at, format!("must have at most {MAX_URL_CHARS} characters"));
    }
    if url.chars().any(|c| c.is_control() || c.is_whitespace()) {
        return refuse("url_parsing", at, "must not contain spaces or control characters");
    }
    let authority = rest.split(['/', '?', '#']).next().unwrap_or_default();
    match scheme {
        "s3" => {
            let key =
                rest.strip_prefix(authority).and_then(|path| path.strip_prefix('/')).unwrap_or_default();
            if authority.is_empty() || key.is_empty() {
                refuse("url_parsing", at, "must be s3://bucket/key")
            } else if authority.eq_ignore_ascii_case(s3_bucket) {
                refuse("value_error", at, "must not name the service's own bucket; use upload_id")
            } else {
                Ok(())
            }
        }
        "http" | "https" if authority.is_empty() => refuse("url_parsing", at, "must name a host"),
        "http" | "https" if authority.contains('@') => {
            refuse("value_error", at, "must not carry a user name or password")
        }
        "http" | "https" => Ok(()),
        _ => refuse("url_scheme", at, "must be an http, https or s3 URL"),
    }
}
