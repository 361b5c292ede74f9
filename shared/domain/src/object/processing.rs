//! What a processor makes of an object (docs/PROCESSING.md).

use std::fmt;

use serde::{Deserialize, Serialize};

use super::{Object, ObjectStatus};
use crate::id::{BatchId, Incarnation};
use crate::time::Timestamp;

/// Which state of an object's content is meant: one life, and a version of it. Clients get it as
/// `{incarnation}.{version}`, and should not look into it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ContentVersion {
    /// The life.
    pub incarnation: Incarnation,
    /// The object's version when its content last changed.
    pub version: u64,
}

impl ContentVersion {
    /// The version that a client sent.
    pub fn parse(text: &str) -> Option<Self> {
        let (incarnation, version) = text.split_once('.')?;
        let is_plain = !version.is_empty() && version.bytes().all(|byte| byte.is_ascii_digit());
        let version = is_plain.then(|| version.parse().ok()).flatten()?;
        Some(Self { incarnation: Incarnation::parse(incarnation)?, version })
    }
}

impl fmt::Display for ContentVersion {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}.{}", self.incarnation, self.version)
    }
}

/// The last report that an object has of its processing.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Processing {
    /// The batch that it was for.
    pub batch_id: BatchId,
    /// Which attempt at the batch.
    pub attempt: u32,
    /// The object's version when its content last changed.
    pub content_version: u64,
    /// The object's version that the report made. A higher one now means that a client changed the
    /// object since.
    pub written_version: u64,
}

/// What a report makes of an object.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Processed {
    /// The batch that it is for.
    pub batch_id: BatchId,
    /// Which attempt at the batch.
    pub attempt: u32,
    /// How far the object is by it.
    pub status: ObjectStatus,
    /// Why it could not be processed.
    pub error: Option<String>,
    /// Documents that came of it; `None` leaves the number.
    pub document_count: Option<u64>,
}

impl Object {
    /// The state of its content now. Reports count as versions and change no content.
    pub fn content_version(&self) -> ContentVersion {
        let reported = self.processing.as_ref().filter(|last| last.written_version == self.version);
        ContentVersion {
            incarnation: self.incarnation.clone(),
            version: reported.map_or(self.version, |last| last.content_version),
        }
    }

    /// The object after a report. Who wrote it last stays: a create that is repeated knows its object
    /// by that.
    #[must_use]
    pub fn processed(&self, processed: &Processed, now: Timestamp) -> Self {
        let version = self.version + 1;
        Self {
            status: processed.status,
            error: processed.error.clone(),
            document_count: processed.document_count.unwrap_or(self.document_count),
            processing: Some(Processing {
                batch_id: processed.batch_id.clone(),
                attempt: processed.attempt,
                content_version: self.content_version().version,
                written_version: version,
            }),
            version,
            updated_at: now,
            ..self.clone()
        }
    }

    /// Whether a batch's processor has begun with it and has not come to an end.
    pub fn is_in_progress_for(&self, batch: &BatchId) -> bool {
        self.status == ObjectStatus::InProgress
            && self.processing.as_ref().is_some_and(|last| last.batch_id == *batch)
    }
}
