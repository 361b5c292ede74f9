//! The event bus: EventBridge's part, as far as publishing goes.
//!
//! It keeps the order in which events came, which EventBridge doesn't.

mod endpoint;

use std::fs::{File, OpenOptions};
use std::io::{self, Read as _, Seek as _, SeekFrom, Write as _};
use std::path::{Path, PathBuf};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use serde_json::{Value, json};
use stowage_api::clock;
use stowage_domain::id::random_hex;
use stowage_domain::time::Timestamp;
use tokio::sync::watch;

pub(crate) use endpoint::serve;

/// The name of the local bus.
pub const EVENT_BUS: &str = "stowage";
/// The file of the data directory that has every event, one a line.
pub(crate) const FILE: &str = "events.jsonl";

/// A bus that keeps what is put on it. Cheap to clone.
#[derive(Clone, Debug)]
pub struct EventBus {
    kept: Arc<Mutex<Kept>>,
    /// Raised with each event.
    written: watch::Sender<u64>,
}

/// Where events are kept: in a file, or in memory for a stack that keeps nothing.
#[derive(Debug)]
enum Kept {
    File { file: File, path: PathBuf },
    Memory(Vec<Value>),
}

impl EventBus {
    /// A bus over a file, or in memory.
    pub(crate) fn open(file: Option<&Path>) -> io::Result<Self> {
        let kept = match file {
            Some(path) => Kept::File { file: append_to(path)?, path: path.to_owned() },
            None => Kept::Memory(Vec::new()),
        };
        Ok(Self { kept: Arc::new(Mutex::new(kept)), written: watch::Sender::new(0) })
    }

    /// Every event that a stack which keeps nothing has published, in their order.
    pub fn events(&self) -> Vec<Value> {
        match &*self.lock() {
            Kept::Memory(events) => events.clone(),
            Kept::File { .. } => Vec::new(),
        }
    }

    fn lock(&self) -> MutexGuard<'_, Kept> {
        self.kept.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Changes with each event that comes.
    pub(crate) fn written(&self) -> watch::Receiver<u64> {
        self.written.subscribe()
    }

    /// The events behind a position, 0 for the first, and the position behind them.
    pub(crate) fn after(&self, position: u64) -> io::Result<(Vec<Value>, u64)> {
        match &*self.lock() {
            Kept::Memory(events) => {
                let from = usize::try_from(position).unwrap_or(usize::MAX).min(events.len());
                Ok((events[from..].to_vec(), events.len() as u64))
            }
            Kept::File { path, .. } => {
                let mut file = File::open(path)?;
                // A file that somebody emptied begins anew.
                let position = if file.metadata()?.len() < position { 0 } else { position };
                file.seek(SeekFrom::Start(position))?;
                let mut text = String::new();
                file.read_to_string(&mut text)?;
                // Of a line whose end is missing, the process ended before it answered.
                let whole = text.rfind('\n').map_or("", |end| &text[..=end]);
                let events = whole.lines().filter_map(|line| serde_json::from_str(line).ok());
                Ok((events.collect(), position + whole.len() as u64))
            }
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
        match &mut *self.lock() {
            Kept::File { file, .. } => file.write_all(format!("{event}\n").as_bytes())?,
            Kept::Memory(events) => events.push(event),
        }
        self.written.send_modify(|written| *written += 1);
        Ok(id)
    }
}

/// Opens a file that only its owner can read, to add to its end.
fn append_to(path: &Path) -> io::Result<File> {
    let mut options = OpenOptions::new();
    options.create(true).append(true);
    #[cfg(unix)]
    std::os::unix::fs::OpenOptionsExt::mode(&mut options, 0o600);
    let mut file = options.open(path)?;
    end_last_line(path, &mut file)?;
    Ok(file)
}

/// Ends a line that a killed process left unfinished, so that the next event has one of its own.
fn end_last_line(path: &Path, file: &mut File) -> io::Result<()> {
    let mut reader = File::open(path)?;
    if reader.seek(SeekFrom::End(0))? == 0 {
        return Ok(());
    }
    reader.seek(SeekFrom::End(-1))?;
    let mut last = [0];
    reader.read_exact(&mut last)?;
    if last == *b"\n" { Ok(()) } else { file.write_all(b"\n") }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn put(bus: &EventBus, n: u64) {
        let entry = json!({"Source": "stowage", "DetailType": "object.created"});
        bus.put(&entry, &json!({"n": n})).unwrap();
    }

    #[test]
    fn events_are_read_from_a_position_on_and_outlast_a_torn_line() {
        let directory = tempfile::tempdir().unwrap();
        let path = directory.path().join(FILE);
        let bus = EventBus::open(Some(&path)).unwrap();
        put(&bus, 1);
        let (events, position) = bus.after(0).unwrap();
        assert_eq!(events[0]["detail"]["n"], 1);
        assert_eq!(bus.after(position).unwrap(), (Vec::new(), position));
        // The process is killed while it writes.
        append_to(&path).unwrap().write_all(b"{\"torn\":").unwrap();
        assert_eq!(bus.after(position).unwrap(), (Vec::new(), position));
        let bus = EventBus::open(Some(&path)).unwrap();
        put(&bus, 2);
        let (events, _) = bus.after(position).unwrap();
        assert_eq!(events.iter().map(|event| &event["detail"]["n"]).collect::<Vec<_>>(), [&json!(2)]);
    }
}
