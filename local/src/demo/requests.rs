//! The bodies that the demonstration sends.

use serde_json::{Value, json};

use super::file::Sample;

/// A bucket in which `sku` identifies an object, with a field for the file.
pub(super) fn bucket(sample: &Sample) -> Value {
    json!({
        "bucket_name": "demo",
        "bucket_schema": {"properties": {
            "sku": {"type": "string", "required": true},
            "title": {"type": "string"},
            "rating": {"type": "integer"},
            "file": {"type": sample.field_type()},
            "notes": {"type": "text"},
        }},
        "unique_key": {"fields": ["sku"], "default_policy": "insert"},
    })
}

/// An upload of the file, of this size and hash and nothing else.
pub(super) fn upload(sample: &Sample) -> Value {
    json!({
        "filename": sample.name(),
        "content_type": sample.content_type(),
        "file_size_bytes": sample.size(),
        "file_hash": sample.sha256(),
        "blob_property": "file",
        "blob_type": sample.field_type(),
        "object_metadata": {"sku": "A1", "title": "First"},
    })
}

/// An object that has text of its own and the file of a confirmed upload.
pub(super) fn object_with_blobs(sample: &Sample, upload_id: &str) -> Value {
    json!({
        "sku": "B2",
        "title": "The same file again",
        "blobs": [
            {"property": "notes", "type": "text", "data": "Sent along with the request."},
            {"property": "file", "type": sample.field_type(), "upload_id": upload_id},
        ],
    })
}

/// An object with four things wrong.
pub(super) fn bad_object() -> Value {
    json!({
        "sku": "C3",
        "title": 7,
        "rating": "high",
        "blobs": [
            {"property": "nothing", "type": "text", "data": "x"},
            {"property": "notes", "type": "video", "data": "x"},
        ],
    })
}
