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

/// Most results of a page, and most that may be skipped before it (contract section 2.7).
pub const MAX_PAGE: u32 = 1000;
/// See [`MAX_PAGE`].
pub const MAX_OFFSET: u32 = 10_000;

/// Longest cursor in characters: it holds the start of each value that it sorts by.
pub const MAX_CURSOR_CHARS: usize = 10_000;

/// Most fields of one order, and the characters of a text by which it sorts: a cursor holds them.
pub const MAX_SORTS: usize = 5;
/// See [`MAX_SORTS`].
pub const MAX_SORT_CHARS: usize = 256;

/// Deepest nesting of a list's filter, most conditions in it, and most values in all of its lists: it
/// is evaluated on up to [`MAX_SCANNED`] records.
pub const MAX_FILTER_DEPTH: usize = 10;
/// See [`MAX_FILTER_DEPTH`].
pub const MAX_FILTER_CONDITIONS: usize = 100;
/// See [`MAX_FILTER_DEPTH`].
pub const MAX_FILTER_VALUES: usize = 1000;

/// Longest dotted name of a field in characters, longest search, and most fields to select.
pub const MAX_PATH_CHARS: usize = 256;
/// See [`MAX_PATH_CHARS`].
pub const MAX_SEARCH_CHARS: usize = 1000;
/// See [`MAX_PATH_CHARS`].
pub const MAX_SELECTED: usize = 200;

/// Most records that one page of a list reads, and most bytes of them as they are stored. With a filter
/// or search it is short then, and its cursor leads on.
pub const MAX_SCANNED: u32 = 1000;
/// See [`MAX_SCANNED`].
pub const MAX_SCANNED_BYTES: u64 = 4 * 1024 * 1024;

/// Most records, and most bytes of them, of a list that is sorted by anything but creation, or counted
/// by a filter: all of them are read for it.
pub const MAX_WHOLE: u32 = 1000;
/// See [`MAX_WHOLE`].
pub const MAX_WHOLE_BYTES: u64 = 8 * 1024 * 1024;

/// Most entries of a list that `include_total` counts: DynamoDB charges for each.
pub const MAX_COUNTED: u64 = 100_000;

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

/// How long the row that starts a turn of a task is kept, in seconds: 7 days. The stream has read it
/// long before; until then it shows what was to happen.
pub const TURN_SECONDS: i64 = 7 * 24 * 3600;

/// How long it is remembered that a bucket was removed, in seconds: 48 hours. A presigned URL may bring
/// bytes for 24 hours more, and they have to be found after that.
pub const TOMBSTONE_SECONDS: i64 = 48 * 3600;

/// Most objects of one batch create (contract section 8.4).
pub const MAX_BATCH_OBJECTS: usize = 100;

/// Most bytes of an answer that shows many objects, as they are transported: Lambda returns 6 MB.
pub const MAX_ANSWER_BYTES: usize = 5 * 1024 * 1024;

/// Most uploads of one batch create, and of one batch confirmation (contract section 7.5).
pub const MAX_BATCH_UPLOADS: usize = 100;

/// Most bytes that what the uploads of a batch share comes to, in all of them together: each has a copy,
/// which the function holds in memory and the answer shows.
pub const MAX_SHARED_BYTES: usize = 4 * 1024 * 1024;

/// How long it is remembered that a change has been counted, in seconds: 48 hours. A stream delivers a
/// change for 24.
pub const COUNTED_SECONDS: i64 = 48 * 3600;

/// How often `run-task` is handed a turn of a task before it goes to the dead letters; the template's
/// queue and the local one say the same.
pub const MAX_TASK_RECEIVES: u32 = 10;

/// The same for `auto-confirm` and S3's notifications.
pub const MAX_CONFIRM_RECEIVES: u32 = 5;

/// How often a processor is handed a batch before its message goes to the dead letters; the template's
/// queue says the same.
pub const MAX_PROCESSING_RECEIVES: u32 = 5;

/// Most objects of one batch: its record holds their ids.
pub const MAX_BATCH_MEMBERS: usize = 1000;

/// The highest `limit` of a batch that a filter gathers (contract section 9). It finds at most
/// [`MAX_BATCH_MEMBERS`].
pub const MAX_FILTERED_MEMBERS: u64 = 50_000;

