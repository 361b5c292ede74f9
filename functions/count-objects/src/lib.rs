//! Keeps the counters of buckets and namespaces, and notes the bytes that updates replace, from the stream
//! of the `objects` table.
//!
//! Counting on the create path would make one item of each bucket the bottleneck of its writes. Here a
//! change is counted a moment later, once, however often and in whichever order the stream brings it.

use stowage_api::event::StreamRecord;
use stowage_api::{Deadline, EventFunction, Note};
use stowage_domain::Result;
use stowage_domain::counter::ObjectChange;
use stowage_domain::object::Replaced;
use stowage_store::ports;

/// The function, over the port that it needs.
#[derive(Clone, Debug)]
pub struct CountObjects<S> {
    store: S,
}

impl<S> CountObjects<S> {
    /// The function over a store.
    pub fn new(store: S) -> Self {
        Self { store }
    }
}

fn read(record: &StreamRecord) -> Option<ObjectChange> {
    ObjectChange::read(&record.event_id, record.old.as_ref(), record.new.as_ref())
}

impl<S: ports::CountObjects + ports::NoteReplaced> EventFunction for CountObjects<S> {
    const NAME: &'static str = "count-objects";
    type Record = StreamRecord;

    /// One bucket's changes go into one transaction; what is no object has no bucket.
    fn group(&self, record: &StreamRecord) -> Option<String> {
        Some(read(record).map_or_else(String::new, |change| change.bucket_id.to_string()))
    }

    async fn handle(&self, records: &[StreamRecord], deadline: Deadline, note: &mut Note) -> Result<()> {
        let changes: Vec<ObjectChange> = records.iter().filter_map(read).collect();
        let Some(ObjectChange { scope, bucket_id, .. }) = changes.first() else {
            note.outcome = Some("ignored");
            return Ok(());
        };
        note.organisation_id = Some(scope.organisation_id.to_string());
        note.namespace_id = Some(scope.namespace_id.to_string());
        for record in records {
            // Before they count: a change that is counted isn't looked at again.
            if let Some(replaced) = Replaced::read(record.old.as_ref(), record.new.as_ref()) {
                self.store.note_replaced(&replaced, record.at).await?;
            }
        }
        self.store.count_objects(scope, bucket_id, &changes, deadline.now()).await?;
        note.outcome = Some("counted");
        Ok(())
    }
}
