//! The rules on the event bus: which events go into which queue.

use std::sync::Arc;

use serde_json::Value;
use tokio::sync::mpsc::UnboundedReceiver;
use tokio::sync::{oneshot, watch};
use tokio::time::Duration;

use super::Shared;
use super::queue::{MIRRORS, PROCESSING, Queue};
use crate::bus::EventBus;
use crate::server::stopped;

/// A rule: its target gets the detail of each event that it matches.
struct Rule {
    matches: fn(&Value) -> bool,
    target: Queue,
}

/// The template's rules.
const RULES: [Rule; 2] = [
    Rule { matches: has_sources_to_copy, target: MIRRORS },
    Rule { matches: is_batch_to_process, target: PROCESSING },
];

fn has_sources_to_copy(event: &Value) -> bool {
    event["source"] == "stowage"
        && matches!(event["detail-type"].as_str(), Some("object.created" | "object.updated"))
        && event["detail"]["mirror"] == true
}

fn is_batch_to_process(event: &Value) -> bool {
    event["source"] == "stowage" && event["detail-type"] == "batch.submitted"
}

/// Reads the bus until `stop` turns true. `asked` brings those who wait until everything on it has been
/// dealt with.
pub(super) async fn read(
    shared: Arc<Shared>,
    bus: EventBus,
    mut asked: UnboundedReceiver<oneshot::Sender<()>>,
    stop: watch::Receiver<bool>,
) {
    let mut stop = std::pin::pin!(stopped(stop));
    let mut written = bus.written();
    let mut waiting: Option<oneshot::Sender<()>> = None;
    loop {
        for rule in &RULES {
            follow(&shared, &bus, rule).await;
        }
        if let Some(answer) = waiting.take() {
            let _ = answer.send(()); // whoever asked may have gone
        }
        tokio::select! {
            () = &mut stop => return,
            _ = written.changed() => {}
            Some(answer) = asked.recv() => waiting = Some(answer),
        }
    }
}

/// Brings what a rule matches to its target, from where it was.
async fn follow(shared: &Shared, bus: &EventBus, rule: &Rule) {
    let place = format!("bus/{}", rule.target.name);
    let position = shared.kept.position(&place).and_then(|kept| kept.parse().ok()).unwrap_or(0);
    let (events, end) = match bus.after(position) {
        Ok(found) => found,
        Err(error) => {
            tracing::error!(%error, "the bus can't be read");
            return;
        }
    };
    if end == position {
        return;
    }
    let details = events.into_iter().filter(rule.matches).map(|mut event| event["detail"].take());
    let messages = shared.messages(rule.target, details.collect(), Duration::ZERO);
    if !messages.is_empty() {
        shared.deliveries.send_modify(|deliveries| *deliveries += 1);
    }
    shared.kept.advance(&place, end.to_string(), rule.target.name, messages).await;
    shared.look_at(rule.target.name);
}
