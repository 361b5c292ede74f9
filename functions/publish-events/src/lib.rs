//! Tells the world: changes of objects, uploads and batches, from the streams of their tables, become
//! events on the bus (docs/EVENTS.md).
//!
//! At least once. What the bus can't take now comes again with the stream; what it refuses, and what the
//! stream is about to forget, is kept as a whole in S3, for `stowage events replay`.

mod publish;

use serde_json::{Value, json};
use stowage_api::event::{Change, StreamRecord};
use stowage_api::{Deadline, EventFunction, Note};
use stowage_blobs::ports::KeepUndelivered;
use stowage_bus::PublishEvents as PutEvents;
use stowage_domain::Result;
use stowage_domain::event::Event;
use stowage_domain::limits::PUBLISH_FOR_SECONDS;
use stowage_domain::time::Timestamp;

/// The function, over the ports that it needs.
#[derive(Clone, Debug)]
pub struct PublishEvents<P, B> {
    bus: P,
    blobs: B,
}

impl<P, B> PublishEvents<P, B> {
    /// The function over a bus, and the blobs that keep what the bus refuses.
    pub fn new(bus: P, blobs: B) -> Self {
        Self { bus, blobs }
    }
}

/// The event that a record is, if anybody is told of it. What ends by its own time is not told: only
/// what never was finished does.
fn read(record: &StreamRecord) -> Option<Event> {
    if record.expired {
        return None;
    }
    Event::read(&record.event_id, record.at, record.old.as_ref(), record.new.as_ref())
}

impl<P: PutEvents, B: KeepUndelivered> EventFunction for PublishEvents<P, B> {
    const NAME: &'static str = "publish-events";
    type Record = StreamRecord;

    /// All together, for the sake of few calls.
    fn group(&self, _record: &StreamRecord) -> Option<String> {
        Some(String::new())
    }

    async fn handle(&self, records: &[StreamRecord], deadline: Deadline, note: &mut Note) -> Result<()> {
        let told = records.iter().filter_map(|record| Some((record, read(record)?)));
        let (told, events): (Vec<&StreamRecord>, Vec<Event>) = told.unzip();
        note.outcome = Some(if told.is_empty() { "nothing to tell" } else { "published" });
        // Boxed: unboxed, the handler's future is too large to lay out.
        let left = Box::pin(publish::all(&self.bus, &events, deadline)).await;
        let mut failed = None;
        for ((record, event), reason) in told.into_iter().zip(&events).zip(left) {
            match reason {
                None => {}
                Some(publish::Left::Failed(error)) if !is_forgotten_soon(record.at, deadline.now()) => {
                    failed = Some(error);
                }
                Some(_) => {
                    Box::pin(self.blobs.keep_undelivered(&event.event_id, kept(record, event))).await?;
                    note.outcome = Some("kept undelivered");
                }
            }
        }
        failed.map_or(Ok(()), Err)
    }
}

/// Whether the stream will soon have forgotten a record.
fn is_forgotten_soon(at: Timestamp, now: Timestamp) -> bool {
    at.plus_seconds(PUBLISH_FOR_SECONDS) <= now
}

/// What is kept of a record: the event, and the change as the stream had it.
fn kept(record: &StreamRecord, event: &Event) -> String {
    let change = match record.change {
        Change::Insert => "INSERT",
        Change::Modify => "MODIFY",
        Change::Remove => "REMOVE",
    };
    let record: Value = json!({"change": change, "keys": record.keys, "old": record.old, "new": record.new});
    let detail_type = event.event_type.name();
    json!({"detail_type": detail_type, "time": event.at, "detail": event.detail, "record": record})
        .to_string()
}
