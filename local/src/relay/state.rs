//! What the relay keeps: how far each source has been read, and the messages that are not done.

use std::collections::BTreeMap;
use std::io::ErrorKind;
use std::path::{Path, PathBuf};
use std::sync::{Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use serde::{Deserialize, Serialize};
use serde_json::Value;
use stowage_domain::id::random_hex;
use tokio::sync::watch;
use tokio::time::Instant;

use crate::stack::{StartError, write_private};

/// A message in a queue.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub(crate) struct Message {
    pub(crate) id: String,
    pub(crate) body: String,
    /// How often it has been received.
    pub(crate) received: u32,
    /// When it may be received again; none at once.
    #[serde(skip)]
    pub(super) hidden_until: Option<Instant>,
    /// Whether it is being handled.
    #[serde(skip)]
    pub(super) in_flight: bool,
}

impl Message {
    /// A message that may be received after this time.
    pub(super) fn new(body: &Value, after: Duration) -> Self {
        Self {
            id: random_hex::<16>(),
            body: body.to_string(),
            received: 0,
            hidden_until: (!after.is_zero()).then(|| Instant::now() + after),
            in_flight: false,
        }
    }
}

#[derive(Debug, Default, Serialize, Deserialize)]
struct State {
    /// How far each source has been dealt with: of a table's stream, the last record's sequence number.
    positions: BTreeMap<String, String>,
    /// The messages of each queue, dead letters included.
    #[serde(default)]
    queues: BTreeMap<String, Vec<Message>>,
}

impl State {
    fn messages(&mut self, queue: &str) -> &mut Vec<Message> {
        self.queues.entry(queue.to_owned()).or_default()
    }
}

/// The relay's state, in memory and in its file.
#[derive(Debug)]
pub(super) struct Kept {
    file: Option<PathBuf>,
    state: Mutex<State>,
    /// Raised whenever messages have come or gone.
    changes: watch::Sender<u64>,
    /// Held while the file is written, so that an older state never follows a newer one.
    saving: tokio::sync::Mutex<()>,
}

impl Kept {
    /// Reads the file, if there is one.
    pub(super) fn open(file: Option<PathBuf>) -> Result<Self, StartError> {
        let state: State = file.as_deref().map(load).transpose()?.unwrap_or_default();
        let changes = watch::Sender::new(0);
        Ok(Self { file, state: Mutex::new(state), changes, saving: tokio::sync::Mutex::default() })
    }

    fn lock(&self) -> MutexGuard<'_, State> {
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// How far a source has been dealt with.
    pub(super) fn position(&self, source: &str) -> Option<String> {
        self.lock().positions.get(source).cloned()
    }

    /// Notes that a source has been dealt with up to here, with the messages that came of it.
    pub(super) async fn advance(&self, source: &str, position: String, queue: &str, messages: Vec<Message>) {
        {
            let mut state = self.lock();
            state.positions.insert(source.to_owned(), position);
            state.messages(queue).extend(messages);
        }
        self.changed().await;
    }

    /// Takes the messages that may be received now, for one event.
    pub(super) fn receive(&self, queue: &str, at_most: usize) -> Vec<Message> {
        let now = Instant::now();
        let mut state = self.lock();
        let visible = |message: &&mut Message| {
            !message.in_flight && message.hidden_until.is_none_or(|until| until <= now)
        };
        let received = state.messages(queue).iter_mut().filter(visible).take(at_most).map(|message| {
            message.in_flight = true;
            message.received += 1;
            message.clone()
        });
        received.collect()
    }

    /// How long until a hidden message may be received; none without hidden ones.
    pub(super) fn next_visible(&self, queue: &str) -> Option<Duration> {
        let mut state = self.lock();
        let hidden = state.messages(queue).iter().filter(|message| !message.in_flight);
        let next = hidden.filter_map(|message| message.hidden_until).min();
        next.map(|until| until.saturating_duration_since(Instant::now()))
    }

    /// Removes a message that is done.
    pub(super) async fn done(&self, queue: &str, id: &str) {
        self.lock().messages(queue).retain(|message| message.id != id);
        self.changed().await;
    }

    /// Moves a message that failed too often to the dead letters.
    pub(super) async fn bury(&self, queue: &str, id: &str) {
        {
            let mut state = self.lock();
            let messages = std::mem::take(state.messages(queue));
            let (mut dead, left): (Vec<_>, Vec<_>) =
                messages.into_iter().partition(|message| message.id == id);
            for message in &mut dead {
                (message.in_flight, message.hidden_until) = (false, None);
            }
            *state.messages(queue) = left;
            state.messages(&dead_letters(queue)).extend(dead);
        }
        self.changed().await;
    }

    /// Hides a message that failed for a while.
    pub(super) fn hide(&self, queue: &str, id: &str, hidden_for: Duration) {
        for message in self.lock().messages(queue).iter_mut().filter(|message| message.id == id) {
            message.in_flight = false;
            message.hidden_until = Some(Instant::now() + hidden_for);
        }
    }

    /// The bodies of a queue's messages.
    pub(super) fn bodies(&self, queue: &str) -> Vec<String> {
        self.lock().messages(queue).iter().map(|message| message.body.clone()).collect()
    }

    /// Waits until a queue has no message.
    pub(super) async fn is_empty(&self, queue: &str) {
        let mut changes = self.changes.subscribe();
        while !self.lock().messages(queue).is_empty() {
            let _ = changes.changed().await; // `self` is the sender
        }
    }

    /// Waits until messages come or go.
    pub(super) async fn changes(&self) {
        let _ = self.changes.subscribe().changed().await; // `self` is the sender
    }

    async fn changed(&self) {
        self.changes.send_modify(|changes| *changes += 1);
        self.save().await;
    }

    /// Writes the file. What couldn't be written is delivered again after a restart, which does no harm.
    async fn save(&self) {
        let Some(file) = self.file.clone() else { return };
        let _saving = self.saving.lock().await;
        let json = serde_json::to_vec(&*self.lock()).unwrap_or_default();
        let written = tokio::task::spawn_blocking(move || write_private(&file, &json)).await;
        if !matches!(written, Ok(Ok(()))) {
            tracing::warn!("the relay's place could not be saved");
        }
    }
}

fn load(path: &Path) -> Result<State, StartError> {
    match std::fs::read(path) {
        Ok(bytes) => serde_json::from_slice(&bytes)
            .map_err(|error| StartError::Unreadable { path: path.to_owned(), reason: error.to_string() }),
        Err(error) if error.kind() == ErrorKind::NotFound => Ok(State::default()),
        Err(source) => Err(StartError::Data { path: path.to_owned(), source }),
    }
}

/// The queue of what failed too often in another.
pub(super) fn dead_letters(queue: &str) -> String {
    format!("{queue}-dead")
}
