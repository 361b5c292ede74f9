//! The Pipe's part: which records of `batches` are work for `run-task`.

use serde_json::Value;

/// Whether a record goes into the queue: a turn of a task begins.
pub(super) fn is_work(record: &Value) -> bool {
    record["eventName"] == "INSERT" && record["dynamodb"]["NewImage"]["kind"]["S"] == "turn"
}

/// Whether a record is about an object, which is what the event source mapping of `count-objects` lets
/// through.
pub(super) fn is_of_object(record: &Value) -> bool {
    is_of(record, &["object"])
}

/// Whether a record is about something that events tell of: the filter of the event source mappings of
/// `publish-events`.
pub(super) fn is_told(record: &Value) -> bool {
    is_of(record, &["object", "upload", "batch"])
}

/// Whether the item, before or after, is of one of these kinds.
fn is_of(record: &Value, kinds: &[&str]) -> bool {
    let images = &record["dynamodb"];
    ["NewImage", "OldImage"].iter().any(|image| kinds.iter().any(|kind| images[image]["kind"]["S"] == *kind))
}
