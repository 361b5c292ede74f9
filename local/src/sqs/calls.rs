//! What each call does.

use std::time::Duration;

use md5::{Digest as _, Md5};
use serde_json::{Value, json};
use stowage_domain::id::hex;
use tokio::time::{Instant, timeout_at};

use crate::relay::{Message, Relay};

/// The account in queues' URLs: there is none.
const ACCOUNT: &str = "000000000000";
/// What the queues' names start with.
const PREFIX: &str = "stowage-";

/// Why a call is refused.
pub(super) enum Refused {
    /// There is no such queue for consumers.
    NoQueue,
    /// The call isn't served here.
    Unknown,
    /// Something in it is wrong.
    Invalid(&'static str),
}

impl Refused {
    /// SQS's code, and what people read.
    pub(super) fn describe(&self) -> (&'static str, &'static str) {
        match self {
            Self::NoQueue => ("com.amazonaws.sqs#QueueDoesNotExist", "there is no such queue for consumers"),
            Self::Unknown => {
                ("com.amazonaws.sqs#UnsupportedOperation", "the local SQS serves consumers alone")
            }
            Self::Invalid(message) => ("com.amazon.coral.validate#ValidationException", message),
        }
    }
}

/// Does what a call asks for.
pub(super) async fn call(relay: &Relay, url: &str, action: &str, body: &Value) -> Result<Value, Refused> {
    if action == "GetQueueUrl" {
        let name = body["QueueName"].as_str().unwrap_or_default();
        queue_of(name)?;
        return Ok(json!({"QueueUrl": format!("{url}/{ACCOUNT}/{name}")}));
    }
    let name = body["QueueUrl"].as_str().and_then(|url| url.rsplit('/').next()).unwrap_or_default();
    let queue = queue_of(name)?;
    match action {
        "ReceiveMessage" => receive(relay, queue, body).await,
        "DeleteMessage" => {
            relay.delete_message(queue, &id_of(body)?).await;
            Ok(json!({}))
        }
        "DeleteMessageBatch" => {
            let entries = body["Entries"].as_array().map(Vec::as_slice).unwrap_or_default();
            let (mut done, mut failed) = (Vec::new(), Vec::new());
            for entry in entries {
                match id_of(entry) {
                    Ok(id) => {
                        relay.delete_message(queue, &id).await;
                        done.push(json!({"Id": entry["Id"]}));
                    }
                    Err(_) => failed.push(json!({"Id": entry["Id"], "Code": "ReceiptHandleIsInvalid",
                        "SenderFault": true})),
                }
            }
            Ok(json!({"Successful": done, "Failed": failed}))
        }
        "ChangeMessageVisibility" => {
            relay.hide_message(queue, &id_of(body)?, seconds(&body["VisibilityTimeout"], 0, 43_200)?);
            Ok(json!({}))
        }
        "GetQueueAttributes" => {
            let waiting = relay.message_bodies(queue).len().to_string();
            Ok(json!({"Attributes": {"ApproximateNumberOfMessages": waiting}}))
        }
        _ => Err(Refused::Unknown),
    }
}

/// The queue of a name: one that consumers outside may read.
fn queue_of(name: &str) -> Result<&str, Refused> {
    let queue = name.strip_prefix(PREFIX).ok_or(Refused::NoQueue)?;
    if Relay::is_for_consumers(queue) { Ok(queue) } else { Err(Refused::NoQueue) }
}

async fn receive(relay: &Relay, queue: &str, body: &Value) -> Result<Value, Refused> {
    let at_most = match &body["MaxNumberOfMessages"] {
        Value::Null => 1,
        given => match given.as_u64().and_then(|count| usize::try_from(count).ok()) {
            Some(count @ 1..=10) => count,
            _ => return Err(Refused::Invalid("MaxNumberOfMessages must be from 1 to 10")),
        },
    };
    let wait = seconds(&body["WaitTimeSeconds"], 0, 20)?;
    let visibility = seconds(&body["VisibilityTimeout"], relay.consumer_visibility().as_secs(), 43_200)?;
    let until = Instant::now() + wait;
    loop {
        let messages = relay.receive_messages(queue, at_most, visibility).await;
        if !messages.is_empty() || Instant::now() >= until {
            let shown: Vec<Value> = messages.iter().map(show).collect();
            return Ok(json!({"Messages": shown}));
        }
        let _ = timeout_at(until, relay.messages_changed(queue)).await; // it is looked again either way
    }
}

fn show(message: &Message) -> Value {
    json!({
        "MessageId": message.id,
        "ReceiptHandle": format!("{}.{}", message.id, message.received),
        "MD5OfBody": hex(&Md5::digest(message.body.as_bytes())),
        "Body": message.body,
        "Attributes": {"ApproximateReceiveCount": message.received.to_string()},
    })
}

/// The message that a receipt handle is of.
fn id_of(body: &Value) -> Result<String, Refused> {
    let handle = body["ReceiptHandle"].as_str().and_then(|handle| handle.split_once('.'));
    handle.map(|(id, _)| id.to_owned()).ok_or(Refused::Invalid("ReceiptHandle is not of this queue"))
}

fn seconds(value: &Value, default: u64, most: u64) -> Result<Duration, Refused> {
    match value {
        Value::Null => Ok(Duration::from_secs(default)),
        given => match given.as_u64().filter(|seconds| *seconds <= most) {
            Some(seconds) => Ok(Duration::from_secs(seconds)),
            None => Err(Refused::Invalid("a time is out of its range")),
        },
    }
}
