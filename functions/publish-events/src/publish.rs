//! Putting events on the bus, with a few tries.

use std::time::Duration;

use stowage_api::Deadline;
use stowage_bus::{MAX_EVENTS, PublishEvents, Published};
use stowage_domain::Error;
use stowage_domain::error::Cause;
use stowage_domain::event::Event;

/// How often a call is made. The stream brings what is left then once more.
const TRIES: u32 = 3;
/// The wait before the second try; each further one is twice as long.
const WAIT: Duration = Duration::from_millis(100);
/// Most bytes of one call's details; an event that has more is refused. Source: EventBridge's API reference,
/// `PutEvents`: 256 KB, entries' overhead included.
const MAX_BYTES: usize = 200 * 1024;

/// Why an event is not on the bus.
#[derive(Clone, Debug)]
pub(crate) enum Left {
    /// It may be there the next time.
    Failed(Error),
    /// It is refused for good.
    Refused,
}

/// Publishes events; tells for each what keeps it off the bus, if anything does.
pub(crate) async fn all(bus: &impl PublishEvents, events: &[Event], deadline: Deadline) -> Vec<Option<Left>> {
    let mut left: Vec<Option<Left>> = Vec::with_capacity(events.len());
    let mut rest = events;
    while let Some(first) = rest.first() {
        if first.detail.to_string().len() > MAX_BYTES {
            left.push(Some(Left::Refused));
            rest = &rest[1..];
            continue;
        }
        let (call, others) = rest.split_at(fitting(rest));
        left.extend(one_call(bus, call, deadline).await);
        rest = others;
    }
    left
}

/// How many of the first events fit into one call.
fn fitting(events: &[Event]) -> usize {
    let mut bytes = 0;
    let fits = |event: &&Event| {
        bytes += event.detail.to_string().len();
        bytes <= MAX_BYTES
    };
    events.iter().take(MAX_EVENTS).take_while(fits).count()
}

async fn one_call(bus: &impl PublishEvents, events: &[Event], deadline: Deadline) -> Vec<Option<Left>> {
    let mut left: Vec<Option<Left>> = vec![Some(Left::Failed(busy("not tried"))); events.len()];
    let mut wait = WAIT;
    for attempt in 0..TRIES {
        let is_open = |at: &usize| matches!(left[*at], Some(Left::Failed(_)));
        let positions: Vec<usize> = (0..left.len()).filter(is_open).collect();
        if positions.is_empty() || (attempt > 0 && deadline.left() < wait * 10) {
            break;
        }
        if attempt > 0 {
            tokio::time::sleep(wait).await;
            wait *= 2;
        }
        let call: Vec<Event> = positions.iter().map(|at| events[*at].clone()).collect();
        match bus.publish_events(&call).await {
            Ok(outcomes) => {
                for (at, outcome) in positions.into_iter().zip(outcomes) {
                    left[at] = match outcome {
                        Published::Done => None,
                        Published::Later(code) => Some(Left::Failed(busy(&code))),
                        Published::Refused(_) => Some(Left::Refused),
                    };
                }
            }
            Err(error) => {
                for at in positions {
                    left[at] = Some(Left::Failed(error.clone()));
                }
            }
        }
    }
    left
}

/// The error of events that the bus was too busy for.
fn busy(code: &str) -> Error {
    Error::Unavailable(Cause::new(format!("EventBridge: {code}, for single events")))
}
