//! The queues before functions: SQS's part, and Lambda's.

use std::sync::Arc;

use serde_json::{Value, json};
use stowage_domain::limits::{
    MAX_CONFIRM_RECEIVES, MAX_MIRROR_RECEIVES, MAX_PROCESSING_RECEIVES, MAX_TASK_RECEIVES,
};
use tokio::sync::watch;
use tokio::task::JoinSet;
use tokio::time::Duration;

use super::Shared;
use super::state::Message;
use crate::server::stopped;

/// A queue, and the function that it feeds; none where its messages are for somebody outside.
#[derive(Clone, Copy, Debug)]
pub(super) struct Queue {
    pub(super) name: &'static str,
    pub(super) function: Option<&'static str>,
    /// How often a message is received before it goes to the dead letters.
    pub(super) receives: u32,
}

/// Turns of tasks.
pub(super) const TASKS: Queue =
    Queue { name: "tasks", function: Some("run-task"), receives: MAX_TASK_RECEIVES };
/// S3's notifications.
pub(super) const CONFIRMS: Queue =
    Queue { name: "confirms", function: Some("auto-confirm"), receives: MAX_CONFIRM_RECEIVES };
/// Objects whose sources are to be copied.
pub(super) const MIRRORS: Queue =
    Queue { name: "mirrors", function: Some("mirror-source"), receives: MAX_MIRROR_RECEIVES };
/// Submitted batches, for the deployment's own processors.
pub(super) const PROCESSING: Queue =
    Queue { name: "processing", function: None, receives: MAX_PROCESSING_RECEIVES };
/// Every queue.
pub(super) const QUEUES: [Queue; 4] = [TASKS, CONFIRMS, MIRRORS, PROCESSING];

/// Most messages of one event: SQS's default for an event source mapping.
const BATCH: usize = 10;
/// Nothing is hidden: whatever comes will say so.
const NOTHING_HIDDEN: Duration = Duration::from_hours(1);

/// Delivers a queue's messages until `stop` turns true. What is in flight then is received again by the
/// next start: as after a Lambda environment that was killed.
pub(super) async fn work(shared: Arc<Shared>, number: usize, stop: watch::Receiver<bool>) {
    let queue = QUEUES[number];
    let Some(function) = queue.function else { return };
    let mut flights = JoinSet::new();
    let mut stop = std::pin::pin!(stopped(stop));
    loop {
        let held = shared.options.hold_queues;
        let messages = if held { Vec::new() } else { shared.kept.receive(queue.name, BATCH) };
        if !messages.is_empty() {
            let shared = Arc::clone(&shared);
            flights.spawn(async move { shared.deliver_messages(number, function, messages).await });
            continue;
        }
        tokio::select! {
            () = &mut stop => break,
            Some(_) = flights.join_next() => {}
            () = shared.queued[number].notified() => {}
            () = tokio::time::sleep(shared.kept.next_visible(queue.name).unwrap_or(NOTHING_HIDDEN)) => {}
        }
    }
    flights.shutdown().await;
}

impl Shared {
    /// Says that a queue may have something to deliver.
    pub(super) fn look_at(&self, queue: &str) {
        for (known, queued) in QUEUES.iter().zip(&self.queued) {
            if known.name == queue {
                queued.notify_one();
            }
        }
    }

    async fn deliver_messages(&self, number: usize, function: &'static str, messages: Vec<Message>) {
        let Queue { name, receives, .. } = QUEUES[number];
        let records: Vec<Value> = messages.iter().map(|message| message.to_record(name)).collect();
        let timeout = self.options.task_timeout;
        let answer = self.functions.deliver(function, json!({"Records": records}), timeout).await;
        let failed = |message: &Message| match &answer {
            Ok(answer) => answer["batchItemFailures"]
                .as_array()
                .is_some_and(|failures| failures.iter().any(|failed| failed["itemIdentifier"] == message.id)),
            Err(_) => true,
        };
        if let Err(error) = &answer {
            tracing::error!(function, error, "a function failed");
        }
        // Before the queue is seen to be empty: what came of the messages is still to be read.
        self.deliveries.send_modify(|deliveries| *deliveries += 1);
        for message in messages {
            if !failed(&message) {
                self.kept.done(name, &message.id).await;
            } else if message.received < receives {
                self.kept.hide(name, &message.id, self.options.visibility);
            } else {
                tracing::error!(queue = name, message = message.id, "a message went to the dead letters");
                self.kept.bury(name, &message.id).await;
            }
        }
        self.queued[number].notify_one();
    }
}

impl Message {
    /// The message as an SQS event has it.
    fn to_record(&self, queue: &str) -> Value {
        json!({
            "messageId": self.id,
            "receiptHandle": self.id,
            "body": self.body,
            "attributes": {
                "ApproximateReceiveCount": self.received.to_string(),
                "SenderId": "local",
            },
            "messageAttributes": {},
            "eventSource": "aws:sqs",
            "eventSourceARN": format!("arn:aws:sqs:us-east-1:000000000000:stowage-{queue}"),
            "awsRegion": "us-east-1",
        })
    }
}
