//! Every way a request can fail: one enum, mapped to its HTTP status, type and code in one place.
//!
//! What a client reads is the message, the code and the details. What went wrong inside is the
//! [`Cause`], which can't be formatted by accident: only the wrapper in `shared/api` logs it.

use serde_json::{Map, Value, json};

use crate::id::{BatchId, ObjectId, TaskId, UploadId};
use crate::policy::Policy;
use crate::violation::{Path, Violations};

/// The result of everything that can fail here.
pub type Result<T> = std::result::Result<T, Error>;

/// What went wrong inside, for the log alone.
///
/// It has neither `Display` nor `Serialize`, so that it can't slip into an answer. Whoever builds one
/// keeps secrets out of it: an AWS error's code and message, never a URL, key or credential.
#[derive(Clone, PartialEq, Eq)]
pub struct Cause(String);

impl Cause {
    /// Notes what went wrong.
    pub fn new(text: impl Into<String>) -> Self {
        Self(text.into())
    }

    /// The text, for the log line of the request.
    pub fn for_log(&self) -> &str {
        &self.0
    }
}

impl std::fmt::Debug for Cause {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("Cause(..)")
    }
}

/// A resource of the contract, as a 404 and a 409 name it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Resource {
    /// A path that no operation has.
    Route,
    /// An API key.
    ApiKey,
    /// A namespace.
    Namespace,
    /// A bucket.
    Bucket,
    /// An upload.
    Upload,
    /// An object.
    Object,
    /// A batch.
    Batch,
    /// A task.
    Task,
}

impl Resource {
    /// The name in `details.resource`.
    pub fn name(self) -> &'static str {
        match self {
            Self::Route => "route",
            Self::ApiKey => "API key",
            Self::Namespace => "namespace",
            Self::Bucket => "bucket",
            Self::Upload => "upload",
            Self::Object => "object",
            Self::Batch => "batch",
            Self::Task => "task",
        }
    }
}

