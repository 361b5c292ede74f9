//! Reads a stream and hands its records on.

use std::sync::Arc;
use std::time::Duration;

use futures::future::join_all;
use serde_json::{Value, json};
use tokio::sync::watch;

use super::delivery::Planned;
use super::pipe::{is_of_object, is_told, is_work};
use super::queue::Queue;
use super::records::Records;
use super::state::Message;
use super::{RelayOptions, Shared, queue};
use crate::server::stopped;

/// How long one call of a function may take.
const TIMEOUT: Duration = Duration::from_secs(30);
/// When a stream is looked at though nobody said that something was written: others write as well.
const LOOK_EVERY: Duration = Duration::from_secs(2);
/// How long to wait for more once something was written.
const GATHER: Duration = Duration::from_millis(10);
/// The longest wait before a failed delivery is made again.
const LONGEST_WAIT: Duration = Duration::from_secs(2);

/// Where a stream's records go.
#[derive(Clone, Copy, Debug)]
pub(super) enum To {
    /// To a function, with their order kept.
    Function(&'static str),
    /// Into a queue.
    Queue(Queue),
}

/// A stream and where it goes.
#[derive(Clone, Copy, Debug)]
pub(super) struct Feed {
    pub(super) table: &'static str,
    /// Which records go there.
    filter: fn(&Value) -> bool,
    to: To,
}

/// Every stream that feeds something.
pub(super) const FEEDS: [Feed; 5] = [
    Feed { table: "objects", filter: is_of_object, to: To::Function("count-objects") },
    Feed { table: "batches", filter: is_work, to: To::Queue(queue::TASKS) },
    Feed { table: "objects", filter: is_told, to: To::Function(PUBLISH) },
    Feed { table: "uploads", filter: is_told, to: To::Function(PUBLISH) },
    Feed { table: "batches", filter: is_told, to: To::Function(PUBLISH) },
];

/// The function that tells the world.
const PUBLISH: &str = "publish-events";

impl Feed {
    /// What its place is kept by.
    fn place(self) -> String {
        let to = match self.to {
            To::Function(function) => function,
            To::Queue(queue) => queue.name,
        };
        format!("{}/{to}", self.table)
    }

    /// Whether it reads its stream at all.
    pub(super) fn is_on(self, options: &RelayOptions) -> bool {
        options.publish || !matches!(self.to, To::Function(PUBLISH))
    }
}

/// Reads the stream of a feed, the `number`th of those that are on, until `stop` turns true.
pub(super) async fn read(
    shared: Arc<Shared>,
    feed: Feed,
    number: usize,
    records: Records,
    stop: watch::Receiver<bool>,
) {
    let mut stop = std::pin::pin!(stopped(stop));
    let reading = async {
        let mut written = shared.written.subscribe();
        loop {
            let looked_at = *written.borrow_and_update();
            let position = shared.kept.position(&feed.place());
            match records.after(position.as_deref()).await {
                Ok(found) if !found.is_empty() => {
                    shared.hand_on(feed, found).await;
                    continue;
                }
                Ok(_) => {
                    shared.settled[number].send_replace(looked_at);
                }
                Err(error) => tracing::warn!(error, table = feed.table, "a stream could not be read"),
            }
            tokio::select! {
                _ = written.changed() => tokio::time::sleep(GATHER).await,
                () = tokio::time::sleep(LOOK_EVERY) => {}
            }
        }
    };
    tokio::select! {
        () = &mut stop => {}
        () = reading => {}
    }
}

impl Shared {
    /// Hands records on, and returns when they are dealt with or safe in the queue.
    async fn hand_on(&self, feed: Feed, records: Vec<Value>) {
        let last = records.last().and_then(|record| record["dynamodb"]["SequenceNumber"].as_str());
        let position = last.unwrap_or_default().to_owned();
        let chosen: Vec<Value> = records.into_iter().filter(feed.filter).collect();
        let (mut queue, mut messages) = ("", Vec::new());
        if !chosen.is_empty() {
            self.deliveries.send_modify(|deliveries| *deliveries += 1);
            match feed.to {
                To::Function(function) => {
                    let planned = self.plan(function, chosen);
                    join_all(planned.into_iter().map(|planned| self.deliver(function, planned))).await;
                }
                To::Queue(to) => (queue, messages) = (to.name, self.messages(to, chosen, Duration::ZERO)),
            }
        }
        self.kept.advance(&feed.place(), position, queue, messages).await;
        self.look_at(queue);
    }

    fn plan(&self, function: &str, records: Vec<Value>) -> Vec<Planned> {
        match &self.options.delivery {
            Some(delivery) => delivery.plan(function, records),
            None => vec![Planned::at_once(records)],
        }
    }

    /// Delivers records until none of them fails: as Lambda does, from the first failed one on.
    async fn deliver(&self, function: &str, planned: Planned) {
        tokio::time::sleep(planned.after).await;
        let mut records = planned.records;
        let mut wait = Duration::from_millis(50);
        while !records.is_empty() {
            let answer = self.functions.deliver(function, json!({"Records": records}), TIMEOUT).await;
            let failed = match answer {
                Ok(answer) => first_failed(&records, &answer),
                Err(error) => {
                    tracing::error!(function, error, "a function failed");
                    Some(0)
                }
            };
            let Some(first) = failed else { return };
            records.drain(..first);
            tokio::time::sleep(wait).await;
            wait = (wait * 2).min(LONGEST_WAIT);
        }
    }

    /// Records as messages, each as it is, to be received after this delay.
    pub(super) fn messages(&self, queue: Queue, records: Vec<Value>, delay: Duration) -> Vec<Message> {
        let planned = self.plan(queue.function.unwrap_or(queue.name), records);
        let messages = planned.into_iter().flat_map(|planned| {
            planned.records.into_iter().map(move |record| Message::new(&record, delay + planned.after))
        });
        messages.collect()
    }
}

/// The position of the first record that an answer names as failed.
fn first_failed(records: &[Value], answer: &Value) -> Option<usize> {
    let failures = answer["batchItemFailures"].as_array()?;
    records.iter().position(|record| {
        let id = &record["dynamodb"]["SequenceNumber"];
        failures.iter().any(|failure| failure["itemIdentifier"] == *id)
    })
}
