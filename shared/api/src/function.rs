//! The one wrapper around every handler: authenticate, call, turn errors and panics into the
//! contract's envelope, and log the request once.

use std::panic::AssertUnwindSafe;
use std::pin::Pin;
use std::time::Instant;

use futures::FutureExt as _;
use lambda_http::{Body, IntoResponse, Response, service_fn};
use stowage_domain::{Error, Result};

use crate::auth::{Auth, ReadCatalog};
use crate::clock;
use crate::log::{self, Line};
use crate::reply::Reply;
use crate::request::Request;
use crate::scope::Scope;

/// A Lambda function of the API.
pub trait Function: Send + Sync {
    /// Its name: the directory under `functions/`.
    const NAME: &'static str;

    /// Whom its operations act for.
    type Scope: Scope;

    /// Answers one call, which is authenticated by now.
    fn call(&self, scope: Self::Scope, request: &Request) -> impl Future<Output = Result<Reply>> + Send;
}

/// Answers one event with a function: never fails, never panics.
pub async fn answer<F, S>(function: &F, auth: &Auth<S>, http: lambda_http::Request) -> Response<String>
where
    F: Function,
    S: ReadCatalog,
{
    let started = Instant::now();
    let request = Request::new(http, clock::now());
    let mut line = Line::new(F::NAME, &request);
    let handled = AssertUnwindSafe(handle(function, auth, &request, &mut line)).catch_unwind();
    let limited = async {
        match request.ends_at() {
            Some(end) => tokio::time::timeout_at(end, handled).await,
            None => Ok(handled.await),
        }
    };
    let outcome = match limited.await {
        Ok(Ok(outcome)) => outcome,
        Ok(Err(_panic)) => Err(Error::internal("the handler panicked")),
        // A write may be under way: not a 503, which would say that nothing was stored.
        Err(_elapsed) => Err(Error::internal("the function ran out of time")),
    };
    let reply = match &outcome {
        Ok(reply) => Reply::clone(reply),
        Err(error) => Reply::from(error),
    };
    line.write(reply.status(), outcome.as_ref().err().or(reply.noted()), started.elapsed());
    reply.into()
}

async fn handle<F, S>(function: &F, auth: &Auth<S>, request: &Request, line: &mut Line) -> Result<Reply>
where
    F: Function,
    S: ReadCatalog,
{
    let scope = F::Scope::resolve(auth, request).await?;
    line.scope(scope.for_log());
    function.call(scope, request).await
}

/// Runs a function on Lambda until its environment ends.
pub async fn run<F, S>(function: F, auth: Auth<S>) -> std::result::Result<(), lambda_http::Error>
where
    F: Function,
    S: ReadCatalog,
{
    log::start();
    if F::Scope::READS_CATALOG {
        auth.connect().await;
    }
    let (function, auth) = (&function, &auth);
    lambda_http::run(service_fn(|http| async move {
        Ok::<_, std::convert::Infallible>(Text(answer(function, auth, http).await))
    }))
    .await
}

/// An answer, all of which are UTF-8. What `lambda_http` does with a `Response<String>` brings the
/// tables of every other encoding into the binary.
struct Text(Response<String>);

impl IntoResponse for Text {
    fn into_response(self) -> Pin<Box<dyn Future<Output = Response<Body>> + Send>> {
        Box::pin(std::future::ready(self.0.map(Body::Text)))
    }
}
