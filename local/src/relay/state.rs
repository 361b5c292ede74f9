//! What the relay keeps: how far each stream has been read, and the messages that are not done.

use std::collections::BTreeMap;
use std::io::ErrorKind;
use std::path::{Path, PathBuf};
use std::sync::{Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use serde::{Deserialize, Serialize};
use tokio::sync::watch;
use tokio::time::Instant;

use crate::stack::{StartError, write_private};

/// A message in the queue.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub(super) struct Message {
    pub(super) id: String,
    pub(super) body: String,
    /// How often it has been received.
    pub(super) received: u32,
    /// When it may be received again; none at once.
    #[serde(skip)]
    pub(super) hidden_until: Option<Instant>,
    /// Whether it is being handled.
    #[serde(skip)]
    pub(super) in_flight: bool,
}

#[derive(Debug, Default, Serialize, Deserialize)]
struct State {
    /// The sequence number of the last record that was dealt with, by table.
    positions: BTreeMap<String, String>,
    messages: Vec<Message>,
}

/// The relay's state, in memory and in its file.
#[derive(Debug)]
pub(super) struct Kept {
    file: Option<PathBuf>,
    state: Mutex<State>,
    /// How many messages there are.
    count: watch::Sender<usize>,
    /// Held while the file is written, so that an older state never follows a newer one.
    saving: tokio::sync::Mutex<()>,
}

impl Kept {
    /// Reads the file, if there is one.
    pub(super) fn open(file: Option<PathBuf>) -> Result<Self, StartError> {
        let state: State = file.as_deref().map(load).transpose()?.unwrap_or_default();
        let count = watch::Sender::new(state.messages.len());
        Ok(Self { file, state: Mutex::new(state), count, saving: tokio::sync::Mutex::default() })
    }

    fn lock(&self) -> MutexGuard<'_, State> {
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// How far a table's stream has been dealt with.
    pub(super) fn position(&self, table: &str) -> Option<String> {
        self.lock().positions.get(table).cloned()
    }

    /// Notes that a stream has been dealt with up to here, with the messages that came of it.
    pub(super) async fn advance(&self, table: &str, position: String, messages: Vec<Message>) {
        {
            let mut state = self.lock();
            state.positions.insert(table.to_owned(), position);
            state.messages.extend(messages);
            self.count.send_replace(state.messages.len());
        }
        self.save().await;
    }

    /// Takes the messages that may be received now, for one event.
    pub(super) fn receive(&self, at_most: usize) -> Vec<Message> {
        let now = Instant::now();
        let mut state = self.lock();
        let visible = |message: &&mut Message| {
            !message.in_flight && message.hidden_until.is_none_or(|until| until <= now)
        };
        let received = state.messages.iter_mut().filter(visible).take(at_most).map(|message| {
            message.in_flight = true;
            message.received += 1;
            message.clone()
        });
        received.collect()
    }

    /// How long until a hidden message may be received; none without hidden ones.
    pub(super) fn next_visible(&self) -> Option<Duration> {
        let state = self.lock();
        let hidden = state.messages.iter().filter(|message| !message.in_flight);
        let next = hidden.filter_map(|message| message.hidden_until).min();
        next.map(|until| until.saturating_duration_since(Instant::now()))
    }

    /// Removes a message that is done.
    pub(super) async fn done(&self, id: &str) {
        {
            let mut state = self.lock();
            state.messages.retain(|message| message.id != id);
            self.count.send_replace(state.messages.len());
        }
        self.save().await;
    }

    /// Hides a message that failed for a while.
    pub(super) fn hide(&self, id: &str, hidden_for: Duration) {
        for message in self.lock().messages.iter_mut().filter(|message| message.id == id) {
            message.in_flight = false;
            message.hidden_until = Some(Instant::now() + hidden_for);
        }
    }

    /// Waits until there is no message.
    pub(super) async fn is_empty(&self) {
        let _ = self.count.subscribe().wait_for(|count| *count == 0).await; // `self` is the sender
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
