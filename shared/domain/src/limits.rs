//! Stowage's limits, in one place, each with the reason for its value.

/// Most root fields of one request: an update sets each one, and an expression holds about 300 names.
/// Updates may add others; what an object holds in all is bounded by DynamoDB's 400 KB.
pub const MAX_ROOT_FIELDS: usize = 200;

/// Most bytes of an object's root fields, as JSON: a DynamoDB item holds 400 KB with all else in it.
pub const MAX_FIELDS_BYTES: usize = 300 * 1024;

/// Deepest nesting of a custom field: DynamoDB refuses more than 32 levels of lists and maps, of
/// which the item's own wrapping takes one.
pub const MAX_NESTING: usize = 31;

/// Longest text, in bytes, that stays in the object's item; longer text is in S3 alone.
pub const MAX_ITEM_TEXT_BYTES: usize = 8 * 1024;

/// Most decoded bytes of one inline blob: Lambda takes 6 MB of request, in which base64 and JSON
/// leave about 4 MiB for the bytes themselves.
pub const MAX_INLINE_BYTES: usize = 4 * 1024 * 1024;

/// Largest upload in bytes: S3's limit for one PUT.
pub const MAX_UPLOAD_BYTES: u64 = 5 * 1024 * 1024 * 1024;

/// Most properties of a schema, nested ones included (contract section 5).
pub const MAX_SCHEMA_PROPERTIES: usize = 256;

/// Deepest nesting of a schema's `items` and `properties` (contract section 5).
pub const MAX_SCHEMA_DEPTH: usize = 8;

/// Most bytes of a schema, as JSON: the bucket's item holds it.
pub const MAX_SCHEMA_BYTES: usize = 200 * 1024;

/// Most bytes of a free `metadata` object on a bucket, blob or upload, as JSON.
pub const MAX_METADATA_BYTES: usize = 64 * 1024;

/// Most characters of a string that is a unique-key value (contract section 6).
pub const MAX_KEY_CHARS: usize = 255;

/// Most blobs of one object: each takes up to a few hundred bytes of its item.
pub const MAX_BLOBS: usize = 100;

/// Most different uploads that an object may refer to, and that one write may start or stop referring
/// to: DynamoDB's transactions hold 100 actions, a few of which are the object and what else changes
/// with it. So an object's deletion is one transaction, too.
pub const MAX_UPLOAD_REFERENCES: usize = 90;

/// Most edges of one object.
pub const MAX_EDGES: usize = 100;

/// Longest `key_prefix` in characters.
pub const MAX_KEY_PREFIX_CHARS: usize = 1024;

/// Longest source URL in characters.
pub const MAX_URL_CHARS: usize = 8192;

/// Bounds of `presigned_url_expiration` in seconds, and its default (contract section 7.1).
pub const UPLOAD_EXPIRATION_SECONDS: std::ops::RangeInclusive<u32> = 60..=86_400;
/// `presigned_url_expiration` when the request names none, in seconds.
pub const DEFAULT_UPLOAD_EXPIRATION_SECONDS: u32 = 3600;

/// How long a record of an upload that was never confirmed is kept after it expired, in days.
pub const UNCONFIRMED_UPLOAD_DAYS: i64 = 30;

/// How long an idempotency claim of a unique-key bucket is honoured, in seconds: 24 hours.
pub const IDEMPOTENCY_CLAIM_SECONDS: i64 = 24 * 3600;

/// Most bytes of inline text that one object's item keeps beside its S3 copies.
pub const MAX_ITEM_TEXTS_BYTES: usize = 48 * 1024;

/// Most bytes of an object's blobs and edges as JSON: what the custom fields leave of the item.
pub const MAX_BLOBS_BYTES: usize = 90 * 1024;

/// Most bytes of a bucket's or namespace's name: DynamoDB's sort key holds 1,024, prefix included.
pub const MAX_NAME_BYTES: usize = 1000;

/// Longest file name in characters (contract section 7.1).
pub const MAX_FILENAME_CHARS: usize = 255;

/// Most objects of one batch create (contract section 8.4).
pub const MAX_BATCH_OBJECTS: usize = 100;

/// Most bytes of an answer that shows many objects, as they are transported: Lambda returns 6 MB.
pub const MAX_ANSWER_BYTES: usize = 5 * 1024 * 1024;