/// Most of a bucket's objects that a batch's filter is held against: one request reads them all.
pub const MAX_FILTER_READS: u32 = 10_000;

/// Longest name of a batch in characters (contract section 9), and most collections that it names.
pub const MAX_BATCH_NAME_CHARS: usize = 256;
/// See [`MAX_BATCH_NAME_CHARS`].
pub const MAX_COLLECTIONS: usize = 100;

/// Most objects of one report of a processor: each is read and written.
pub const MAX_REPORTED: usize = 100;

/// Longest reason that a processor gives, in characters.
pub const MAX_REASON_CHARS: usize = 1000;

/// How long a batch may go without a report before it counts as given up, in seconds: 24 hours.
pub const UNREPORTED_SECONDS: i64 = 24 * 3600;

/// How long it is kept what was reported of a batch's objects, in seconds: 90 days. A further attempt
/// leaves out what is known to be completed.
pub const OUTCOME_SECONDS: i64 = 90 * 24 * 3600;

/// How long a batch may stay a draft, in seconds (contract section 9).
pub const DRAFT_SECONDS: i64 = 30 * 60;

/// How long a change is tried to be published, in seconds: half of the day after which a stream forgets it.
/// Then it is kept in S3.
pub const PUBLISH_FOR_SECONDS: i64 = 12 * 3600;

/// Most bytes of a source that is copied: as many as an upload may have.
pub const MAX_MIRROR_BYTES: u64 = MAX_UPLOAD_BYTES;

/// Most uploads and copies together that an object refers to when it is to share one more copy; further copies
/// are its own. Half of [`MAX_UPLOAD_REFERENCES`], so that a client may replace them by as many uploads in one
/// write.
pub const MAX_SHARED_COPIES: usize = MAX_UPLOAD_REFERENCES / 2;

/// How often `mirror-source` is handed an object before a source that can't be read counts as one that
/// never can; the template's queue says the same.
pub const MAX_MIRROR_RECEIVES: u32 = 6;

/// How long after its URL has expired an upload that nobody confirmed is given up, in seconds: a PUT that was
/// begun in time may still be going on.
pub const UPLOAD_GRACE_SECONDS: i64 = 3600;

/// How long bytes stay that no object refers to any more, in seconds: as long as a URL to read them is good.
pub const UNREFERENCED_SECONDS: i64 = 3600;

/// How long after its URL has expired an upload's place is looked at for the last time, in seconds: 24 hours. A
/// PUT that was begun in time is accepted however long it takes; of 5 GiB, at 64 kB a second.
pub const LATE_PUT_SECONDS: i64 = 24 * 3600;

/// How long after it was begun a multipart upload may still be going on, in seconds: 24 hours. Whoever begins
/// one has minutes.
pub const PARTS_SECONDS: i64 = 24 * 3600;

/// How long after anybody has worked on a task it counts as stuck, in seconds: 4 hours. Its queue tries a turn
/// for two and a half ([`MAX_TASK_RECEIVES`] times 15 minutes).
pub const STUCK_TASK_SECONDS: i64 = 4 * 3600;

/// How old bytes are before it is asked whose they are, in seconds: 24 hours. Whoever writes some has recorded
/// them within minutes.
pub const ORPHAN_SECONDS: i64 = 24 * 3600;

/// How long after all of S3 was looked through for bytes without a row it is again, in seconds: a day. It costs
/// a listing and the reads of all rows that have bytes.
pub const ORPHAN_ROUND_SECONDS: i64 = 24 * 3600;

/// How long after all sources that wait for their copies were looked for they are again, in seconds: a day. It
/// costs a scan of the objects.
pub const COPY_ROUND_SECONDS: i64 = 24 * 3600;

/// How long after a source was last tried it counts as forgotten, in seconds: 4 hours. Its queue tries for one
/// and a half ([`MAX_MIRROR_RECEIVES`] times 16 minutes).
pub const STUCK_COPY_SECONDS: i64 = 4 * 3600;

/// How long after all rows were looked through for bytes that are gone they are again, in seconds: four weeks.
/// It costs a scan, and a request to S3 for each of their bytes.
pub const LOST_ROUND_SECONDS: i64 = 28 * 24 * 3600;
