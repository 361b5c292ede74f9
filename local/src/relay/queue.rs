//! The queue before `run-task`: SQS's part, and Lambda's.

use std::sync::Arc;

use serde_json::{Value, json};
use stowage_domain::limits::MAX_TASK_RECEIVES;
use tokio::sync::watch;
use tokio::task::JoinSet;
use tokio::time::Duration;

use super::Shared;
use super::state::Message;
use crate::gateway::stopped;

/// The function that the queue feeds.
pub(super) const FUNCTION: &str = "run-task";
/// Most messages of one event: SQS's default for an event source mapping.
const BATCH: usize = 10;
/// Nothing is hidden: whatever comes will say so.
const NOTHING_HIDDEN: Duration = Duration::from_hours(1);

/// Delivers messages until `stop` turns true. What is in flight then is received again by the next
/// start: as after a Lambda environment that was killed.
pub(super) async fn work(shared: Arc<Shared>, stop: watch::Receiver<bool>) {
    let mut flights = JoinSet::new();
    let mut stop = std::pin::pin!(stopped(stop));
    loop {
        let messages = if shared.options.hold_queue { Vec::new() } else { shared.kept.receive(BATCH) };
        if !messages.is_empty() {
            let shared = Arc::clone(&shared);
            flights.spawn(async move { shared.deliver_messages(messages).await });
            continue;
        }
        tokio::select! {
            () = &mut stop => break,
            Some(_) = flights.join_next() => {}
            () = shared.queued.notified() => {}
            () = tokio::time::sleep(shared.kept.next_visible().unwrap_or(NOTHING_HIDDEN)) => {}
        }
    }
    flights.shutdown().await;
}

impl Shared {
    async fn deliver_messages(&self, messages: Vec<Message>) {
        let records: Vec<Value> = messages.iter().map(Message::to_record).collect();
        let timeout = self.options.task_timeout;
        let answer = self.functions.deliver(FUNCTION, json!({"Records": records}), timeout).await;
        let failed = |message: &Message| match &answer {
            Ok(answer) => answer["batchItemFailures"]
                .as_array()
                .is_some_and(|failures| failures.iter().any(|failed| failed["itemIdentifier"] == message.id)),
            Err(_) => true,
        };
        if let Err(error) = &answer {
            tracing::error!(function = FUNCTION, error, "a function failed");
        }
        // Before the queue is seen to be empty: what came of the messages is still to be read.
        self.deliveries.send_modify(|deliveries| *deliveries += 1);
        for message in messages {
            if failed(&message) && message.received < MAX_TASK_RECEIVES {
                self.kept.hide(&message.id, self.options.visibility);
            } else {
                if failed(&message) {
                    tracing::error!(message = message.id, "a message went to the dead letters");
                }
                self.kept.done(&message.id).await;
            }
        }
        self.queued.notify_one();
    }
}

impl Message {
    /// The message as an SQS event has it.
    fn to_record(&self) -> Value {
        json!({
            "messageId": self.id,
            "receiptHandle": self.id,
            "body": self.body,
            "attributes": {
                "ApproximateReceiveCount": self.received.to_string(),
                "SenderId": "pipe",
            },
            "messageAttributes": {},
            "eventSource": "aws:sqs",
            "eventSourceARN": "arn:aws:sqs:us-east-1:000000000000:stowage-tasks",
            "awsRegion": "us-east-1",
        })
    }
}
