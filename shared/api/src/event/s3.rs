//! S3's notifications, as a queue brings them. Source: Amazon S3 User Guide, "Event message structure".

use std::borrow::Cow;

use serde_json::Value;

use super::record::Unreadable;

/// The keys that a notification says were written, in its order. S3's test event, which comes when the
/// notification is set up, says none; a deletion does neither.
pub fn created_keys(text: &str) -> Result<Vec<String>, Unreadable> {
    let message: Value = serde_json::from_str(text).map_err(|_| Unreadable("a body that is not JSON"))?;
    if message["Event"] == "s3:TestEvent" {
        return Ok(Vec::new());
    }
    let records = message["Records"].as_array().ok_or(Unreadable("no notification of S3"))?;
    let is_creation = |record: &&Value| {
        record["eventName"]
            .as_str()
            .is_some_and(|name| name.trim_start_matches("s3:").starts_with("ObjectCreated:"))
    };
    records.iter().filter(is_creation).map(key).collect()
}

/// The key is encoded like a form's field.
fn key(record: &Value) -> Result<String, Unreadable> {
    let sent = record["s3"]["object"]["key"].as_str().ok_or(Unreadable("a notification without a key"))?;
    let spaced = sent.replace('+', " ");
    percent_encoding::percent_decode_str(&spaced)
        .decode_utf8()
        .map(Cow::into_owned)
        .map_err(|_| Unreadable("a key that is not UTF-8"))
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    fn record(event: &str, key: &str) -> Value {
        json!({"eventName": event, "eventSource": "aws:s3", "s3": {"object": {"key": key, "size": 3}}})
    }

    #[test]
    fn keys_are_decoded_and_other_events_left_out() {
        let text = json!({"Records": [
            record("ObjectCreated:Put", "uploads/a+b/%C3%9C%2B.mp4"),
            record("ObjectRemoved:Delete", "uploads/c"),
            record("s3:ObjectCreated:CompleteMultipartUpload", "uploads/d"),
        ]});
        assert_eq!(created_keys(&text.to_string()).unwrap(), ["uploads/a b/Ü+.mp4", "uploads/d"]);
    }

    #[test]
    fn a_test_event_says_nothing_and_anything_else_is_unreadable() {
        let test = json!({"Service": "Amazon S3", "Event": "s3:TestEvent", "Bucket": "b"});
        assert_eq!(created_keys(&test.to_string()).unwrap(), [""; 0]);
        for (text, reason) in [
            ("x".to_owned(), "a body that is not JSON"),
            ("{}".to_owned(), "no notification of S3"),
            (
                json!({"Records": [{"eventName": "ObjectCreated:Put"}]}).to_string(),
                "a notification without a key",
            ),
            (json!({"Records": [record("ObjectCreated:Put", "%FF")]}).to_string(), "a key that is not UTF-8"),
        ] {
            assert_eq!(created_keys(&text).unwrap_err().0, reason);
        }
    }
}
