//! How deliveries are planned: what a test changes to have them late, twice or in another order.

use std::time::Duration;

use serde_json::Value;

/// Records or messages that go to their function in one event.
#[derive(Clone, Debug, PartialEq)]
pub struct Planned {
    /// How much later they go.
    pub after: Duration,
    /// The event's records.
    pub records: Vec<Value>,
}

impl Planned {
    /// All in one event, at once.
    pub fn at_once(records: Vec<Value>) -> Self {
        Self { after: Duration::ZERO, records }
    }
}

/// Plans deliveries. Those of one plan are made side by side, as those of several shards are, and the
/// stream is read on when all of them have succeeded.
pub trait Delivery: Send + Sync {
    /// The deliveries of records that a stream has brought, to be made to this function.
    fn plan(&self, function: &str, records: Vec<Value>) -> Vec<Planned>;
}