/// Every way a request can fail.
#[derive(Clone, Debug, PartialEq)]
#[non_exhaustive]
pub enum Error {
    /// The body isn't JSON, or isn't what the route reads at all.
    MalformedBody(String),
    /// No namespace was named and the deployment has no default.
    NamespaceRequired,
    /// The bucket has a unique key, and neither the request nor the bucket names a policy. Objects
    /// answer 400, confirm 422 (contract section 6).
    PolicyRequired {
        /// Whether the request confirms an upload.
        on_confirm: bool,
    },
    /// An object refers to an upload that isn't COMPLETED (contract section 17).
    UploadNotConfirmed {
        /// The upload.
        upload_id: UploadId,
        /// Its status.
        status: &'static str,
    },
    /// Confirm found no bytes, and the upload can still be written.
    FileNotUploaded(UploadId),
    /// Confirm found no bytes, and the presigned URL has expired.
    UploadExpired(UploadId),
    /// The ETag that the client named isn't the one that S3 has.
    EtagMismatch {
        /// What the client named.
        expected: String,
        /// What S3 has.
        actual: String,
    },
    /// The bytes aren't of the size that was declared.
    SizeMismatch {
        /// The declared size in bytes.
        expected: u64,
        /// The stored size in bytes.
        actual: u64,
    },
    /// The bytes don't have the `file_hash` that was declared.
    HashMismatch(UploadId),
    /// No key, or one that is unknown, expired or revoked. The message says the same for each.
    Unauthorized,
    /// The key is good, but lacks the permission.
    Forbidden {
        /// The permission that the route needs.
        permission: &'static str,
    },
    /// The key is bound to some namespaces, and could not use the one that it asks to make.
    KeyBound,
    /// The thing isn't there, or is another tenant's.
    NotFound {
        /// What was looked for.
        resource: Resource,
        /// Under which id or name.
        id: String,
    },
    /// Things that the body names aren't there, or are another tenant's.
    NoneOf {
        /// What was looked for.
        resource: Resource,
        /// The first one's id.
        id: String,
        /// Where each of them stands.
        places: Violations,
    },
    /// Policy `update` found no object with this unique key.
    KeyNotFound {
        /// The key's fields and values.
        unique_key: Map<String, Value>,
    },
    /// Policy `insert` found an object with this unique key.
    KeyConflict {
        /// That object.
        existing: ObjectId,
        /// The key's fields and values.
        unique_key: Map<String, Value>,
    },
    /// A name or a chosen id that must be unique is taken.
    NameTaken {
        /// What kind of thing has it.
        resource: Resource,
        /// The name.
        name: String,
    },
    /// The bucket or namespace is being deleted and takes no writes.
    Deleting {
        /// What it is.
        resource: Resource,
        /// Its id.
        id: String,
        /// The task that removes it.
        task_id: TaskId,
    },
    /// A change of a bucket's schema that stored objects may not fit, and that wasn't forced.
    SchemaBreak(Violations),
    /// The upload was cancelled.
    UploadCanceled(UploadId),
    /// The upload was confirmed, so that it can't be cancelled any more (contract section 17).
    UploadCompleted(UploadId),
    /// The state that a thing is in doesn't allow what is asked.
    WrongState {
        /// What it is.
        resource: Resource,
        /// Its id.
        id: String,
        /// Its status.
        status: &'static str,
        /// What follows from that, to be read after the thing: `can't be submitted`.
        why: &'static str,
    },
    /// A processor reports of an attempt at a batch that isn't the present one.
    StaleAttempt {
        /// The batch.
        batch_id: BatchId,
        /// The attempt that the report names.
        sent: u32,
        /// The present one.
        current: u32,
    },
    /// A processor reports of objects that have changed, are gone or were reported before: all of them.
    StaleReport(Violations),
    /// One or more fields are invalid.
    Invalid {
        /// What is wrong, field by field.
        violations: Violations,
        /// The fine-grained code, where the contract names one.
        code: Option<&'static str>,
    },
    /// The same idempotency key came with another body.
    IdempotencyKeyReuse,
    /// The whole request is over the platform's limit.
    RequestTooLarge {
        /// The limit in bytes.
        limit: u64,
    },
    /// A declared option of the contract that this deployment doesn't offer.
    NotEnabled {
        /// The option.
        field: &'static str,
        /// Why not.
        reason: &'static str,
    },
    /// What a request stored could not be handed to a processor, as it asked. It stays.
    NotSubmitted {
        /// The batch that may be there or not.
        batch_id: BatchId,
        /// Its objects, which are stored.
        object_ids: Vec<ObjectId>,
        /// The upload that was confirmed, if one was.
        upload_id: Option<UploadId>,
        /// What went wrong.
        cause: Cause,
    },
    /// Something inside failed and the outcome may be unknown: a client must not assume that nothing
    /// was stored.
    Internal(Cause),
    /// Something inside was throttled, busy or unreachable, and *nothing was stored*.
    Unavailable(Cause),
}

/// How long a client should wait after a 503, in seconds.
pub const RETRY_AFTER_SECONDS: u64 = 2;

impl Error {
    /// A 422 from what was found wrong.
    pub fn invalid(violations: Violations) -> Self {
        Self::Invalid { violations, code: None }
    }

    /// A 422 about one field.
    pub fn field(kind: &'static str, location: Path, message: impl Into<String>) -> Self {
        let mut violations = Violations::new();
        violations.add(kind, location, message);
        Self::invalid(violations)
    }

    /// An internal error from its cause.
    pub fn internal(cause: impl Into<String>) -> Self {
        Self::Internal(Cause::new(cause))
    }

    /// This failure as that of a request which has stored something before it: what would be a 503 says
    /// that nothing was.
    #[must_use]
    pub fn after_a_write(self) -> Self {
        match self {
            Self::Unavailable(cause) => Self::Internal(cause),
            other => other,
        }
    }

    /// A 404.
    pub fn not_found(resource: Resource, id: impl Into<String>) -> Self {
        Self::NotFound { resource, id: id.into() }
    }

    /// The HTTP status.
    pub fn status(&self) -> u16 {
        self.classify().0
    }

