//! The queues whose messages are for somebody outside: SQS's part alone.

use std::time::Duration;

use super::Relay;
use super::queue::{PROCESSING, QUEUES};
use super::state::{Message, dead_letters};

impl Relay {
    /// Whether consumers outside may read this queue: the one for processors, and dead letters.
    pub(crate) fn is_for_consumers(queue: &str) -> bool {
        queue == PROCESSING.name || QUEUES.iter().any(|known| dead_letters(known.name) == queue)
    }

    /// How long a message stays hidden from other receivers, unless they say otherwise.
    pub(crate) fn consumer_visibility(&self) -> Duration {
        self.shared.options.consumer_visibility
    }

    /// Takes messages that may be received now, and hides them from others for this long. One that has
    /// been received too often goes to the dead letters.
    pub(crate) async fn receive_messages(
        &self,
        queue: &str,
        at_most: usize,
        hidden_for: Duration,
    ) -> Vec<Message> {
        let kept = &self.shared.kept;
        let receives = if queue == PROCESSING.name { PROCESSING.receives } else { u32::MAX };
        let mut taken = kept.receive(queue, at_most);
        for message in taken.extract_if(.., |message| message.received > receives) {
            tracing::error!(queue, message = message.id, "a message went to the dead letters");
            kept.bury(queue, &message.id).await;
        }
        for message in &taken {
            kept.hide(queue, &message.id, hidden_for);
        }
        taken
    }

    /// Waits until messages may be there that weren't.
    pub(crate) async fn messages_changed(&self, queue: &str) {
        let kept = &self.shared.kept;
        match kept.next_visible(queue) {
            Some(soon) => {
                let _ = tokio::time::timeout(soon, kept.changes()).await; // whichever is first
            }
            None => kept.changes().await,
        }
    }

    /// Removes a message that its consumer is done with.
    pub(crate) async fn delete_message(&self, queue: &str, id: &str) {
        self.shared.kept.done(queue, id).await;
    }

    /// Hides a message for this long from now on.
    pub(crate) fn hide_message(&self, queue: &str, id: &str, hidden_for: Duration) {
        self.shared.kept.hide(queue, id, hidden_for);
    }

    /// The bodies of a queue's messages.
    pub fn message_bodies(&self, queue: &str) -> Vec<String> {
        self.shared.kept.bodies(queue)
    }
}
