//! Kills the process in the middle of a thousand mixed operations, starts it again, and waits until it is
//! quiet: then everything is in a state that it may stay in, and everything was told.

use std::path::Path;
use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::time::{Duration, Instant};

use serde_json::{Value, json};
use stowage_domain::upload::{Grace, Rounds};
use stowage_local::{Data, Options, Stack};
use stowage_tests::Engines;
use stowage_tests::whole::{Left, Worker, things};
use tokio::task::JoinSet;

use crate::support::Server;

/// Operations that are answered, in all rounds.
const OPERATIONS: usize = 1000;
/// Kills before the last round, which comes to its end.
const KILLS: usize = 4;
/// Clients that work at the same time.
const CLIENTS: usize = 8;
/// When a stack that doesn't come to rest has failed.
const GUARD: Duration = Duration::from_mins(2);

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn after_kills_and_quiet_everything_is_whole_and_told() {
    let data = tempfile::tempdir().expect("a directory");
    let server = Server::on(data.path());
    let things = things(&server.client()).await;
    server.stop();
    let answered = Arc::new(AtomicUsize::new(0));
    for round in 0..=KILLS {
        let mut server = Server::on(data.path());
        let until = OPERATIONS * (round + 1) / (KILLS + 1);
        let mut clients = JoinSet::new();
        for client in 0..CLIENTS {
            let worker = Worker::new(&server.info, &things, format!("{round}-{client}"));
            let answered = Arc::clone(&answered);
            clients.spawn(async move {
                let mut step = client;
                while answered.load(Ordering::Relaxed) < until && worker.step(step).await.is_some() {
                    answered.fetch_add(1, Ordering::Relaxed);
                    step += 1;
                }
            });
        }
        // The kill comes while the others are still at work.
        while answered.load(Ordering::Relaxed) + CLIENTS < until {
            if let Some(Err(failure)) = clients.try_join_next() {
                std::panic::resume_unwind(failure.into_panic());
            }
            tokio::time::sleep(Duration::from_millis(1)).await;
        }
        if round < KILLS {
            assert_eq!(server.end("KILL").code(), None, "killed, not ended");
        }
        while let Some(client) = clients.join_next().await {
            client.expect("the client saw nothing but answers and a lost server");
        }
        if round == KILLS {
            server.stop();
        }
    }
    assert!(answered.load(Ordering::Relaxed) >= OPERATIONS);

    let server = Server::on(data.path());
    let left = at_rest(&server, data.path(), &things).await;
    left.check_uploads();
    left.check_objects(&server.client()).await;
    left.check_batches();
    left.check_tasks();
    left.check_events(&events(data.path()));
    server.stop();
    no_byte_is_without_a_row(data.path(), &left).await;
}

/// What a kill has left between bytes and row, the clean-up finds, which waits for nothing here.
async fn no_byte_is_without_a_row(data: &Path, left: &Left) {
    let grace = Grace { orphaned: 0, unreferenced: 0, rounds: Rounds::ALWAYS, ..Grace::default() };
    let data = Data::Directory(data.to_owned());
    let stack = Stack::start(Options { data, grace, ..Options::default() }).await.expect("it starts");
    let ran = stack.functions().deliver("reconcile", json!({}), GUARD).await;
    ran.expect("it clears up, and no row lacks its bytes");
    let keys = Engines::of(&stack).keys("").await;
    assert!(keys.len() > 100, "too little was tried: {}", keys.len());
    assert_eq!(left.without_row(keys), [""; 0]);
    stack.stop().await;
}

/// What is left once nothing changes any more and no message waits.
async fn at_rest(server: &Server, data: &Path, bucket: &str) -> Left {
    let began = Instant::now();
    let mut before = None;
    loop {
        let now = (Left::read(&server.client(), &server.info, bucket).await, events(data).len());
        if waiting(data) == 0 && before.as_ref() == Some(&now) {
            return now.0;
        }
        assert!(began.elapsed() < GUARD, "{} messages wait, {} events", waiting(data), now.1);
        before = Some(now);
        // Longer than the relay takes to look at a stream again, and than an upload waits for its confirm.
        tokio::time::sleep(Duration::from_secs(3)).await;
    }
}

/// Messages that wait for a function of this process.
fn waiting(data: &Path) -> usize {
    let text = std::fs::read(data.join("relay.json")).expect("the relay's state");
    let state: Value = serde_json::from_slice(&text).expect("JSON");
    let queues = state["queues"].as_object().expect("queues").iter();
    let own = queues.filter(|(name, _)| *name != "processing");
    own.map(|(name, messages)| {
        let messages = messages.as_array().expect("messages");
        assert!(!name.ends_with("-dead") || messages.is_empty(), "dead letters: {messages:?}");
        messages.len()
    })
    .sum()
}

/// Every event that was published.
fn events(data: &Path) -> Vec<Value> {
    let text = std::fs::read_to_string(data.join("events.jsonl")).expect("events");
    text.lines().filter_map(|line| serde_json::from_str(line).ok()).collect()
}
