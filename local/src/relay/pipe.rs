//! The Pipe's part: which records of `batches` are work for `run-task`.

use serde_json::Value;

/// Whether a record goes into the queue: a turn of a task begins.
pub(super) fn is_work(record: &Value) -> bool {
    record["eventName"] == "INSERT" && record["dynamodb"]["NewImage"]["kind"]["S"] == "turn"
}

/// Whether a record is about an object, which is what the event source mapping of `count-objects` lets
/// through.
pub(super) fn is_of_object(record: &Value) -> bool {
    let images = &record["dynamodb"];
    ["NewImage", "OldImage"].iter().any(|image| images[image]["kind"]["S"] == "object")
}

/// Whether a record is about something that events tell of: the filter of the event source mappings of
/// `publish-events`.
pub(super) fn is_told(record: &Value) -> bool {
    let images = &record["dynamodb"];
    let kind = |image: &str| images[image]["kind"]["S"].as_str().unwrap_or_default().to_owned();
    ["NewImage", "OldImage"].iter().any(|image| matches!(kind(image).as_str(), "object" | "upload" | "batch"))
}
