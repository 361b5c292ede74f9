//! Events: what a deployment tells the world of its objects, uploads and batches (docs/EVENTS.md).
//!
//! An event is made from a change of an item, its images before and after as plain JSON. It has ids,
//! versions and states; never a custom field, a file's name or a URL, which consumers ask the API for.

mod detail;

use serde::Serialize;
use serde_json::{Map, Value};

use crate::time::Timestamp;
use detail::{BatchDetail, ObjectDetail, UploadDetail, shown};

/// The version of the details' form. Fields may be added to a version; none changes its meaning.
pub const SCHEMA_VERSION: u32 = 1;

/// An event's kind, as a rule names it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum EventType {
    /// An object is there that wasn't.
    ObjectCreated,
    /// An object changed: by a client, or by the report of its processing.
    ObjectUpdated,
    /// An object is gone.
    ObjectDeleted,
    /// An upload's bytes were confirmed.
    UploadCompleted,
    /// An upload was never confirmed in time.
    UploadFailed,
    /// A batch waits for its processor.
    BatchSubmitted,
    /// A batch came to an end; its status says which.
    BatchCompleted,
}

impl EventType {
    /// Its `detail-type` on the bus.
    pub fn name(self) -> &'static str {
        match self {
            Self::ObjectCreated => "object.created",
            Self::ObjectUpdated => "object.updated",
            Self::ObjectDeleted => "object.deleted",
            Self::UploadCompleted => "upload.completed",
            Self::UploadFailed => "upload.failed",
            Self::BatchSubmitted => "batch.submitted",
            Self::BatchCompleted => "batch.completed",
        }
    }
}

/// An event, ready for the bus.
#[derive(Clone, Debug, PartialEq)]
pub struct Event {
    /// The change that it tells of: the same whenever that is delivered, so that consumers can drop
    /// repeats.
    pub event_id: String,
    /// What happened.
    pub event_type: EventType,
    /// When.
    pub at: Timestamp,
    /// The `detail`, a JSON object.
    pub detail: Value,
}

/// What every detail has.
#[derive(Serialize)]
struct Detail<T> {
    schema_version: u32,
    event_id: String,
    occurred_at: Timestamp,
    #[serde(flatten)]
    of: T,
}

/// An item, as plain JSON.
type Image = Map<String, Value>;

impl Event {
    /// Reads a change of an item. `None` if nobody is told of it: pointers, claims and notes have no
    /// events, neither do changes that leave an upload or batch in its state.
    pub fn read(event_id: &str, at: Timestamp, old: Option<&Image>, new: Option<&Image>) -> Option<Self> {
        let kind = new.or(old)?.get("kind")?.as_str()?;
        let (event_type, of) = match kind {
            "object" => object(old, new)?,
            "upload" => upload(old, new)?,
            "batch" => batch(old, new)?,
            _ => return None,
        };
        let detail =
            Detail { schema_version: SCHEMA_VERSION, event_id: event_id.to_owned(), occurred_at: at, of };
        let detail = serde_json::to_value(detail).ok()?;
        Some(Self { event_id: event_id.to_owned(), event_type, at, detail })
    }
}

fn object(old: Option<&Image>, new: Option<&Image>) -> Option<(EventType, Value)> {
    let event_type = match (old, new) {
        (None, _) => EventType::ObjectCreated,
        (Some(_), None) => EventType::ObjectDeleted,
        // A version says that there is something new to see.
        (Some(old), Some(new)) if old.get("version") != new.get("version") => EventType::ObjectUpdated,
        _ => return None,
    };
    Some((event_type, shown::<ObjectDetail>(new.or(old)?)?))
}

fn upload(old: Option<&Image>, new: Option<&Image>) -> Option<(EventType, Value)> {
    let event_type = match reached(old, new)? {
        "COMPLETED" => EventType::UploadCompleted,
        "FAILED" => EventType::UploadFailed,
        _ => return None,
    };
    Some((event_type, shown::<UploadDetail>(new?)?))
}

fn batch(old: Option<&Image>, new: Option<&Image>) -> Option<(EventType, Value)> {
    let event_type = match reached(old, new)? {
        "PENDING" => EventType::BatchSubmitted,
        "COMPLETED" | "COMPLETED_WITH_ERRORS" | "FAILED" | "CANCELED" => EventType::BatchCompleted,
        _ => return None,
    };
    Some((event_type, BatchDetail::of(new?, event_type == EventType::BatchSubmitted)?))
}

/// The status that an item has come to by this change.
fn reached<'a>(old: Option<&Image>, new: Option<&'a Image>) -> Option<&'a str> {
    let status = |image: &'a Image| image.get("status")?.as_str();
    let now = status(new?)?;
    let before = old.and_then(|old| old.get("status")).and_then(Value::as_str);
    (before != Some(now)).then_some(now)
}

#[cfg(test)]
mod tests;
