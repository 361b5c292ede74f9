//! What a process writes.

use std::sync::{Arc, Mutex, PoisonError};

use tokio::io::{AsyncBufReadExt as _, AsyncRead, BufReader};
use tokio::sync::watch;
use tokio::task::JoinHandle;

/// The lines of one stream, read while the process runs.
#[derive(Debug)]
pub(crate) struct Lines {
    read: Arc<Mutex<Vec<String>>>,
    count: watch::Receiver<usize>,
    reader: JoinHandle<()>,
}

impl Lines {
    pub(crate) fn of(stream: impl AsyncRead + Unpin + Send + 'static) -> Self {
        let read = Arc::<Mutex<Vec<String>>>::default();
        let (sender, count) = watch::channel(0);
        let into = Arc::clone(&read);
        let reader = tokio::spawn(async move {
            let mut stream = BufReader::new(stream).lines();
            while let Ok(Some(line)) = stream.next_line().await {
                into.lock().unwrap_or_else(PoisonError::into_inner).push(line);
                sender.send_modify(|count| *count += 1);
            }
        });
        Self { read, count, reader }
    }

    /// The lines so far.
    pub(crate) fn get(&self) -> Vec<String> {
        self.read.lock().unwrap_or_else(PoisonError::into_inner).clone()
    }

    /// Waits for line number `index`, which may still be in the pipe; `None` if the stream ends first.
    pub(crate) async fn line(&mut self, index: usize) -> Option<String> {
        let _ = self.count.wait_for(|count| *count > index).await; // the end is an error here
        self.get().into_iter().nth(index)
    }

    /// Waits for the stream's end; all of its lines.
    pub(crate) async fn into_all(self) -> Vec<String> {
        let Self { read, reader, .. } = self;
        reader.await.expect("a reader doesn't panic");
        std::mem::take(&mut read.lock().unwrap_or_else(PoisonError::into_inner))
    }
}
