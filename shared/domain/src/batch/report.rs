//! What processors report of a batch's objects (docs/PROCESSING.md).

use std::collections::HashSet;

use serde::{Deserialize, Serialize};

use super::{Batch, BatchProgress, BatchStatus};
use crate::id::{BatchId, ObjectId};
use crate::json::check_chars;
use crate::limits::{MAX_REASON_CHARS, MAX_REPORTED};
use crate::object::{ContentVersion, Object, ObjectStatus, Processed};
use crate::violation::{Path, Violations};
use crate::{Error, Result};

/// How far a processor is with an object.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Deserialize)]
#[cfg_attr(feature = "openapi", derive(schemars::JsonSchema))]
#[serde(rename_all = "SCREAMING_SNAKE_CASE")]
pub enum ReportedStatus {
    /// It has begun.
    InProgress,
    /// It is done.
    Completed,
    /// It can't be done.
    Failed,
}

impl From<ReportedStatus> for ObjectStatus {
    fn from(status: ReportedStatus) -> Self {
        match status {
            ReportedStatus::InProgress => Self::InProgress,
            ReportedStatus::Completed => Self::Completed,
            ReportedStatus::Failed => Self::Failed,
        }
    }
}

/// The body of a report.
#[derive(Clone, Debug, Deserialize)]
#[cfg_attr(feature = "openapi", derive(schemars::JsonSchema))]
#[serde(deny_unknown_fields)]
pub struct ReportRequest {
    /// The attempt that the report is for, as the event `batch.submitted` named it.
    #[cfg_attr(feature = "openapi", schemars(range(min = 1)))]
    pub attempt: u32,
    /// What became of objects; none where the whole batch is given up, or to say that work goes on.
    #[serde(default)]
    #[cfg_attr(feature = "openapi", schemars(length(max = MAX_REPORTED)))]
    pub objects: Vec<ObjectReportRequest>,
    /// Why the processor gives the batch up: objects that nothing final was reported of count as failed.
    #[serde(default)]
    #[cfg_attr(feature = "openapi", schemars(length(min = 1, max = MAX_REASON_CHARS)))]
    pub error: Option<String>,
}

/// What became of one object.
#[derive(Clone, Debug, Deserialize)]
#[cfg_attr(feature = "openapi", derive(schemars::JsonSchema))]
#[serde(deny_unknown_fields)]
pub struct ObjectReportRequest {
    /// The object, one of the batch's.
    #[cfg_attr(feature = "openapi", schemars(with = "ObjectId"))]
    pub object_id: String,
    /// The header `X-Content-Version` of the answer that the object was read from.
    pub content_version: String,
    /// How far it is.
    pub status: ReportedStatus,
    /// Why it can't be done: with FAILED, and only then.
    #[serde(default)]
    #[cfg_attr(feature = "openapi", schemars(length(min = 1, max = MAX_REASON_CHARS)))]
    pub error: Option<String>,
    /// Documents that came of it: with COMPLETED, and only then; 0 where none are named.
    #[serde(default)]
    pub document_count: Option<u64>,
}

/// A report, checked against its batch.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Report {
    /// What became of objects.
    pub objects: Vec<ObjectReport>,
    /// Why the batch is given up, if it is.
    pub given_up: Option<String>,
}

/// What became of one of the batch's objects.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ObjectReport {
    /// The object.
    pub object_id: ObjectId,
    /// The state of its content that was processed.
    pub content_version: ContentVersion,
    /// How far it is.
    pub status: ReportedStatus,
    /// Why it can't be done.
    pub error: Option<String>,
    /// Documents that came of it.
    pub document_count: u64,
}

impl ReportRequest {
    /// Checks a report against the batch that it is for: 409 if it is for another attempt, 400 if the
    /// batch never takes any, 422 if something in it is wrong.
    pub fn into_report(self, batch: &Batch) -> Result<Report> {
        let mut found = Violations::new();
        let at = Path::body().key("objects");
        if self.objects.len() > MAX_REPORTED {
            let message = format!("must have at most {MAX_REPORTED} entries, not {}", self.objects.len());
            found.add("too_long", at.clone(), message);
        }
        found.extend(check_reason(self.error.as_deref(), &Path::body().key("error")));
        let members: HashSet<&str> = batch.to_process().iter().map(ObjectId::as_str).collect();
        let (mut named, mut objects) = (HashSet::new(), Vec::with_capacity(self.objects.len()));
        for (position, object) in self.objects.into_iter().enumerate() {
            let at = at.index(position);
            if !members.contains(object.object_id.as_str()) {
                let message = "is not one of the objects that this attempt is to process";
                found.add("value_error", at.key("object_id"), message);
            } else if !named.insert(object.object_id.clone()) {
                found.add("value_error", at.key("object_id"), "is reported twice");
            }
            objects.extend(object.into_report(&at, &mut found));
        }
        batch.check_reported(self.attempt)?;
        found.into_result()?;
        Ok(Report { objects, given_up: self.error })
    }
}

