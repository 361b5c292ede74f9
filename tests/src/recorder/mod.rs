//! Between a function's process and the engines: notes what the function does to AWS, and can get in
//! its way.

mod calls;
mod trouble;

use std::collections::BTreeSet;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use bytes::Bytes;
use http::header::{CONNECTION, DATE, EXPECT, TRANSFER_ENCODING};
use http::{HeaderMap, Request, Response};
use http_body_util::Full;
use tokio::sync::watch;

use stowage_local::StackInfo;

use crate::secrets::Secrets;
use crate::server::{Reply, Server};
pub use calls::Call;
pub use trouble::Trouble;

/// Proxies, one for each service. Requests and answers go through as they are, `Host` included,
/// so that signatures stay valid.
#[derive(Debug)]
pub struct Recorder {
    dynamodb: Proxy,
    s3: Proxy,
    events: Proxy,
    notes: Notes,
}

/// What the proxies share.
#[derive(Clone, Debug)]
struct Notes {
    state: Arc<Mutex<State>>,
    secrets: Secrets,
    /// How many calls have been held back so far.
    held: watch::Sender<usize>,
    http: reqwest::Client,
}

#[derive(Debug, Default)]
struct State {
    calls: BTreeSet<Call>,
    troubles: Vec<(String, Trouble)>,
}

#[derive(Debug)]
struct Proxy {
    service: &'static str,
    engine: String,
    port: u16,
    server: Option<Server>,
}

impl Recorder {
    /// Starts before the engines of a stack. It learns the signatures that it sees.
    pub async fn start(engines: &StackInfo, secrets: &Secrets) -> Self {
        let http = reqwest::Client::builder().redirect(reqwest::redirect::Policy::none()).no_proxy().build();
        let notes = Notes {
            state: Arc::default(),
            secrets: secrets.clone(),
            held: watch::Sender::new(0),
            http: http.expect("an HTTP client"),
        };
        Self {
            dynamodb: Proxy::start("dynamodb", &engines.dynamodb, &notes).await,
            s3: Proxy::start("s3", &engines.s3, &notes).await,
            events: Proxy::start("events", &engines.events, &notes).await,
            notes,
        }
    }

    /// The endpoint of DynamoDB.
    pub fn dynamodb(&self) -> String {
        self.dynamodb.url()
    }

    /// The endpoint of S3.
    pub fn s3(&self) -> String {
        self.s3.url()
    }

    /// The endpoint of the event bus.
    pub fn events(&self) -> String {
        self.events.url()
    }

    /// Every call so far, each once.
    pub fn calls(&self) -> BTreeSet<Call> {
        self.notes.lock().calls.clone()
    }

    /// Notes the call that a presigned URL allows.
    pub fn note_presigned(&self, url: &str) {
        self.notes.lock().calls.insert(calls::presigned(url));
    }

    /// From now on every call of this service, resource or action (`s3`, `objects`, `s3:inline/`,
    /// `TransactWriteItems.Put`) meets this.
    pub fn trouble(&self, whom: &str, trouble: Trouble) {
        self.notes.lock().troubles.push((whom.to_owned(), trouble));
    }

    /// Ends all troubles. What is held back stays so.
    pub fn calm(&self) {
        self.notes.lock().troubles.clear();
    }

    /// Waits until this many calls have been held back since the recorder started.
    pub async fn has_held(&self, calls: usize) {
        let mut held = self.notes.held.subscribe();
        held.wait_for(|held| *held >= calls).await.expect("the recorder is running");
    }

    /// Takes S3 down: connections are refused.
    pub async fn take_s3_down(&mut self) {
        if let Some(server) = self.s3.server.take() {
            server.stop().await;
        }
    }

    /// Brings S3 back, where it was.
    pub async fn bring_s3_back(&mut self) {
        self.s3.serve(&self.notes).await;
    }
}

impl Proxy {
    async fn start(service: &'static str, engine: &str, notes: &Notes) -> Self {
        let mut proxy = Self { service, engine: engine.to_owned(), port: 0, server: None };
        proxy.serve(notes).await;
        proxy
    }

    async fn serve(&mut self, notes: &Notes) {
        let (service, engine, notes) = (self.service, self.engine.clone(), notes.clone());
        let handler = move |request| {
            let (engine, notes) = (engine.clone(), notes.clone());
            async move { notes.pass(service, &engine, request).await }
        };
        let server = Server::start(self.port, handler).await;
        self.port = server.address().port();
        self.server = Some(server);
    }

    fn url(&self) -> String {
        format!("http://127.0.0.1:{}", self.port)
    }
}

impl Notes {
    fn lock(&self) -> MutexGuard<'_, State> {
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }

    async fn pass(&self, service: &'static str, engine: &str, request: Request<Bytes>) -> Reply {
        let trouble = self.note(service, &request);
        if let Some(Trouble::Before(time)) = trouble {
            self.hold(time).await;
        }
        let refusal =
            trouble.and_then(|trouble| trouble.answer(service, request.method(), request.headers()));
        let mut response = match refusal {
            Some(refusal) => refusal,
            None => self.forward(engine, request).await?,
        };
        if let Some(Trouble::After(time)) = trouble {
            self.hold(time).await;
        }
        if let Some(date) = trouble.and_then(Trouble::date) {
            response.headers_mut().insert(DATE, date.parse().expect("a header's value"));
        }
        Some(response)
    }

    /// Notes a request's calls and signature, and tells what is to happen to it.
    fn note(&self, service: &'static str, request: &Request<Bytes>) -> Option<Trouble> {
        let header = |name: &str| request.headers().get(name).and_then(|value| value.to_str().ok());
        self.secrets.add_signature(header("authorization").unwrap_or_default());
        let target = header("x-amz-target").and_then(|target| target.rsplit_once('.'));
        let found = match target {
            Some(("AWSEvents", action)) => calls::events(action, request.body()),
            Some((_, action)) => calls::dynamodb(action, request.body()),
            None => {
                let query = request.uri().query().unwrap_or_default();
                vec![calls::s3(request.method(), request.uri().path(), query)]
            }
        };
        let mut state = self.lock();
        let meets =
            |whom: &str| found.iter().any(|call| [service, &call.resource, &call.action].contains(&whom));
        let trouble = state.troubles.iter().find(|(whom, _)| meets(whom)).map(|(_, trouble)| *trouble);
        state.calls.extend(found);
        trouble
    }

    async fn hold(&self, time: std::time::Duration) {
        self.held.send_modify(|held| *held += 1);
        tokio::time::sleep(time).await;
    }

    async fn forward(&self, engine: &str, request: Request<Bytes>) -> Reply {
        let (mut parts, body) = request.into_parts();
        let target = parts.uri.path_and_query().map_or("/", |target| target.as_str());
        drop_connection_headers(&mut parts.headers);
        let sent = self.http.request(parts.method, format!("{engine}{target}"));
        let answer = sent.headers(parts.headers).body(body).send().await.ok()?;
        let mut response = Response::new(Full::default());
        *response.status_mut() = answer.status();
        *response.headers_mut() = answer.headers().clone();
        drop_connection_headers(response.headers_mut());
        *response.body_mut() = Full::new(answer.bytes().await.ok()?);
        Some(response)
    }
}

/// What is said about one connection isn't true of the next.
fn drop_connection_headers(headers: &mut HeaderMap) {
    for name in [CONNECTION, TRANSFER_ENCODING, EXPECT] {
        headers.remove(name);
    }
}
