use serde_json::{Value, json};

use super::*;

const AT: i64 = 1_795_438_800_000;

fn read(old: &Value, new: &Value) -> Option<(&'static str, Value)> {
    let event = Event::read("e1", Timestamp::from_millis(AT), old.as_object(), new.as_object())?;
    Some((event.event_type.name(), event.detail))
}

fn object(version: u64) -> Value {
    json!({
        "kind": "object", "organisation_id": "org_5f0c1a7e93b2d468", "namespace_id": "ns_1c9e5a3f7b2d8046",
        "bucket_id": "bkt_4ac7093fe1d852b6907b3cd2", "object_id": "obj_00c1d2e3f405162738495a6b7c8d9e0f",
        "incarnation": "inc_00c1d2e3f4051627", "version": version, "status": "PENDING",
        "created_at": "2026-11-23T13:00:00.000Z", "updated_at": "2026-11-23T13:00:00.000Z",
        "f:email": "somebody@example.com", "unique_key": {"email": "somebody@example.com"},
        "blobs": [{"blob_id": "blob_5c9d2e7f1a3b4860", "property": "clip", "type": "video",
            "source": "https://user:secret@example.com/?token=1"}],
    })
}

fn upload(status: &str) -> Value {
    json!({
        "kind": "upload", "organisation_id": "org_5f0c1a7e93b2d468", "namespace_id": "ns_1c9e5a3f7b2d8046",
        "bucket_id": "bkt_4ac7093fe1d852b6907b3cd2", "upload_id": "upl_a1b2c3d4e5f60718293a4b5c",
        "incarnation": "inc_00c1d2e3f4051627", "status": status, "content_type": "video/mp4",
        "filename": "private.mp4", "created_at": "2026-11-23T13:00:00.000Z",
    })
}

fn batch(status: &str) -> Value {
    json!({
        "kind": "batch", "organisation_id": "org_5f0c1a7e93b2d468", "namespace_id": "ns_1c9e5a3f7b2d8046",
        "bucket_id": "bkt_4ac7093fe1d852b6907b3cd2", "batch_id": "btch_a1b2c3d4e5f60718293a4b5c", "version": 1,
        "status": status, "object_ids": ["obj_00c1d2e3f405162738495a6b7c8d9e0f"],
        "created_at": "2026-11-23T13:00:00.000Z", "updated_at": "2026-11-23T13:00:00.000Z",
    })
}

#[test]
fn an_objects_life_is_told() {
    let none = Value::Null;
    for (old, new, name) in [
        (&none, &object(1), "object.created"),
        (&object(1), &object(2), "object.updated"),
        (&object(2), &none, "object.deleted"),
    ] {
        let (told, detail) = read(old, new).expect("an event");
        assert_eq!(told, name);
        assert_eq!(detail["event_id"], "e1");
        assert_eq!(detail["schema_version"], SCHEMA_VERSION);
        assert_eq!(detail["object_id"], "obj_00c1d2e3f405162738495a6b7c8d9e0f");
        let text = detail.to_string();
        assert!(!text.contains("example.com"), "neither fields nor sources: {text}");
    }
    assert_eq!(read(&object(1), &object(1)), None);
}

#[test]
fn uploads_and_batches_are_told_where_they_come_to_a_state() {
    let none = Value::Null;
    let told = |old: &Value, new: &Value| read(old, new).map(|(name, _)| name);
    assert_eq!(told(&none, &upload("PENDING")), None);
    assert_eq!(told(&upload("PENDING"), &upload("COMPLETED")), Some("upload.completed"));
    assert_eq!(told(&upload("PENDING"), &upload("FAILED")), Some("upload.failed"));
    assert_eq!(told(&upload("PENDING"), &upload("CANCELED")), None);
    assert_eq!(told(&upload("COMPLETED"), &upload("COMPLETED")), None);
    assert_eq!(told(&upload("COMPLETED"), &none), None);
    assert_eq!(told(&none, &batch("DRAFT")), None);
    assert_eq!(told(&none, &batch("PENDING")), Some("batch.submitted"));
    assert_eq!(told(&batch("DRAFT"), &batch("PENDING")), Some("batch.submitted"));
    assert_eq!(told(&batch("PENDING"), &batch("IN_PROGRESS")), None);
    for end in ["COMPLETED", "COMPLETED_WITH_ERRORS", "FAILED", "CANCELED"] {
        assert_eq!(told(&batch("IN_PROGRESS"), &batch(end)), Some("batch.completed"), "{end}");
    }
    let (_, detail) = read(&upload("PENDING"), &upload("COMPLETED")).expect("an event");
    assert!(!detail.to_string().contains("private"), "{detail}");
}

#[test]
fn what_is_neither_has_no_events() {
    for kind in ["content", "claim", "removal", "turn", "task", "batch_listed"] {
        let mut item = object(1);
        item["kind"] = json!(kind);
        assert_eq!(read(&Value::Null, &item), None, "{kind}");
    }
    assert_eq!(read(&Value::Null, &json!({"pk": "x"})), None);
}
