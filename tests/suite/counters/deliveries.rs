//! A stream delivers at least once, late, and from several shards side by side: the counters are exact.

use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;

use serde_json::Value;
use stowage_local::{Delivery, Options, Planned, RelayOptions};
use stowage_tests::TestStack;

use super::{assert_exact, work};

/// Makes the deliveries of some records.
struct Mess<F>(F);

impl<F: Fn(Vec<Value>) -> Vec<Planned> + Send + Sync> Delivery for Mess<F> {
    fn plan(&self, _function: &str, records: Vec<Value>) -> Vec<Planned> {
        (self.0)(records)
    }
}

async fn assert_exact_under(plan: impl Fn(Vec<Value>) -> Vec<Planned> + Send + Sync + 'static) {
    let relay = RelayOptions { delivery: Some(Arc::new(Mess(plan))), ..RelayOptions::default() };
    let stack = TestStack::start_with(Options { relay, ..Options::default() }).await;
    work(&stack).await;
    assert_exact(&stack).await;
}

fn later(records: Vec<Value>, milliseconds: u64) -> Planned {
    Planned { after: Duration::from_millis(milliseconds), records }
}

#[tokio::test(flavor = "multi_thread")]
async fn twice_at_the_same_time() {
    assert_exact_under(|records| vec![Planned::at_once(records.clone()), Planned::at_once(records)]).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn twice_one_after_the_other_and_twice_within_one_event() {
    assert_exact_under(|records| {
        let twice = [records.clone(), records.clone()].concat();
        vec![Planned::at_once(records), later(twice, 30)]
    })
    .await;
}

#[tokio::test(flavor = "multi_thread")]
async fn in_the_other_order() {
    assert_exact_under(|mut records| {
        records.reverse();
        vec![Planned::at_once(records)]
    })
    .await;
}

#[tokio::test(flavor = "multi_thread")]
async fn from_shards_that_were_split() {
    assert_exact_under(|records| {
        let mut shards: [Vec<Value>; 3] = Default::default();
        for (position, record) in records.into_iter().enumerate() {
            shards[position % 3].push(record);
        }
        let full = shards.into_iter().filter(|shard| !shard.is_empty());
        full.enumerate().map(|(number, shard)| later(shard, 20 * number as u64)).collect()
    })
    .await;
}

/// Every record comes again with each later one, long after it was counted.
#[tokio::test(flavor = "multi_thread")]
async fn again_and_again_long_after() {
    let seen = Mutex::new(Vec::new());
    assert_exact_under(move |records| {
        let mut seen = seen.lock().unwrap_or_else(PoisonError::into_inner);
        seen.extend(records);
        let mut all = seen.clone();
        fastrand::shuffle(&mut all);
        vec![Planned::at_once(all)]
    })
    .await;
}
