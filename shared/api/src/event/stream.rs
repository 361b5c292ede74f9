//! Records of a DynamoDB table's stream. Source: AWS Lambda Developer Guide, "Using Lambda with Amazon
//! DynamoDB", and the DynamoDB Streams API's `Record`.

use serde_json::{Map, Value};

use stowage_domain::time::Timestamp;

use super::attribute::plain_item;
use super::record::{Record, Unreadable};

/// What happened to an item.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Change {
    /// It was put where there was none.
    Insert,
    /// It was changed.
    Modify,
    /// It was removed, by a client or because its time was over.
    Remove,
}

/// A change of an item. Items are plain JSON here: attribute types are resolved.
#[derive(Clone, Debug, PartialEq)]
pub struct StreamRecord {
    /// Unique to this change; the same whenever it is delivered.
    pub event_id: String,
    /// What happened.
    pub change: Change,
    /// The item's key.
    pub keys: Map<String, Value>,
    /// The item before, unless it was inserted.
    pub old: Option<Map<String, Value>>,
    /// The item after, unless it was removed.
    pub new: Option<Map<String, Value>>,
    /// When it happened; streams tell whole seconds.
    pub at: Timestamp,
    /// Whether DynamoDB removed the item because its time was over.
    pub expired: bool,
}

impl Record for StreamRecord {
    const SOURCE: &'static str = "aws:dynamodb";
    const IN_ORDER: bool = true;

    fn id(record: &Value) -> Option<&str> {
        record["dynamodb"]["SequenceNumber"].as_str()
    }

    fn read(mut record: Value) -> Result<Self, Unreadable> {
        let Some(Value::String(event_id)) = record.get_mut("eventID").map(Value::take) else {
            return Err(Unreadable("a change without an id"));
        };
        let change = match record["eventName"].as_str() {
            Some("INSERT") => Change::Insert,
            Some("MODIFY") => Change::Modify,
            Some("REMOVE") => Change::Remove,
            _ => return Err(Unreadable("a change of an unknown kind")),
        };
        let image = |name: &str| match &record["dynamodb"][name] {
            Value::Null => Ok(None),
            item => plain_item(item).map(Some).ok_or(Unreadable("an item that is none")),
        };
        let (old, new) = (image("OldImage")?, image("NewImage")?);
        let keys = image("Keys")?.ok_or(Unreadable("a change without a key"))?;
        let seconds = record["dynamodb"]["ApproximateCreationDateTime"].as_f64().unwrap_or_default();
        #[expect(clippy::cast_possible_truncation, reason = "a time in milliseconds fits")]
        let at = Timestamp::from_millis((seconds * 1000.0) as i64);
        // Lambda writes it in another case than the stream itself.
        let user = &record["userIdentity"];
        let principal = user["principalId"].as_str().or_else(|| user["PrincipalId"].as_str());
        let expired = change == Change::Remove && principal == Some("dynamodb.amazonaws.com");
        Ok(Self { event_id, change, keys, old, new, at, expired })
    }
}

impl StreamRecord {
    /// Reads the copy of a record that an EventBridge Pipe sends on as a message's body.
    pub fn from_text(text: &str) -> Result<Self, Unreadable> {
        let record = serde_json::from_str(text).map_err(|_| Unreadable("a body that is not JSON"))?;
        Self::read(record)
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    #[test]
    fn a_change_is_read_with_its_items() {
        let record = json!({
            "eventID": "c4ca4238", "eventName": "MODIFY", "eventVersion": "1.1",
            "eventSource": "aws:dynamodb", "awsRegion": "us-east-1",
            "dynamodb": {
                "ApproximateCreationDateTime": 1_479_499_740, "Keys": {"pk": {"S": "a"}},
                "OldImage": {"pk": {"S": "a"}, "n": {"N": "1"}},
                "NewImage": {"pk": {"S": "a"}, "n": {"N": "2"}},
                "SequenceNumber": "4421584500000000017450439091", "SizeBytes": 26,
                "StreamViewType": "NEW_AND_OLD_IMAGES"
            }
        });
        assert_eq!(StreamRecord::id(&record), Some("4421584500000000017450439091"));
        let read = StreamRecord::from_text(&record.to_string()).unwrap();
        assert_eq!(read.change, Change::Modify);
        assert_eq!(Value::from(read.keys), json!({"pk": "a"}));
        assert_eq!(read.old.unwrap()["n"], 1);
        assert_eq!(read.new.unwrap()["n"], 2);
        assert_eq!((read.at.seconds(), read.expired), (1_479_499_740, false));
    }

    #[test]
    fn what_is_no_change_says_why() {
        for (record, reason) in [
            (json!({}), "a change without an id"),
            (json!({"eventID": "1", "eventName": "DROP"}), "a change of an unknown kind"),
            (json!({"eventID": "1", "eventName": "INSERT"}), "a change without a key"),
            (
                json!({"eventID": "1", "eventName": "INSERT", "dynamodb": {"Keys": {"pk": "a"}}}),
                "an item that is none",
            ),
        ] {
            assert_eq!(StreamRecord::read(record).unwrap_err().0, reason);
        }
    }
}
