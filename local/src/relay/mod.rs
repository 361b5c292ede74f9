//! What AWS does between a source of events and the functions behind it.
//!
//! | stream | on AWS | here |
//! |---|---|---|
//! | `objects` | an event source mapping of `count-objects` | the function is called with the same events |
//! | `objects`, `uploads`, `batches` | event source mappings of `publish-events` | the same |
//! | `batches` | a Pipe copies the records that are work into a queue, which feeds `run-task` | [`queue`] |
//!
//! And what its rules do with the events on the bus ([`rules`]), of which one fills the queue of whoever
//! processes batches ([`consumers`]); and between S3 and `auto-confirm`: a
//! notification for each key under `uploads/` goes through a queue that delays it ([`uploads`]).
//!
//! As there, everything is delivered at least once: how far each source has been read, and the messages
//! that are not done, are kept in the data directory, and written after the fact.

mod consumers;
mod delivery;
mod pipe;
mod queue;
mod records;
mod rules;
mod state;
mod stream;
mod trouble;
mod uploads;

use std::path::PathBuf;
use std::sync::Arc;
use std::time::Duration;

use tokio::sync::{Notify, mpsc, oneshot, watch};
use tokio::task::JoinHandle;

use crate::bus::EventBus;
use crate::functions::Functions;
use crate::stack::StartError;
pub use delivery::{Delivery, Planned};
use queue::QUEUES;
use records::Records;
use state::Kept;
pub(crate) use state::Message;
use stream::{FEEDS, Feed};
pub use trouble::Trouble;
pub(crate) use uploads::Uploads;

/// How long a failed message stays hidden, unless told otherwise.
const VISIBILITY: Duration = Duration::from_secs(1);
/// The same of a message that somebody outside has received: less than in the template, for somebody
/// watches.
const CONSUMER_VISIBILITY: Duration = Duration::from_secs(30);
/// What `run-task` gets for one call, unless told otherwise: the template's timeout.
const TASK_TIMEOUT: Duration = Duration::from_secs(150);

/// The delay of S3's notifications, unless told otherwise: much less than on AWS, for somebody watches.
const AUTO_CONFIRM: Duration = Duration::from_secs(2);

/// How the relay behaves; a test makes it misbehave.
#[derive(Clone)]
pub struct RelayOptions {
    /// How records and messages get delivered: each once and at once, if not told otherwise.
    pub delivery: Option<Arc<dyn Delivery>>,
    /// What a function behind a queue gets for one call.
    pub task_timeout: Duration,
    /// How long a failed message stays hidden.
    pub visibility: Duration,
    /// Whether messages stay in their queues, as where no function can be started; nobody waits for them
    /// then.
    pub hold_queues: bool,
    /// How long a message stays hidden that somebody outside has received.
    pub consumer_visibility: Duration,
    /// Whether changes are published as events.
    pub publish: bool,
    /// How long after its bytes an upload is confirmed that nobody confirms; none where this is off.
    pub auto_confirm: Option<Duration>,
}

impl Default for RelayOptions {
    fn default() -> Self {
        Self {
            delivery: None,
            task_timeout: TASK_TIMEOUT,
            visibility: VISIBILITY,
            hold_queues: false,
            consumer_visibility: CONSUMER_VISIBILITY,
            publish: true,
            auto_confirm: Some(AUTO_CONFIRM),
        }
    }
}

/// Where the streams are, and what is done with them.
pub(crate) struct Set {
    /// DynamoDB's base URL.
    pub(crate) dynamodb: String,
    /// The prefix of the tables' names.
    pub(crate) table_prefix: &'static str,
    /// The functions to call.
    pub(crate) functions: Functions,
    /// The file that keeps the relay's place; none for a stack that keeps nothing.
    pub(crate) file: Option<PathBuf>,
    /// The bus.
    pub(crate) events: EventBus,
    /// What S3 has written from now on, and before.
    pub(crate) uploads: Uploads,
    /// How to behave.
    pub(crate) options: RelayOptions,
}

