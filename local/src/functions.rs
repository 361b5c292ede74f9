//! The functions, by the name that the operations' table has for them.

use std::pin::Pin;
use std::sync::Arc;
use std::time::Duration;

use auto_confirm::AutoConfirm;
use batches::Batches;
use buckets::Buckets;
use confirm_upload::ConfirmUpload;
use count_objects::CountObjects;
use create_object::CreateObject;
use create_upload::CreateUpload;
use lambda_http::{Context, Response};
use mirror_source::MirrorSource;
use namespaces::Namespaces;
use objects::Objects;
use publish_events::PublishEvents;
use reconcile::Reconcile;
use run_task::RunTask;
use serde_json::Value;
use service::Service;
use stowage_api::{
    Auth, EventFunction, Function, ScheduledFunction, answer, answer_event, answer_schedule, clock,
};
use stowage_blobs::Blobs;
use stowage_bus::Bus;
use stowage_domain::upload::Grace;
use stowage_fetch::{FetchRules, Fetcher};
use stowage_store::Store;
use tokio::sync::watch;
use uploads::Uploads;

type Answer = Pin<Box<dyn Future<Output = Response<String>> + Send>>;
type Handler = Arc<dyn Fn(lambda_http::Request) -> Answer + Send + Sync>;
type EventAnswer = Pin<Box<dyn Future<Output = Result<Value, String>> + Send>>;
type EventHandler = Arc<dyn Fn(Value, Context) -> EventAnswer + Send + Sync>;

/// Every function, ready to be called with events.
#[derive(Clone)]
pub struct Functions {
    handlers: Vec<(&'static str, Handler)>,
    event_handlers: Vec<(&'static str, EventHandler)>,
    /// Raised after each call: it may have written something.
    written: watch::Sender<u64>,
}

impl std::fmt::Debug for Functions {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        let names = self.handlers.iter().map(|(name, _)| name);
        f.debug_list().entries(names.chain(self.event_handlers.iter().map(|(name, _)| name))).finish()
    }
}

tokio::task_local! {
    static RUNNING: &'static str;
}

/// The function that a queue, a stream or the clock has started and whose work this is, if it is one's: what
/// stands between such functions and the engines may want to know.
pub fn running() -> Option<&'static str> {
    RUNNING.try_with(|name| *name).ok()
}

impl Functions {
    /// The functions of the API over one deployment's records and bytes.
    pub fn new(store: &Store, blobs: &Blobs, auth: &Auth) -> Self {
        let (store, blobs) = (|| store.clone(), || blobs.clone());
        // Nothing ends a local signer's session early: the contract's own bound is the cap.
        let max_url_seconds = 86_400;
        let handlers = vec![
            handler(CreateObject::new(store(), blobs()), auth),
            handler(CreateUpload::new(store(), blobs(), max_url_seconds), auth),
            handler(ConfirmUpload::new(store(), blobs()), auth),
            handler(Objects::new(store(), blobs()), auth),
            handler(Uploads::new(store(), blobs()), auth),
            handler(Batches::new(store(), blobs()), auth),
            handler(Buckets::new(store()), auth),
            handler(Namespaces::new(store()), auth),
            handler(Service, auth),
        ];
        Self { handlers, event_handlers: Vec::new(), written: watch::Sender::new(0) }
    }

    /// The same with those that queues and streams feed, over the same records and bytes.
    #[must_use]
    pub fn with_event_functions(
        self,
        store: &Store,
        blobs: &Blobs,
        bus: &Bus,
        fetch_rules: &FetchRules,
        grace: Grace,
    ) -> Self {
        let fetcher = Fetcher::new(fetch_rules.clone());
        let event_handlers = vec![
            event_handler(CountObjects::new(store.clone())),
            event_handler(RunTask::new(store.clone(), blobs.clone())),
            event_handler(AutoConfirm::new(store.clone(), blobs.clone())),
            event_handler(PublishEvents::new(bus.clone(), blobs.clone())),
            event_handler(MirrorSource::new(store.clone(), blobs.clone(), fetcher)),
            scheduled_handler(Reconcile::new(store.clone(), blobs.clone(), grace)),
        ];
        Self { event_handlers, ..self }
    }

    /// Calls a function; `None` if there is none of this name.
    pub async fn call(&self, name: &str, request: lambda_http::Request) -> Option<Response<String>> {
        let (_, handler) = self.handlers.iter().find(|(known, _)| *known == name)?;
        let response = handler(request).await;
        self.written.send_modify(|written| *written += 1);
        Some(response)
    }

    /// Calls a function that a queue, a stream or the clock starts, with the time that Lambda would give it.
    pub async fn deliver(&self, name: &str, event: Value, timeout: Duration) -> Result<Value, String> {
        let known = self.event_handlers.iter().find(|(known, _)| *known == name);
        let (name, handler) = known.ok_or_else(|| format!("no function {name}"))?;
        let mut context = Context::default();
        let timeout = i64::try_from(timeout.as_secs()).unwrap_or(i64::MAX);
        context.deadline = u64::try_from(clock::now().plus_seconds(timeout).millis()).unwrap_or(u64::MAX);
        let answer = RUNNING.scope(*name, handler(event, context)).await;
        self.written.send_modify(|written| *written += 1);
        answer
    }

    /// Raised after each call, when there may be something new to read from the streams.
    pub(crate) fn written(&self) -> &watch::Sender<u64> {
        &self.written
    }
}

fn event_handler<F: EventFunction + 'static>(function: F) -> (&'static str, EventHandler) {
    let function = Arc::new(function);
    let handler: EventHandler = Arc::new(move |event, context| {
        let function = Arc::clone(&function);
        Box::pin(async move {
            answer_event(function.as_ref(), event, Some(&context)).await.map_err(|error| error.to_string())
        })
    });
    (F::NAME, handler)
}

fn scheduled_handler<F: ScheduledFunction + 'static>(function: F) -> (&'static str, EventHandler) {
    let function = Arc::new(function);
    let handler: EventHandler = Arc::new(move |_, context| {
        let function = Arc::clone(&function);
        Box::pin(async move {
            answer_schedule(function.as_ref(), Some(&context)).await.map_err(|error| error.to_string())
        })
    });
    (F::NAME, handler)
}

fn handler<F: Function + 'static>(function: F, auth: &Auth) -> (&'static str, Handler) {
    let (function, auth) = (Arc::new(function), auth.clone());
    let handler: Handler = Arc::new(move |request| {
        let (function, auth) = (Arc::clone(&function), auth.clone());
        Box::pin(async move { answer(function.as_ref(), &auth, request).await })
    });
    (F::NAME, handler)
}
