//! The event bus: EventBridge's part, as far as publishing goes.
//!
//! It keeps the order in which events came, which EventBridge doesn't.

mod endpoint;

use std::fs::{File, OpenOptions};
use std::io::{self, Write as _};
use std::path::Path;
use std::sync::{Arc, Mutex, PoisonError};

use serde_json::{Value, json};
use stowage_api::clock;
use stowage_domain::id::random_hex;
use stowage_domain::time::Timestamp;

pub(crate) use endpoint::serve;

/// The name of the local bus.
pub const EVENT_BUS: &str = "stowage";
/// The file of the data directory that has every event, one a line.
pub(crate) const FILE: &str = "events.jsonl";

/// A bus that keeps what is put on it. Cheap to clone.
#[derive(Clone, Debug)]
pub struct EventBus {
    kept: Arc<Mutex<Kept>>,
}

/// Where events are kept: in a file, or in memory for a stack that keeps nothing.
#[derive(Debug)]
enum Kept {
    File(File),
    Memory(Vec<Value>),
}

impl EventBus {
    /// A bus over a file, or in memory.
    pub(crate) fn open(file: Option<&Path>) -> io::Result<Self> {
        let kept = match file {
            Some(path) => Kept::File(append_to(path)?),
            None => Kept::Memory(Vec::new()),
        };
        Ok(Self { kept: Arc::new(Mutex::new(kept)) })
    }

    /// Every event that a stack which keeps nothing has published, in their order.
    pub fn events(&self) -> Vec<Value> {
        match &*self.kept.lock().unwrap_or_else(PoisonError::into_inner) {
            Kept::Memory(events) => events.clone(),
            Kept::File(_) => Vec::new(),
        }
    }

    /// Takes an entry of `PutEvents`, and gives the event's own id. It is in the file when this returns.
    fn put(&self, entry: &Value, detail: &Value) -> io::Result<String> {
        let id = random_hex::<16>();
        let time = match entry["Time"].as_f64() {
            #[expect(clippy::cast_possible_truncation, reason = "a time in milliseconds fits")]
            Some(seconds) => Timestamp::from_millis((seconds * 1000.0).round() as i64),
            None => clock::now(),
        };
        let event = json!({
            "version": "0",
            "id": id,
            "detail-type": entry["DetailType"],
            "source": entry["Source"],
            "time": time,
            "region": crate::stack::REGION,
            "resources": [],
            "detail": detail,
        });
        match &mut *self.kept.lock().unwrap_or_else(PoisonError::into_inner) {
            Kept::File(file) => file.write_all(format!("{event}\n").as_bytes())?,
            Kept::Memory(events) => events.push(event),
        }
        Ok(id)
    }
}

/// Opens a file that only its owner can read, to add to its end.
fn append_to(path: &Path) -> io::Result<File> {
    let mut options = OpenOptions::new();
    options.create(true).append(true);
    #[cfg(unix)]
    std::os::unix::fs::OpenOptionsExt::mode(&mut options, 0o600);
    options.open(path)
}
