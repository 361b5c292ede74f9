//! The one HTTP server of this machine's endpoints.

use std::convert::Infallible;
use std::time::Duration;

use bytes::Bytes;
use http::header::{CONTENT_TYPE, HeaderValue};
use http::{Request, Response, StatusCode};
use http_body_util::Full;
use hyper::body::Incoming;
use hyper::server::conn::http1;
use hyper::service::service_fn;
use hyper_util::rt::{TokioIo, TokioTimer};
use serde_json::Value;
use tokio::net::TcpListener;
use tokio::sync::watch;
use tokio::task::JoinSet;

/// How long requests in flight may take after the end was asked for.
const GRACE: Duration = Duration::from_secs(10);

/// An answer with its whole body.
pub(crate) type Answer = Response<Full<Bytes>>;

/// Answers requests until `stop` turns true, then finishes those in flight.
pub(crate) async fn serve<A, F>(listener: TcpListener, stop: watch::Receiver<bool>, answer: A)
where
    A: Fn(Request<Incoming>) -> F + Clone + Send + Sync + 'static,
    F: Future<Output = Answer> + Send + 'static,
{
    let mut connections = JoinSet::new();
    let mut stopping = std::pin::pin!(stopped(stop.clone()));
    loop {
        let stream = tokio::select! {
            () = &mut stopping => break,
            Some(_) = connections.join_next() => continue,
            accepted = listener.accept() => match accepted {
                Ok((stream, _)) => stream,
                Err(error) => {
                    tracing::warn!(%error, "could not accept a connection");
                    tokio::time::sleep(Duration::from_millis(50)).await;
                    continue;
                }
            },
        };
        let _ = stream.set_nodelay(true); // slower without, and nothing else
        let (answer, stop) = (answer.clone(), stop.clone());
        connections.spawn(async move {
            let service = service_fn(|request| {
                let answering = answer(request);
                async move { Ok::<_, Infallible>(answering.await) }
            });
            let connection = http1::Builder::new()
                .timer(TokioTimer::new())
                .serve_connection(TokioIo::new(stream), service);
            let mut connection = std::pin::pin!(connection);
            tokio::select! {
                _ = connection.as_mut() => return,
                () = stopped(stop) => connection.as_mut().graceful_shutdown(),
            }
            let _ = connection.await; // the client may be gone; there is nobody to tell
        });
    }
    drop(listener);
    let finished = async { while connections.join_next().await.is_some() {} };
    if tokio::time::timeout(GRACE, finished).await.is_err() {
        connections.shutdown().await;
    }
}

/// Which operation a call of one of AWS's JSON protocols is.
pub(crate) fn target<B>(request: &Request<B>) -> Option<&str> {
    request.headers().get("x-amz-target")?.to_str().ok()
}

/// The answer to such a call, in the protocol's version.
pub(crate) fn json_answer(status: StatusCode, content_type: &'static str, body: &Value) -> Answer {
    let mut response = Response::new(Full::new(Bytes::from(body.to_string())));
    *response.status_mut() = status;
    response.headers_mut().insert(CONTENT_TYPE, HeaderValue::from_static(content_type));
    response
}

/// Waits for the end; a dropped sender means it as well.
pub(crate) async fn stopped(mut stop: watch::Receiver<bool>) {
    let _ = stop.wait_for(|stop| *stop).await;
}
