//! A relay that does what AWS may do, all the time: deliver twice, and in another order.

use std::time::Duration;

use serde_json::Value;

use super::delivery::{Delivery, Planned};

/// The longest that a message is held back so that others overtake it.
const LONGEST_DELAY: Duration = Duration::from_millis(500);

/// What goes wrong.
#[derive(Clone, Copy, Debug)]
pub struct Trouble {
    /// Everything is delivered twice.
    pub duplicate: bool,
    /// Messages come in a random order. Streams keep theirs, as on AWS.
    pub shuffle: bool,
}

impl Delivery for Trouble {
    fn plan(&self, _function: &str, records: Vec<Value>) -> Vec<Planned> {
        let is_stream = records.iter().any(|record| record.get("dynamodb").is_some());
        let times = if self.duplicate { 2 } else { 1 };
        if is_stream || !self.shuffle {
            return (0..times).map(|_| Planned::at_once(records.clone())).collect();
        }
        let mut planned: Vec<Planned> = Vec::with_capacity(times * records.len());
        for record in records.iter().cycle().take(times * records.len()) {
            let delay = Planned {
                after: LONGEST_DELAY.mul_f64(fastrand::f64()),
                ..Planned::at_once(vec![record.clone()])
            };
            planned.insert(fastrand::usize(..=planned.len()), delay);
        }
        planned
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    #[test]
    fn each_is_delivered_as_often_as_said() {
        let messages: Vec<Value> = (0..20).map(|n| json!({"n": n})).collect();
        for (duplicate, shuffle, times) in
            [(false, false, 1), (true, false, 2), (false, true, 1), (true, true, 2)]
        {
            let planned = Trouble { duplicate, shuffle }.plan("any", messages.clone());
            let delivered: Vec<Value> = planned.into_iter().flat_map(|planned| planned.records).collect();
            assert_eq!(delivered.len(), 20 * times);
            for message in &messages {
                assert_eq!(delivered.iter().filter(|other| *other == message).count(), times);
            }
        }
    }

    #[test]
    fn a_stream_keeps_its_order() {
        let records: Vec<Value> = (0..20).map(|n| json!({"dynamodb": {"SequenceNumber": n}})).collect();
        let planned = Trouble { duplicate: true, shuffle: true }.plan("any", records.clone());
        assert_eq!(planned.len(), 2);
        assert!(planned.iter().all(|planned| planned.records == records));
    }
}
