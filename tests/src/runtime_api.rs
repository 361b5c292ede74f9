//! The Lambda Runtime API, as a function's process calls it.
//!
//! Source: AWS Lambda Developer Guide, "Using the Lambda runtime API for custom runtimes".

use std::net::SocketAddr;
use std::sync::Arc;

use bytes::Bytes;
use http::{Method, Request, Response, StatusCode};
use http_body_util::Full;
use tokio::sync::{Mutex, mpsc};

use crate::server::{Reply, Server, reply};

const VERSION: &str = "/2018-06-01/runtime";

/// An event on its way to a process.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Invocation {
    /// Lambda's id of it.
    pub request_id: String,
    /// X-Ray's header.
    pub trace_id: String,
    /// When Lambda would end it, in milliseconds since the Unix epoch.
    pub deadline_ms: i64,
    /// The event, as JSON.
    pub event: String,
}

/// What a process reports.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) enum Report {
    /// The answer to an invocation, by its id.
    Answer(String, Bytes),
    /// An invocation failed, and Lambda would answer in the function's stead.
    Failure(String, Bytes),
    /// The function couldn't start.
    InitFailure(Bytes),
}

/// The API, for one process.
#[derive(Debug)]
pub(crate) struct RuntimeApi {
    server: Server,
    events: mpsc::UnboundedSender<Invocation>,
    reports: mpsc::UnboundedReceiver<Report>,
}

#[derive(Debug)]
struct State {
    /// What `next` hands out.
    events: Mutex<mpsc::UnboundedReceiver<Invocation>>,
    reports: mpsc::UnboundedSender<Report>,
}

impl RuntimeApi {
    pub(crate) async fn start() -> Self {
        let (events, queue) = mpsc::unbounded_channel();
        let (sender, reports) = mpsc::unbounded_channel();
        let state = Arc::new(State { events: Mutex::new(queue), reports: sender });
        let server = Server::start(0, move |request| respond(Arc::clone(&state), request)).await;
        Self { server, events, reports }
    }

    /// What goes into `AWS_LAMBDA_RUNTIME_API`.
    pub(crate) fn address(&self) -> SocketAddr {
        self.server.address()
    }

    /// Hands an event to whoever asks for the next one.
    pub(crate) fn send(&self, invocation: Invocation) {
        self.events.send(invocation).expect("the server is running");
    }

    /// The next report.
    pub(crate) async fn report(&mut self) -> Report {
        self.reports.recv().await.expect("the server is running")
    }
}

async fn respond(state: Arc<State>, request: Request<Bytes>) -> Reply {
    let path = request.uri().path().strip_prefix(VERSION)?.to_owned();
    if (request.method(), path.as_str()) == (&Method::GET, "/invocation/next") {
        let invocation = state.events.lock().await.recv().await?;
        return Some(next(invocation));
    }
    let body = request.into_body();
    let report = if path == "/init/error" {
        Report::InitFailure(body)
    } else {
        match path.strip_prefix("/invocation/")?.split_once('/')? {
            (id, "response") => Report::Answer(id.to_owned(), body),
            (id, "error") => Report::Failure(id.to_owned(), body),
            _ => return None,
        }
    };
    state.reports.send(report).ok()?;
    Some(reply(StatusCode::ACCEPTED, "application/json", r#"{"status":"OK"}"#))
}

fn next(invocation: Invocation) -> Response<Full<Bytes>> {
    let mut response = reply(StatusCode::OK, "application/json", invocation.event);
    for (name, value) in [
        ("lambda-runtime-aws-request-id", invocation.request_id),
        ("lambda-runtime-deadline-ms", invocation.deadline_ms.to_string()),
        ("lambda-runtime-invoked-function-arn", crate::process::ARN.to_owned()),
        ("lambda-runtime-trace-id", invocation.trace_id),
    ] {
        response.headers_mut().insert(name, value.parse().expect("a header's value"));
    }
    response
}
