//! Events on the bus: what is told, and that nothing is lost.

mod deliveries;
mod told;

use serde_json::Value;

/// The kinds of events, in their order.
fn kinds(events: &[Value]) -> Vec<&str> {
    events.iter().map(|event| event["detail-type"].as_str().expect("a detail-type")).collect()
}