/// A running relay. Cheap to clone.
#[derive(Clone)]
pub struct Relay {
    shared: Arc<Shared>,
}

/// What the relay's parts share.
struct Shared {
    functions: Functions,
    options: RelayOptions,
    kept: Kept,
    /// Raised when a stream may have new records.
    written: watch::Sender<u64>,
    /// For each feed, the last `written` that it has found nothing behind.
    settled: Vec<watch::Sender<u64>>,
    /// How many deliveries have been made, to notice that something happened.
    deliveries: watch::Sender<u64>,
    /// For each queue, told when there is a message to look at.
    queued: Vec<Notify>,
    /// For S3's notifications and the bus's rules, asks for word that everything there is in its queue.
    taken: [mpsc::UnboundedSender<oneshot::Sender<()>>; 2],
}

impl std::fmt::Debug for Relay {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Relay").finish_non_exhaustive()
    }
}

impl Relay {
    /// Starts it; it ends when `stop` turns true.
    pub(crate) async fn start(
        set: Set,
        stop: &watch::Receiver<bool>,
    ) -> Result<(Self, Vec<JoinHandle<()>>), StartError> {
        let failed = |reason: String| StartError::Engine { engine: "DynamoDB", reason };
        let kept = Kept::open(set.file)?;
        let feeds: Vec<Feed> = FEEDS.into_iter().filter(|feed| feed.is_on(&set.options)).collect();
        let (notified, asked_uploads) = mpsc::unbounded_channel();
        let (ruled, asked_rules) = mpsc::unbounded_channel();
        let shared = Arc::new(Shared {
            written: set.functions.written().clone(),
            functions: set.functions,
            options: set.options,
            kept,
            settled: feeds.iter().map(|_| watch::Sender::new(0)).collect(),
            deliveries: watch::Sender::new(0),
            queued: QUEUES.iter().map(|_| Notify::new()).collect(),
            taken: [notified, ruled],
        });
        let mut tasks = vec![
            tokio::spawn(set.uploads.read(Arc::clone(&shared), asked_uploads, stop.clone())),
            tokio::spawn(rules::read(Arc::clone(&shared), set.events, asked_rules, stop.clone())),
        ];
        for number in 0..QUEUES.len() {
            tasks.push(tokio::spawn(queue::work(Arc::clone(&shared), number, stop.clone())));
        }
        for (number, feed) in feeds.into_iter().enumerate() {
            let table = format!("{}-{}", set.table_prefix, feed.table);
            let records = Records::of(&set.dynamodb, &table).await.map_err(failed)?;
            tasks.push(tokio::spawn(stream::read(Arc::clone(&shared), feed, number, records, stop.clone())));
        }
        Ok((Self { shared }, tasks))
    }

    /// Waits until everything that was written has been read from the streams and dealt with, and what
    /// came of that as well.
    pub async fn quiet(&self) {
        let shared = &self.shared;
        loop {
            let before = *shared.deliveries.borrow();
            let mut wanted = 0;
            shared.written.send_modify(|written| {
                *written += 1;
                wanted = *written;
            });
            for settled in &shared.settled {
                // The sender lives as long as this handle.
                let _ = settled.subscribe().wait_for(|settled| *settled >= wanted).await;
            }
            for taken in &shared.taken {
                let (answer, answered) = oneshot::channel();
                if taken.send(answer).is_ok() {
                    let _ = answered.await; // none comes from a relay that has ended
                }
            }
            if !shared.options.hold_queues {
                // Nobody here empties what is for somebody outside.
                for queue in QUEUES.iter().filter(|queue| queue.function.is_some()) {
                    shared.kept.is_empty(queue.name).await;
                }
            }
            if *shared.deliveries.borrow() == before {
                return;
            }
        }
    }

    /// The bodies of the messages that failed too often in a queue.
    pub fn dead_letters(&self, queue: &str) -> Vec<String> {
        self.shared.kept.bodies(&state::dead_letters(queue))
    }
}
