//! A thousand mixed operations while every AWS call of every asynchronous function fails in every way: lost
//! before AWS has it, lost after it is done, and throttled. At rest everything is in a state that it may stay
//! in, everything was told, and bytes and rows are true to each other.

use std::sync::Arc;
use std::sync::atomic::{AtomicBool, AtomicUsize, Ordering};
use std::time::Duration;

use reconcile::Reconcile;
use serde_json::json;
use stowage_api::answer_schedule;
use stowage_domain::upload::{Grace, Rounds};
use stowage_local::{Options, RelayOptions};
use stowage_store::Settings;
use stowage_tests::whole::{Left, Worker, things};
use stowage_tests::{TestStack, Web};
use tokio::task::JoinSet;

/// Operations that are answered.
const OPERATIONS: usize = 1000;
/// Operations after which every one of [`CALLS`] has met every fault, or something is wrong.
const MOST: usize = 4000;
/// Clients that work at the same time.
const CLIENTS: usize = 8;
/// What the functions surely call, of all that they may: each is to fail in every way. What happens more seldom
/// fails as often as it happens, up to that.
const CALLS: [(&str, &[&str]); 6] = [
    ("auto-confirm", &["GetItem", "HEAD uploads", "TransactWriteItems"]),
    ("count-objects", &["PutItem", "TransactWriteItems"]),
    ("mirror-source", &["DELETE mirror", "GET ", "GetItem", "PUT mirror", "TransactWriteItems"]),
    ("publish-events", &["PutEvents"]),
    (
        "reconcile",
        &["BatchGetItem", "DELETE inline", "DeleteItem", "GET ", "GetItem", "PutItem", "Query", "Scan"],
    ),
    ("run-task", &["GetItem", "HEAD uploads", "PutItem", "TransactWriteItems"]),
];

/// What is nobody's is left alone, for it may be somebody's in a moment; what is let go of is not.
const WHILE_THEY_WORK: Grace = Grace { rounds: Rounds { orphans: 2, copies: 2, lost: 10 }, ..AT_REST };
/// Everything that is nobody's goes, and everything is looked at.
const AT_REST: Grace = Grace {
    expired: 86_400,
    unreferenced: 0,
    late: 86_400,
    parts: 86_400,
    stuck: 86_400,
    unreported: 86_400,
    orphaned: 86_400,
    uncopied: 86_400,
    rounds: Rounds::ALWAYS,
};

async fn start(web: &Web) -> TestStack {
    let relay = RelayOptions {
        auto_confirm: Some(Duration::from_millis(200)),
        visibility: Duration::from_millis(50),
        ..RelayOptions::default()
    };
    // A call gives up soon, so that functions fail, and what they were called with comes again.
    let hasty = Settings { retry_for: Duration::from_millis(20), ..Settings::default() };
    let fetch_rules = mirror_source::rules(&[web.port()], &["localhost".to_owned()]);
    let options = Options { relay, fetch_rules, grace: WHILE_THEY_WORK, ..Options::default() };
    TestStack::start_as_told(Options { background_settings: Some(hasty), ..options }).await
}

/// What clients do, until enough was answered and nothing is left that calls could meet.
async fn work(stack: &TestStack, things: &str, web: &Web) -> usize {
    let (answered, is_enough) = (Arc::new(AtomicUsize::new(0)), Arc::new(AtomicBool::new(false)));
    let mut clients = JoinSet::new();
    for client in 0..CLIENTS {
        let source = format!("http://localhost:{}/{client}.txt", web.port());
        let worker = Worker::new(stack.stack().info(), things, client.to_string()).with_source(source);
        let (answered, is_enough) = (Arc::clone(&answered), Arc::clone(&is_enough));
        clients.spawn(async move {
            let mut step = client;
            while !is_enough.load(Ordering::Relaxed) {
                worker.step(step).await.unwrap_or_else(|| panic!("an operation had no answer"));
                answered.fetch_add(1, Ordering::Relaxed);
                step += 1;
            }
        });
    }
    loop {
        if let Some(Err(failure)) = clients.try_join_next() {
            std::panic::resume_unwind(failure.into_panic());
        }
        // Its first runs may fail: the clock starts the next.
        let _ = stack.stack().functions().deliver("reconcile", json!({}), Duration::from_mins(1)).await;
        let answered = answered.load(Ordering::Relaxed);
        if (answered >= OPERATIONS && not_yet_met(stack).is_empty()) || answered >= MOST {
            is_enough.store(true, Ordering::Relaxed);
            break;
        }
        tokio::time::sleep(Duration::from_millis(300)).await;
    }
    while let Some(client) = clients.join_next().await {
        client.expect("the client saw nothing but answers");
    }
    answered.load(Ordering::Relaxed)
}

/// Those of [`CALLS`] that have not failed in every way yet.
fn not_yet_met(stack: &TestStack) -> Vec<String> {
    let outstanding = stack.background().outstanding();
    let calls =
        CALLS.iter().flat_map(|(function, actions)| actions.iter().map(move |action| (*function, *action)));
    let is_met = |(function, action): &(&'static str, &str)| {
        outstanding.get(&(*function, (*action).to_owned())).is_some_and(Vec::is_empty)
    };
    calls.filter(|call| !is_met(call)).map(|(function, action)| format!("{function}: {action}")).collect()
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn everything_is_whole_and_told_although_every_call_fails_in_every_way() {
    let web = Web::start(|path| Some(("text/plain", format!("the text at {path}").into_bytes()))).await;
    let stack = start(&web).await;
    let things = things(&stack.client).await;
    stack.background().bring_every();
    let answered = work(&stack, &things, &web).await;
    assert_eq!(not_yet_met(&stack), [""; 0], "after {answered} operations");
    stack.background().bring_no_more();

    let events = stack.events().await;
    let relay = stack.stack().relay();
    for queue in ["tasks", "confirms", "mirrors"] {
        assert_eq!(relay.dead_letters(queue), [""; 0], "{queue}");
    }
    let left = Left::read(&stack.client, stack.stack().info(), &things).await;
    left.check_uploads();
    left.check_objects(&stack.client).await;
    left.check_batches();
    left.check_tasks();
    left.check_events(&events);
    let bucket = stack.client.get(&format!("/v1/buckets/{things}")).await.ok();
    assert_eq!(bucket["object_count"], stack.engines().object_count().await, "each is counted once");

    let (store, blobs) = (stack.stack().store().clone(), stack.stack().blobs().clone());
    let reconcile = Reconcile::new(store, blobs, Grace { orphaned: 0, ..AT_REST });
    answer_schedule(&reconcile, None).await.expect("it clears up, and no row lacks its bytes");
    assert_eq!(left.without_row(stack.engines().keys("").await), [""; 0]);
}
