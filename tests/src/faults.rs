//! Faults at the SDKs' HTTP connector: what AWS does and the embedded engines don't.

use std::collections::BTreeMap;
use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;

use aws_smithy_runtime_api::client::http::{
    HttpClient, HttpConnector, HttpConnectorFuture, HttpConnectorSettings, SharedHttpClient,
    SharedHttpConnector,
};
use aws_smithy_runtime_api::client::orchestrator::{HttpRequest, HttpResponse};
use aws_smithy_runtime_api::client::result::ConnectorError;
use aws_smithy_runtime_api::client::runtime_components::RuntimeComponents;
use aws_smithy_types::body::SdkBody;
use stowage_local::running;

use crate::every::Every;

/// A call that an SDK sent.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Call {
    /// DynamoDB's action (`PutItem`), or S3's method and the first segment of the key (`PUT inline`).
    pub action: String,
    /// The request's body, for DynamoDB.
    pub body: String,
}

/// What is to happen to a call instead of, or after, what would happen.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Fault {
    /// The engine does it, and the answer is lost.
    LoseAnswer,
    /// The connection fails before the engine sees it, and nobody can tell.
    LoseRequest,
    /// The connection is refused, so that nothing was sent.
    RefuseConnection,
    /// AWS answers with this error of DynamoDB's instead.
    Error(&'static str),
    /// AWS answers with this bare HTTP status instead.
    Status(u16),
    /// The answer takes this long.
    Delay(Duration),
    /// AWS answers with this body instead, as it might: from a replica that is behind, or in part.
    Answer(String),
}

impl Fault {
    /// DynamoDB's throttle.
    pub const THROTTLE: Self = Self::Error("ThrottlingException");
    /// DynamoDB's answer to a plain write while a transaction holds the item.
    pub const CONFLICT: Self = Self::Error("TransactionConflictException");
}

#[derive(Debug)]
struct Rule {
    action: String,
    fault: Fault,
    left: usize,
}

#[derive(Debug, Default)]
struct State {
    calls: Vec<Call>,
    rules: Vec<Rule>,
    every: Option<Every>,
}

/// Records the calls of the system's SDK clients, and injects faults.
#[derive(Clone, Debug, Default)]
pub struct Faults {
    state: Arc<Mutex<State>>,
}

impl Faults {
    /// The next `times` calls of this action meet this fault. Rules for one action apply in order.
    pub fn inject(&self, action: &str, fault: Fault, times: usize) {
        self.lock().rules.push(Rule { action: action.to_owned(), fault, left: times });
    }

    /// From now on the calls of each function that queues, streams or the clock start fail in every way, each
    /// once for each action: the request lost, the answer lost, and throttled.
    pub fn bring_every(&self) {
        self.lock().every = Some(Every::default());
    }

    /// The functions with the actions that they have called since [`Self::bring_every`], each with what it has
    /// not met yet.
    pub fn outstanding(&self) -> BTreeMap<(&'static str, String), Vec<Fault>> {
        self.lock().every.as_ref().map(Every::outstanding).unwrap_or_default()
    }

    /// No call fails any more because of [`Self::bring_every`].
    pub fn bring_no_more(&self) {
        self.lock().every = None;
    }

    /// The calls since the last time this was asked.
    pub fn take_calls(&self) -> Vec<Call> {
        std::mem::take(&mut self.lock().calls)
    }

    /// The actions of [`Self::take_calls`].
    pub fn take_actions(&self) -> Vec<String> {
        self.take_calls().into_iter().map(|call| call.action).collect()
    }

    /// Drops the rules that are left, and tells how many faults were never met.
    pub fn clear(&self) -> usize {
        std::mem::take(&mut self.lock().rules).into_iter().fold(0, |sum, rule| rule.left.saturating_add(sum))
    }

    pub(crate) fn over(&self, inner: SharedHttpClient) -> SharedHttpClient {
        SharedHttpClient::new(FaultyClient { inner, faults: self.clone() })
    }

    fn lock(&self) -> std::sync::MutexGuard<'_, State> {
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }

    fn note(&self, call: Call) -> Option<Fault> {
        let mut state = self.lock();
        let rule = state.rules.iter_mut().find(|rule| rule.action == call.action && rule.left > 0);
        let ruled = rule.map(|rule| {
            rule.left -= 1;
            rule.fault.clone()
        });
        let every = state.every.as_mut().zip(running());
        let fault = ruled.or_else(|| every.and_then(|(every, function)| every.next(function, &call.action)));
        state.calls.push(call);
        fault
    }
}

#[derive(Debug)]
struct FaultyClient {
    inner: SharedHttpClient,
    faults: Faults,
}

impl HttpClient for FaultyClient {
    fn http_connector(
        &self,
        settings: &HttpConnectorSettings,
        components: &RuntimeComponents,
    ) -> SharedHttpConnector {
        let inner = self.inner.http_connector(settings, components);
        SharedHttpConnector::new(FaultyConnector { inner, faults: self.faults.clone() })
    }
}

#[derive(Debug)]
struct FaultyConnector {
    inner: SharedHttpConnector,
    faults: Faults,
}

impl HttpConnector for FaultyConnector {
    fn call(&self, request: HttpRequest) -> HttpConnectorFuture {
        let lost = || ConnectorError::io("a fault of the test".into());
        match self.faults.note(describe(&request)) {
            None => self.inner.call(request),
            Some(Fault::RefuseConnection) => {
                let refused = std::io::Error::from(std::io::ErrorKind::ConnectionRefused);
                HttpConnectorFuture::ready(Err(ConnectorError::io(refused.into())))
            }
            Some(Fault::LoseRequest) => HttpConnectorFuture::ready(Err(lost())),
            Some(Fault::LoseAnswer) => {
                let answer = self.inner.call(request);
                HttpConnectorFuture::new(async move {
                    let _ = answer.await;
                    Err(lost())
                })
            }
            Some(Fault::Delay(by)) => {
                let answer = self.inner.call(request);
                HttpConnectorFuture::new(async move {
                    tokio::time::sleep(by).await;
                    answer.await
                })
            }
            Some(Fault::Error(code)) => {
                let body = format!(
                    r#"{{"__type":"com.amazonaws.dynamodb.v20120810#{code}","message":"a fault of the test"}}"#
                );
                HttpConnectorFuture::ready(respond(400, body))
            }
            Some(Fault::Answer(body)) => HttpConnectorFuture::ready(respond(200, body)),
            Some(Fault::Status(status)) => HttpConnectorFuture::ready(respond(status, String::new())),
        }
    }
}

fn respond(status: u16, body: String) -> Result<HttpResponse, ConnectorError> {
    let status = status.try_into().map_err(|_| ConnectorError::user("no such status".into()))?;
    let mut response = HttpResponse::new(status, SdkBody::from(body));
    response.headers_mut().insert("content-type", "application/x-amz-json-1.0");
    Ok(response)
}

fn describe(request: &HttpRequest) -> Call {
    let body = request.body().bytes().map(String::from_utf8_lossy).unwrap_or_default().into_owned();
    let target = request.headers().get("x-amz-target").and_then(|target| target.rsplit_once('.'));
    let action = target.map_or_else(
        || {
            // Path-style: http://host/bucket/area/…
            let path = request.uri().split('?').next().unwrap_or_default();
            let area = path.split('/').nth(4).unwrap_or_default();
            format!("{} {area}", request.method())
        },
        |(_, action)| action.to_owned(),
    );
    Call { action, body }
}
