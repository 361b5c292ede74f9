//! Messages of an SQS queue. Source: AWS Lambda Developer Guide, "Using Lambda with Amazon SQS".

use serde_json::Value;

use super::record::{Record, Unreadable};

/// A message.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct QueueMessage {
    /// SQS's id of it.
    pub message_id: String,
    /// Its text.
    pub body: String,
    /// How often it has been received by now.
    pub received: u32,
}

impl Record for QueueMessage {
    const SOURCE: &'static str = "aws:sqs";
    const IN_ORDER: bool = false;

    fn id(record: &Value) -> Option<&str> {
        record["messageId"].as_str()
    }

    fn read(mut record: Value) -> Result<Self, Unreadable> {
        let message_id = Self::id(&record).ok_or(Unreadable("a message without an id"))?.to_owned();
        let received = record["attributes"]["ApproximateReceiveCount"].as_str();
        let received = received.and_then(|count| count.parse().ok()).unwrap_or(1);
        let Some(Value::String(body)) = record.get_mut("body").map(Value::take) else {
            return Err(Unreadable("a message without a body"));
        };
        Ok(Self { message_id, body, received })
    }

    fn attempt(&self) -> Option<u32> {
        Some(self.received)
    }
}