impl ObjectReportRequest {
    fn into_report(self, at: &Path, found: &mut Violations) -> Option<ObjectReport> {
        found.extend(check_reason(self.error.as_deref(), &at.key("error")));
        match (self.status, &self.error) {
            (ReportedStatus::Failed, None) => {
                found.add("missing", at.key("error"), "say why the object could not be processed");
            }
            (ReportedStatus::InProgress | ReportedStatus::Completed, Some(_)) => {
                found.add("value_error", at.key("error"), "belongs to FAILED objects alone");
            }
            _ => {}
        }
        if self.document_count.is_some() && self.status != ReportedStatus::Completed {
            found.add("value_error", at.key("document_count"), "belongs to COMPLETED objects alone");
        }
        let content_version = ContentVersion::parse(&self.content_version);
        if content_version.is_none() {
            let message = "must be the X-Content-Version that the object was read with";
            found.add("string_pattern_mismatch", at.key("content_version"), message);
        }
        Some(ObjectReport {
            object_id: ObjectId::parse(&self.object_id)?,
            content_version: content_version?,
            status: self.status,
            error: self.error,
            document_count: self.document_count.unwrap_or_default(),
        })
    }
}

fn check_reason(reason: Option<&str>, at: &Path) -> Violations {
    reason.map_or_else(Violations::new, |reason| check_chars(reason, 1, MAX_REASON_CHARS, at))
}

/// What is kept of an object's final report, so that it counts once and a repeat finds its answer.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct MemberOutcome {
    /// The object.
    pub object_id: ObjectId,
    /// The attempt.
    pub attempt: u32,
    /// COMPLETED or FAILED.
    pub status: ObjectStatus,
    /// The state of the content that was processed.
    pub content_version: String,
    /// Why it could not be processed.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub error: Option<String>,
    /// Documents that came of it.
    pub document_count: u64,
    /// Whether the object was deleted before anything final was reported of it.
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub is_gone: bool,
}

/// Why a report of an object isn't taken.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
#[cfg_attr(feature = "openapi", derive(schemars::JsonSchema))]
#[serde(rename_all = "snake_case")]
pub enum Refusal {
    /// Another end of it was reported in this attempt.
    AlreadyReported,
    /// It changed since it was read.
    ContentChanged,
    /// It was deleted and made again since it was read.
    AnotherIncarnation,
    /// It was deleted; it counts as failed.
    ObjectDeleted,
}

impl Refusal {
    /// Its name in answers.
    pub fn code(self) -> &'static str {
        match self {
            Self::AlreadyReported => "already_reported",
            Self::ContentChanged => "content_changed",
            Self::AnotherIncarnation => "another_incarnation",
            Self::ObjectDeleted => "object_deleted",
        }
    }

    /// The same for people.
    pub fn message(self) -> &'static str {
        match self {
            Self::AlreadyReported => "another end was reported of this object in this attempt",
            Self::ContentChanged => "the object changed since it was read: read and process it again",
            Self::AnotherIncarnation => {
                "the object was deleted and made again since it was read: read and process it again"
            }
            Self::ObjectDeleted => "the object was deleted: it counts as failed",
        }
    }
}

/// What is to be done about a report of an object.
#[derive(Clone, Debug, PartialEq)]
pub enum Verdict {
    /// Nothing: it is recorded.
    Recorded,
    /// Nothing: it is refused.
    Refused(Refusal),
    /// This is to be recorded, all of it or nothing.
    Record(Box<Record>),
}

/// What a report changes.
#[derive(Clone, Debug, PartialEq)]
pub struct Record {
    /// What it makes of the object; `None` if that is gone or is so already.
    pub object: Option<Processed>,
    /// The end of it, if it is one.
    pub outcome: Option<MemberOutcome>,
    /// What the reporter is told, if it isn't that all is well.
    pub refusal: Option<Refusal>,
}

impl Batch {
    /// Refuses reports of another attempt than the present one, or of a batch that has none.
    fn check_reported(&self, attempt: u32) -> Result<()> {
        match self.status {
            BatchStatus::Draft => Err(self.refusal("was not submitted")),
            BatchStatus::Canceled => Err(self.refusal("takes no reports")),
            _ if attempt != self.attempt => Err(self.stale(attempt)),
            _ => Ok(()),
        }
    }

    /// The refusal of a report of an attempt that isn't the present one.
    pub fn stale(&self, sent: u32) -> Error {
        Error::StaleAttempt { batch_id: self.batch_id.clone(), sent, current: self.attempt }
    }

