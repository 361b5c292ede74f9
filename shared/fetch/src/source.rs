//! The body of an answer, chunk by chunk.

use std::time::Duration;

use bytes::Bytes;
use http::header;
use http_body_util::BodyExt as _;
use hyper::body::{Body as _, Frame};
use tokio::time::{Instant, timeout_at};

use crate::error::{FetchError, Trouble};
use crate::exchange::Answer;

/// No chunk is larger, however the source sends.
pub const MAX_CHUNK_BYTES: usize = 128 * 1024;

/// A source that answered, and will be read. Dropping it hangs up.
pub struct Source {
    answer: Answer,
    host: String,
    read: u64,
    /// Read, and not yet handed out.
    rest: Bytes,
    max_bytes: u64,
    times: Times,
}

/// How long a source may take.
#[derive(Clone, Copy)]
pub(crate) struct Times {
    /// When all of it must be over.
    pub(crate) end: Instant,
    /// How long that is in all.
    pub(crate) time: Duration,
    /// How long it may be silent.
    pub(crate) idle: Duration,
}

impl Source {
    /// The source behind an answer, unless it says that it is too large.
    pub(crate) fn new(answer: Answer, host: &str, max_bytes: u64, times: Times) -> Result<Self, FetchError> {
        let source = Self { answer, host: host.to_owned(), read: 0, rest: Bytes::new(), max_bytes, times };
        match source.declared_length() {
            Some(length) if length > source.max_bytes => Err(FetchError::TooLarge(source.max_bytes)),
            _ => Ok(source),
        }
    }

    /// The `Content-Type`, as the source has it.
    pub fn content_type(&self) -> Option<&str> {
        self.header(&header::CONTENT_TYPE)
    }

    /// The `Content-Encoding`, if the source has one although it was asked for none. The chunks are
    /// what it sends: nothing is decoded.
    pub fn content_encoding(&self) -> Option<&str> {
        self.header(&header::CONTENT_ENCODING)
    }

    /// The length that the source says it will send. It sends that many or fails.
    pub fn declared_length(&self) -> Option<u64> {
        self.answer.response.body().size_hint().exact().map(|left| self.read + left)
    }

    /// The host that the bytes come from, after redirects. Never the rest of the URL.
    pub fn host(&self) -> &str {
        &self.host
    }

    /// The next bytes, none at the end.
    pub async fn next_chunk(&mut self) -> Result<Option<Bytes>, FetchError> {
        while self.rest.is_empty() {
            let Some(frame) = self.next_frame().await? else { return Ok(None) };
            // What isn't data is trailers.
            self.rest = frame.into_data().unwrap_or_default();
            self.read += self.rest.len() as u64;
            if self.read > self.max_bytes {
                return Err(FetchError::TooLarge(self.max_bytes));
            }
        }
        // hyper's buffer grows beyond its limit by what a single read brings.
        Ok(Some(self.rest.split_to(self.rest.len().min(MAX_CHUNK_BYTES))))
    }

    async fn next_frame(&mut self) -> Result<Option<Frame<Bytes>>, FetchError> {
        // What is ready is handed out whatever the timer says. Whoever reads may have used up the time.
        let now = Instant::now();
        let Times { end, time, idle } = self.times;
        if now >= end {
            return Err(too_slow(time));
        }
        let frame = timeout_at(end.min(now + idle), self.answer.response.frame()).await;
        match frame {
            Ok(frame) => Ok(frame.transpose().map_err(|_| Trouble::Broken)?),
            Err(_) if Instant::now() >= end => Err(too_slow(time)),
            Err(_) => Err(Trouble::Stalled.into()),
        }
    }

    fn header(&self, name: &header::HeaderName) -> Option<&str> {
        self.answer.response.headers().get(name)?.to_str().ok()
    }
}

/// The error of a fetch whose time was up.
pub(crate) fn too_slow(time: Duration) -> FetchError {
    FetchError::TooSlow(time.as_secs())
}