    /// `error.type` of the envelope.
    pub fn type_name(&self) -> &'static str {
        self.classify().1
    }

    /// `error.code` of the envelope.
    pub fn code(&self) -> Option<&'static str> {
        match self {
            Self::Invalid { code, violations } => code.or_else(|| {
                let forbidden = |v: &crate::Violation| v.kind == "extra_forbidden";
                violations.entries().iter().any(forbidden).then_some("extra_forbidden")
            }),
            other => other.classify().2,
        }
    }

    /// The one table of statuses, types (contract section 2.4) and codes.
    fn classify(&self) -> (u16, &'static str, Option<&'static str>) {
        match self {
            Self::MalformedBody(_) => (400, "BadRequestError", Some("malformed_body")),
            Self::NamespaceRequired => (400, "BadRequestError", Some("namespace_required")),
            Self::PolicyRequired { on_confirm: false } => (400, "BadRequestError", Some("policy_required")),
            Self::PolicyRequired { on_confirm: true } => (422, "ValidationError", Some("policy_required")),
            Self::UploadNotConfirmed { .. } => (400, "BadRequestError", Some("upload_not_confirmed")),
            Self::FileNotUploaded(_) => (400, "BadRequestError", Some("file_not_uploaded")),
            Self::UploadExpired(_) => (400, "BadRequestError", Some("upload_expired")),
            Self::EtagMismatch { .. } => (400, "BadRequestError", Some("etag_mismatch")),
            Self::SizeMismatch { .. } => (400, "BadRequestError", Some("size_mismatch")),
            Self::HashMismatch(_) => (400, "BadRequestError", Some("hash_mismatch")),
            Self::UploadCompleted(_) => (400, "BadRequestError", Some("upload_completed")),
            Self::WrongState { .. } => (400, "BadRequestError", Some("wrong_state")),
            Self::Unauthorized => (401, "UnauthorizedError", None),
            Self::Forbidden { .. } => (403, "ForbiddenError", Some("permission_missing")),
            Self::KeyBound => (403, "ForbiddenError", Some("key_bound")),
            Self::NotFound { .. } | Self::NoneOf { .. } => (404, "NotFoundError", None),
            Self::KeyNotFound { .. } => (404, "NotFoundError", Some("unique_key_not_found")),
            Self::KeyConflict { .. } => (409, "AlreadyExistsError", Some("unique_key_conflict")),
            Self::NameTaken { resource: Resource::Bucket, .. } => {
                (409, "AlreadyExistsError", Some("bucket_name_taken"))
            }
            Self::NameTaken { .. } => (409, "AlreadyExistsError", Some("name_taken")),
            Self::Deleting { resource: Resource::Namespace, .. } => {
                (409, "ConflictError", Some("namespace_deleting"))
            }
            Self::Deleting { .. } => (409, "ConflictError", Some("bucket_deleting")),
            Self::SchemaBreak(_) => (409, "ConflictError", Some("schema_break")),
            Self::UploadCanceled(_) => (409, "ConflictError", Some("upload_canceled")),
            Self::StaleAttempt { .. } => (409, "ConflictError", Some("stale_attempt")),
            Self::StaleReport(_) => (409, "ConflictError", Some("stale_report")),
            Self::RequestTooLarge { .. } => (413, "PayloadTooLargeError", Some("payload_too_large")),
            Self::Invalid { code, .. } => (422, "ValidationError", *code),
            Self::IdempotencyKeyReuse => (422, "ValidationError", Some("idempotency_key_reuse")),
            Self::NotEnabled { .. } => (422, "NotEnabledError", Some("not_enabled")),
            Self::NotSubmitted { .. } => (500, "InternalServerError", Some("not_submitted")),
            Self::Internal(_) => (500, "InternalServerError", None),
            Self::Unavailable(_) => (503, "UnavailableError", None),
        }
    }

    /// What people read: the field or thing, and the reason.
    pub fn message(&self) -> String {
        match self {
            Self::MalformedBody(reason) => format!("The request body is not valid: {reason}"),
            Self::NamespaceRequired => {
                "Name a namespace in the X-Namespace header or the namespace query parameter.".into()
            }
            Self::PolicyRequired { .. } => format!(
                "This bucket has a unique key: name a policy ({}) in the policy query parameter, or set \
                 unique_key.default_policy on the bucket.",
                Policy::NAMES.join(", ")
            ),
            Self::UploadNotConfirmed { upload_id, status } => {
                format!("Upload {upload_id} is {status}; confirm it before an object refers to it.")
            }
            Self::FileNotUploaded(id) => {
                format!(
                    "No file has arrived for upload {id}: PUT it to the presigned URL, then confirm again."
                )
            }
            Self::UploadExpired(id) => {
                format!("Upload {id} has expired without a file: create a new upload.")
            }
            Self::EtagMismatch { expected, actual } => {
                format!("etag: the stored file has ETag {actual}, not {expected}.")
            }
            Self::SizeMismatch { expected, actual } => {
                format!("file_size_bytes: the stored file has {actual} bytes, not {expected}.")
            }
            Self::HashMismatch(id) => {
                format!("file_hash: the file stored for upload {id} does not have the declared SHA-256.")
            }
            Self::Unauthorized => "A valid API key is required: Authorization: Bearer <key>.".into(),
            Self::Forbidden { permission } => {
                format!("This API key lacks the permission '{permission}'.")
            }
            Self::KeyBound => "This API key is bound to certain namespaces and can't make others.".into(),
            Self::NotFound { resource: Resource::Route, id } => format!("No operation answers {id}."),
            Self::NotFound { resource, id } => format!("No {} '{id}'.", resource.name()),
            Self::NoneOf { resource, id, places } => match places.entries().len() {
                ..=1 => format!("No {} '{id}'.", resource.name()),
                many => format!(
                    "No {} '{id}', nor {} more; see details.validation_errors.",
                    resource.name(),
                    many - 1
                ),
            },
            Self::KeyNotFound { .. } => "No object with this unique key exists.".into(),
            Self::KeyConflict { .. } => "An object with this unique key already exists.".into(),
            Self::NameTaken { resource, name } => {
                format!("A {} named '{name}' already exists.", resource.name())
            }
            Self::Deleting { resource, id, .. } => {
                format!("The {} {id} is being deleted and takes no writes.", resource.name())
            }
            Self::SchemaBreak(_) => "bucket_schema: stored objects may not fit this change; see \
                                     details.schema_breaks. Send force_schema_break=true to make it all the \
                                     same."
                .into(),
            Self::UploadCanceled(id) => format!("Upload {id} was canceled."),
            Self::UploadCompleted(id) => {
                format!(
                    "Upload {id} is COMPLETED and can't be canceled; delete the objects that refer to it."
                )
            }
            Self::WrongState { resource, id, status, why } => {
                format!("The {} {id} is {status} and {why}.", resource.name())
            }
            Self::StaleAttempt { batch_id, sent, current } => {
                format!("attempt: the batch {batch_id} is in attempt {current}, not {sent}.")
            }
            Self::StaleReport(places) => match places.entries() {
                [one] => format!("{}: {}.", one.location, one.message),
                many => {
                    format!("None of the {} reports is taken; see details.validation_errors.", many.len())
                }
            },
            Self::Invalid { violations, .. } => match violations.entries() {
                [one] => format!("{}: {}", one.location, one.message),
                many => format!("{} fields are invalid; see details.validation_errors.", many.len()),
            },
            Self::IdempotencyKeyReuse => {
                "idempotency_key: this key was used with another request body or policy.".into()
            }
            Self::RequestTooLarge { limit } => {
                format!("The request is over the limit of {limit} bytes: send large files as uploads.")
            }
            Self::NotEnabled { field, reason } => format!("{field}: not offered here; {reason}."),
            Self::NotSubmitted { .. } => {
                "What was sent is stored, but its batch could not be submitted: make one \
                                          of details.object_ids."
                    .into()
            }
            Self::Internal(_) => "Something went wrong inside; the outcome may be unknown.".into(),
            Self::Unavailable(_) => {
                "The service is busy and stored nothing: send the same request again.".into()
            }
        }
    }

    /// The same where there is no room for details: everything that is wrong, in one sentence.
    pub fn sentence(&self) -> String {
        match self {
            Self::Invalid { violations, .. } => violations.sentence(),
            other => other.message(),
        }
    }

    /// `error.details` of the envelope.
    pub fn details(&self) -> Option<Value> {
        match self {
            Self::NotFound { resource, id } => Some(json!({"resource": resource.name(), "id": id})),
            Self::NoneOf { resource, id, places } => {
                let mut details = listed("validation_errors", places);
                details["resource"] = json!(resource.name());
                details["id"] = json!(id);
                Some(details)
            }
            Self::KeyNotFound { unique_key } => Some(json!({"unique_key": unique_key})),
            Self::KeyConflict { existing, unique_key } => {
                Some(json!({"existing_object_id": existing, "unique_key": unique_key}))
            }
            Self::NameTaken { resource, name } => Some(json!({"resource": resource.name(), "name": name})),
            Self::Deleting { resource, id, task_id } => {
                Some(json!({"resource": resource.name(), "id": id, "task_id": task_id}))
            }
            Self::UploadNotConfirmed { upload_id, status } => {
                Some(json!({"upload_id": upload_id, "status": status}))
            }
            Self::WrongState { resource, id, status, .. } => {
                Some(json!({"resource": resource.name(), "id": id, "status": status}))
            }
            Self::FileNotUploaded(id)
            | Self::UploadExpired(id)
            | Self::HashMismatch(id)
            | Self::UploadCanceled(id)
            | Self::UploadCompleted(id) => Some(json!({"upload_id": id})),
            Self::EtagMismatch { expected, actual } => Some(json!({"expected": expected, "actual": actual})),
            Self::SizeMismatch { expected, actual } => Some(json!({"expected": expected, "actual": actual})),
            Self::Forbidden { permission } => Some(json!({"permission": permission})),
            Self::Invalid { violations, .. } => Some(listed("validation_errors", violations)),
            Self::StaleAttempt { batch_id, current, .. } => {
                Some(json!({"batch_id": batch_id, "attempt": current}))
            }
            Self::NotSubmitted { batch_id, object_ids, upload_id, .. } => Some(json!({
                "batch_id": batch_id,
                "object_id": object_ids.first(),
                "object_ids": object_ids,
                "upload_id": upload_id,
            })),
            Self::StaleReport(places) => Some(listed("validation_errors", places)),
            Self::SchemaBreak(breaks) => Some(listed("schema_breaks", breaks)),
            Self::RequestTooLarge { limit } => Some(json!({"limit_bytes": limit})),
            Self::NotEnabled { field, .. } => Some(json!({"field": field})),
            Self::Unavailable(_) => {
                Some(json!({"retryable": true, "retry_after_seconds": RETRY_AFTER_SECONDS}))
            }
            _ => None,
        }
    }

    /// What went wrong inside, if anything did.
    pub fn cause(&self) -> Option<&Cause> {
        match self {
            Self::Internal(cause) | Self::Unavailable(cause) | Self::NotSubmitted { cause, .. } => {
                Some(cause)
            }
            _ => None,
        }
    }

    /// The contract's error envelope (section 2.4).
    pub fn envelope(&self) -> Value {
        json!({
            "success": false,
            "status": self.status(),
            "error": {
                "message": self.message(),
                "type": self.type_name(),
                "code": self.code(),
                "details": self.details(),
            },
        })
    }
}

/// The violations under a name, as many as an answer should hold, and how many there are when that isn't
/// all.
fn listed(name: &str, violations: &Violations) -> Value {
    const MOST: usize = 100;
    let entries = violations.entries();
    if entries.len() <= MOST {
        return json!({ name: entries });
    }
    json!({ name: entries[..MOST], format!("{name}_total"): entries.len() })
}