    /// What a report of an object comes to, with what is recorded of the object in the batch and the
    /// object itself, as far as they are there. An error if the attempt takes no reports any more.
    pub fn judge(
        &self,
        report: &ObjectReport,
        progress: &BatchProgress,
        recorded: Option<&MemberOutcome>,
        object: Option<&Object>,
    ) -> Result<Verdict> {
        if progress.attempt != self.attempt {
            return Err(Error::StaleAttempt {
                batch_id: self.batch_id.clone(),
                sent: self.attempt,
                current: progress.attempt,
            });
        }
        if let Some(recorded) = recorded.filter(|recorded| recorded.attempt == self.attempt) {
            return Ok(match recorded {
                gone if gone.is_gone => Verdict::Refused(Refusal::ObjectDeleted),
                same if report.is_of(same) => Verdict::Recorded,
                _ => Verdict::Refused(Refusal::AlreadyReported),
            });
        }
        if !progress.is_open {
            return Err(self.refusal("takes no reports any more"));
        }
        let Some(object) = object else {
            let outcome = Some(self.gone(report));
            let record = Record { object: None, outcome, refusal: Some(Refusal::ObjectDeleted) };
            return Ok(Verdict::Record(Box::new(record)));
        };
        let now = object.content_version();
        if now.incarnation != report.content_version.incarnation {
            return Ok(Verdict::Refused(Refusal::AnotherIncarnation));
        }
        if now.version != report.content_version.version {
            return Ok(Verdict::Refused(Refusal::ContentChanged));
        }
        let is_final = report.status != ReportedStatus::InProgress;
        let has_begun = object.is_in_progress_for(&self.batch_id)
            && object.processing.as_ref().is_some_and(|last| last.attempt == self.attempt);
        let record = Record {
            object: (is_final || !has_begun).then(|| self.processed(report)),
            outcome: is_final.then(|| self.outcome(report)),
            refusal: None,
        };
        Ok(Verdict::Record(Box::new(record)))
    }

    fn processed(&self, report: &ObjectReport) -> Processed {
        Processed {
            batch_id: self.batch_id.clone(),
            attempt: self.attempt,
            status: report.status.into(),
            error: report.error.clone(),
            document_count: (report.status == ReportedStatus::Completed).then_some(report.document_count),
        }
    }

    fn outcome(&self, report: &ObjectReport) -> MemberOutcome {
        MemberOutcome {
            object_id: report.object_id.clone(),
            attempt: self.attempt,
            status: report.status.into(),
            content_version: report.content_version.to_string(),
            error: report.error.clone(),
            document_count: report.document_count,
            is_gone: false,
        }
    }

    fn gone(&self, report: &ObjectReport) -> MemberOutcome {
        MemberOutcome {
            status: ObjectStatus::Failed,
            error: Some(Refusal::ObjectDeleted.message().to_owned()),
            document_count: 0,
            is_gone: true,
            ..self.outcome(report)
        }
    }
}

impl ObjectReport {
    /// Whether this is the report that was recorded.
    fn is_of(&self, recorded: &MemberOutcome) -> bool {
        recorded.status == ObjectStatus::from(self.status)
            && recorded.content_version == self.content_version.to_string()
            && recorded.error == self.error
            && recorded.document_count == self.document_count
    }
}

/// The answer to a report.
#[derive(Clone, Debug, Serialize)]
#[cfg_attr(feature = "openapi", derive(schemars::JsonSchema))]
pub struct ReportResponse {
    /// The batch.
    pub batch_id: BatchId,
    /// The attempt.
    pub attempt: u32,
    /// How far the batch is now.
    pub status: BatchStatus,
    /// Objects that nothing final was reported of.
    pub open_count: u64,
    /// Objects that were processed in this attempt.
    pub completed_count: u64,
    /// Objects that could not be.
    pub failed_count: u64,
    /// Documents that were reported in this attempt.
    pub document_count: u64,
    /// What became of the report, object by object, in its order.
    pub objects: Vec<ReportedRow>,
}

/// What became of the report of an object.
#[derive(Clone, Debug, Serialize)]
#[cfg_attr(feature = "openapi", derive(schemars::JsonSchema))]
#[cfg_attr(feature = "openapi", schemars(rename = "ReportedObject"))]
pub struct ReportedRow {
    /// The object.
    pub object_id: ObjectId,
    /// Whether it was taken.
    pub accepted: bool,
    /// Why not.
    pub code: Option<Refusal>,
    /// The same for people.
    pub message: Option<&'static str>,
}

impl ReportResponse {
    /// The answer; a 409 that names each object if every single one was refused.
    pub fn new(
        batch: &Batch,
        progress: &BatchProgress,
        report: &Report,
        refusals: &[Option<Refusal>],
    ) -> Result<Self> {
        if !refusals.is_empty() && refusals.iter().all(Option::is_some) {
            let (at, mut places) = (Path::body().key("objects"), Violations::new());
            for (position, refusal) in refusals.iter().flatten().enumerate() {
                places.add(refusal.code(), at.index(position), refusal.message());
            }
            return Err(Error::StaleReport(places));
        }
        let rows = report.objects.iter().zip(refusals).map(|(object, refusal)| ReportedRow {
            object_id: object.object_id.clone(),
            accepted: refusal.is_none(),
            code: *refusal,
            message: refusal.map(Refusal::message),
        });
        Ok(Self {
            batch_id: batch.batch_id.clone(),
            attempt: batch.attempt,
            status: batch.status,
            open_count: progress.left,
            completed_count: progress.completed,
            failed_count: progress.failed,
            document_count: progress.document_count,
            objects: rows.collect(),
        })
    }
}
