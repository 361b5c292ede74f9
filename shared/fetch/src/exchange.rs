//! One request over one connection, and what its answer means.

use std::time::Duration;

use bytes::Bytes;
use http::{HeaderValue, Request, Response, header};
use http_body_util::Empty;
use hyper::body::Incoming;
use hyper::client::conn::http1;
use hyper_util::rt::TokioIo;
use tokio::task::JoinSet;
use tokio::time::timeout;

use crate::connect::Stream;
use crate::error::{FetchError, Refusal, Trouble};
use crate::rules::FetchRules;
use crate::source::MAX_CHUNK_BYTES;
use crate::target::Target;

/// An answer, and its connection, which ends when this is dropped.
pub(crate) struct Answer {
    /// The head, with the body behind it.
    pub(crate) response: Response<Incoming>,
    /// What reads the connection.
    _connection: JoinSet<()>,
}

/// Asks for the target, and waits for the answer's head no longer than the limit.
pub(crate) async fn ask(
    stream: Box<dyn Stream>,
    target: &Target,
    limit: Duration,
) -> Result<Answer, FetchError> {
    let request = request(target)?;
    let work = async {
        // It limits the head as well.
        let mut builder = http1::Builder::new();
        builder.max_buf_size(MAX_CHUNK_BYTES);
        let (mut sender, work) = builder.handshake(TokioIo::new(stream)).await?;
        let mut connection = JoinSet::new();
        connection.spawn(async move {
            // How it ended is told by the answer, or by its body.
            let _ = work.await;
        });
        let response = sender.send_request(request).await?;
        Ok::<_, hyper::Error>(Answer { response, _connection: connection })
    };
    let answer = timeout(limit, work).await.map_err(|_| Trouble::Stalled)?;
    Ok(answer.map_err(|_| Trouble::Broken)?)
}

/// Everything that a source is told: no credentials, cookies, or where we come from.
fn request(target: &Target) -> Result<Request<Empty<Bytes>>, FetchError> {
    let host = HeaderValue::try_from(target.authority()).map_err(|_| Refusal::Host)?;
    let request = Request::get(target.path_and_query())
        .header(header::HOST, host)
        .header(header::USER_AGENT, "Stowage")
        .header(header::ACCEPT, "*/*")
        .header(header::ACCEPT_ENCODING, "identity")
        .header(header::CONNECTION, "close")
        .body(Empty::new());
    Ok(request.map_err(|_| Refusal::Url)?)
}

/// What an answer's head says to do.
pub(crate) enum Verdict {
    /// Read the body.
    Read,
    /// Ask there instead.
    Follow(Target),
}

impl Answer {
    /// Reads the status, and the location that goes with some.
    pub(crate) fn verdict(&self, target: &Target, rules: &FetchRules) -> Result<Verdict, FetchError> {
        match self.response.status().as_u16() {
            // 203 is a 200 by way of somebody who changed it. Others have no body, or a part of one.
            200 | 203 => Ok(Verdict::Read),
            301 | 302 | 303 | 307 | 308 => {
                let location = self.response.headers().get(header::LOCATION).ok_or(Refusal::Location)?;
                Ok(Verdict::Follow(target.follow(location.as_bytes(), rules)?))
            }
            status @ (408 | 425 | 429 | 500..=599) => Err(Trouble::Answered(status).into()),
            status => Err(FetchError::Answered(status)),
        }
    }
}
