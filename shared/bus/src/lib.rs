//! Stowage's events on an EventBridge bus.
//!
//! One [`Bus`] implements the port [`PublishEvents`].

mod failure;

use std::sync::Arc;

use aws_sdk_eventbridge::Client;
use aws_sdk_eventbridge::types::PutEventsRequestEntry;
use aws_smithy_types::DateTime;
use stowage_domain::Result;
use stowage_domain::event::Event;

use failure::{classify, is_passing};

/// The `source` of every event.
pub const SOURCE: &str = "stowage";
/// Most events of one call. Source: EventBridge's API reference, `PutEvents`.
pub const MAX_EVENTS: usize = 10;

/// What became of an event.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Published {
    /// It is on the bus.
    Done,
    /// The bus was too busy, or failed: it may take the event another time.
    Later(String),
    /// The bus refuses this event, and would again; by which code.
    Refused(String),
}

/// Puts events on the bus.
pub trait PublishEvents: Send + Sync {
    /// Puts up to [`MAX_EVENTS`] events, and tells what became of each, in their order. An error is
    /// about all of them; some may be on the bus even so.
    fn publish_events(&self, events: &[Event]) -> impl Future<Output = Result<Vec<Published>>> + Send;
}

/// The bus of one deployment. Cheap to clone; clones share connections.
#[derive(Clone, Debug)]
pub struct Bus {
    client: Client,
    name: Arc<str>,
}

impl Bus {
    /// The bus of this name or ARN.
    pub fn new(client: Client, name: &str) -> Self {
        Self { client, name: name.into() }
    }
}

impl PublishEvents for Bus {
    async fn publish_events(&self, events: &[Event]) -> Result<Vec<Published>> {
        let entries = events.iter().map(|event| {
            PutEventsRequestEntry::builder()
                .event_bus_name(self.name.as_ref())
                .source(SOURCE)
                .detail_type(event.event_type.name())
                .time(DateTime::from_millis(event.at.millis()))
                .detail(event.detail.to_string())
                .build()
        });
        let answer = self
            .client
            .put_events()
            .set_entries(Some(entries.collect()))
            .send()
            .await
            .map_err(|error| classify(&error))?;
        let outcomes = answer.entries().iter().map(|entry| match entry.error_code() {
            None => Published::Done,
            Some(code) if is_passing(code) => Published::Later(code.to_owned()),
            Some(code) => Published::Refused(code.to_owned()),
        });
        let mut outcomes: Vec<Published> = outcomes.collect();
        // An answer for fewer says nothing of the rest.
        outcomes.resize(events.len(), Published::Later("no answer".to_owned()));
        Ok(outcomes)
    }
}
