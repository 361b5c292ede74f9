//! The line of an event's records that were handled together.

use std::collections::BTreeMap;
use std::sync::atomic::Ordering;
use std::time::Duration;

use serde::Serialize;
use serde_json::Value;
use stowage_domain::Error;
use stowage_domain::time::Timestamp;

use super::{Failure, Invocation, JSON, embedded_metrics, milliseconds, print};

/// The metrics, each with its unit.
const METRICS: [(&str, &str); 5] = [
    ("records", "Count"),
    ("duration_ms", "Milliseconds"),
    ("cold_starts", "Count"),
    ("errors", "Count"),
    ("throttles", "Count"),
];

/// What a handler learns of the records while it works on them, for their line.
#[derive(Clone, Debug, Default, Serialize)]
pub struct Note {
    /// Whose they are.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub organisation_id: Option<String>,
    /// Where they belong.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub namespace_id: Option<String>,
    /// The task that they are about.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub task_id: Option<String>,
    /// The upload that they are about.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub upload_id: Option<String>,
    /// What was made of them, in a word.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub outcome: Option<&'static str>,
    /// Why a refusal came of them: the code or type that a client would have been answered.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub reason: Option<&'static str>,
    /// What was counted on the way: a metric each.
    #[serde(flatten)]
    pub counted: BTreeMap<&'static str, u64>,
    /// What was found to be so, and is found again until somebody mends it: a metric each, of which the
    /// greatest counts and not the sum.
    #[serde(flatten)]
    pub standing: BTreeMap<&'static str, u64>,
    /// What failed by itself while the rest went on: the first of it.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub left: Vec<Left>,
}

/// Something that failed by itself.
#[derive(Clone, Debug, Serialize)]
pub struct Left {
    /// What it is.
    what: &'static str,
    /// Its id or key.
    id: String,
    #[serde(flatten)]
    failure: Failure,
}

impl Note {
    /// Most of [`Note::left`].
    const MOST_LEFT: usize = 10;

    /// Counts something more.
    pub fn count(&mut self, name: &'static str) {
        *self.counted.entry(name).or_default() += 1;
    }

    /// Notes that something failed by itself, and how many did: `left_over`.
    pub fn leave(&mut self, what: &'static str, id: &str, error: &Error) {
        *self.standing.entry("left_over").or_default() += 1;
        if self.left.len() < Self::MOST_LEFT {
            self.left.push(Left { what, id: id.to_owned(), failure: Failure::of(Some(error)) });
        }
    }
}

/// The line of records that are being handled.
#[derive(Debug, Serialize)]
pub(crate) struct EventLine {
    level: &'static str,
    message: &'static str,
    timestamp: Timestamp,
    service: &'static str,
    #[serde(flatten)]
    invocation: Invocation,
    event_source: &'static str,
    /// What the source calls the record; the first, if there are several.
    record_id: String,
    /// How often the record has been delivered, where the source tells.
    #[serde(skip_serializing_if = "Option::is_none")]
    attempt: Option<u32>,
    #[serde(flatten)]
    note: Note,
    #[serde(flatten)]
    failure: Failure,
    duration_ms: f64,
    #[serde(flatten)]
    counts: Counts,
    /// How CloudWatch is to read the metrics.
    #[serde(rename = "_aws")]
    metrics: Value,
    #[serde(skip)]
    throttles_before: u64,
}

/// The metrics beside `duration_ms`.
#[derive(Debug, Default, Serialize)]
struct Counts {
    records: usize,
    cold_starts: u8,
    errors: u8,
    throttles: u64,
}

impl EventLine {
    pub(crate) fn new(
        service: &'static str,
        invocation: Invocation,
        event_source: &'static str,
        record_id: &str,
        attempt: Option<u32>,
        now: Timestamp,
    ) -> Self {
        let counts = Counts { cold_starts: u8::from(invocation.cold_start), ..Counts::default() };
        Self {
            level: "INFO",
            message: "event",
            timestamp: now,
            service,
            invocation,
            event_source,
            record_id: record_id.to_owned(),
            attempt,
            note: Note::default(),
            failure: Failure::default(),
            duration_ms: 0.0,
            counts,
            metrics: Value::Null,
            throttles_before: stowage_store::throttles(),
        }
    }

    pub(crate) fn write(mut self, records: usize, note: Note, error: Option<&Error>, took: Duration) {
        self.level = match error {
            None => "INFO",
            Some(Error::Unavailable(_)) => "WARNING",
            Some(_) => "ERROR",
        };
        self.note = note;
        self.failure = Failure::of(error);
        self.duration_ms = milliseconds(took);
        self.counts.records = records;
        self.counts.errors = u8::from(error.is_some());
        self.counts.throttles = stowage_store::throttles().saturating_sub(self.throttles_before);
        if JSON.load(Ordering::Relaxed) {
            let counted = self.note.counted.keys().chain(self.note.standing.keys());
            let counted = counted.map(|name| (*name, "Count"));
            let metrics: Vec<(&str, &str)> = METRICS.into_iter().chain(counted).collect();
            self.metrics = embedded_metrics(self.timestamp, &metrics);
            print(&self);
        } else {
            self.trace();
        }
    }

    fn trace(&self) {
        macro_rules! line {
            ($level:ident) => {
                tracing::$level!(
                    target: "stowage::event",
                    service = self.service,
                    records = self.counts.records,
                    attempt = self.attempt,
                    duration_ms = self.duration_ms,
                    organisation_id = self.note.organisation_id,
                    namespace_id = self.note.namespace_id,
                    task_id = self.note.task_id,
                    upload_id = self.note.upload_id,
                    outcome = self.note.outcome,
                    reason = self.note.reason,
                    counted = ?self.note.counted,
                    standing = ?self.note.standing,
                    left = ?self.note.left,
                    error = self.failure.error,
                    cause = self.failure.cause,
                    "event"
                )
            };
        }
        match self.level {
            "ERROR" => line!(error),
            "WARNING" => line!(warn),
            _ => line!(info),
        }
    }
}
