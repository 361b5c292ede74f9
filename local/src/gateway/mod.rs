//! API Gateway's part: HTTP in, an event to the route's function, its answer out.

pub(crate) mod event;

use std::panic::AssertUnwindSafe;

use bytes::Bytes;
use futures::FutureExt as _;
use http::header::{
    ACCESS_CONTROL_ALLOW_HEADERS, ACCESS_CONTROL_ALLOW_METHODS, ACCESS_CONTROL_ALLOW_ORIGIN,
    ACCESS_CONTROL_EXPOSE_HEADERS, ACCESS_CONTROL_MAX_AGE, CONTENT_TYPE, HeaderValue,
};
use http::{Method, Request, Response, StatusCode};
use http_body_util::{BodyExt as _, Full, LengthLimitError, Limited};
use hyper::body::Incoming;
use stowage_api::Operation;
use stowage_domain::Error;
use tokio::net::TcpListener;
use tokio::sync::watch;

use crate::functions::Functions;
use crate::server::{self, Answer};
use event::{GatewayRequest, to_event};

/// API Gateway's own limit on a request's body, in bytes.
const MAX_BODY_BYTES: usize = 10 * 1024 * 1024;
/// Lambda's limit on an event, in bytes.
const MAX_EVENT_BYTES: usize = 6 * 1024 * 1024;

/// Serves the API until `stop` turns true, then finishes the requests in flight.
pub(crate) async fn serve(functions: Functions, listener: TcpListener, stop: watch::Receiver<bool>) {
    server::serve(listener, stop, move |request| {
        let functions = functions.clone();
        async move { answer(&functions, request).await }
    })
    .await;
}

async fn answer(functions: &Functions, request: Request<Incoming>) -> Answer {
    let preflight = request.method() == Method::OPTIONS;
    let mut response =
        if preflight { empty(StatusCode::NO_CONTENT) } else { route(functions, request).await };
    let headers = response.headers_mut();
    headers.insert(ACCESS_CONTROL_ALLOW_ORIGIN, HeaderValue::from_static("*"));
    if preflight {
        headers.insert(ACCESS_CONTROL_ALLOW_METHODS, HeaderValue::from_static("GET,POST,PUT,PATCH,DELETE"));
        headers.insert(
            ACCESS_CONTROL_ALLOW_HEADERS,
            HeaderValue::from_static("authorization,content-type,x-namespace"),
        );
        headers.insert(ACCESS_CONTROL_MAX_AGE, HeaderValue::from_static("86400"));
    } else {
        headers.insert(ACCESS_CONTROL_EXPOSE_HEADERS, HeaderValue::from_static("retry-after"));
    }
    response
}

async fn route(functions: &Functions, request: Request<Incoming>) -> Answer {
    let (parts, body) = request.into_parts();
    let body = match Limited::new(body, MAX_BODY_BYTES).collect().await {
        Ok(body) => body.to_bytes(),
        Err(error) if error.is::<LengthLimitError>() => return too_large(),
        Err(_) => return refuse(&Error::MalformedBody("it ended too early".to_owned())),
    };
    let (operation, parameters) = Operation::find(parts.method.as_str(), parts.uri.path());
    let gateway = GatewayRequest {
        operation,
        method: parts.method.as_str(),
        raw_path: parts.uri.path(),
        raw_query: parts.uri.query().unwrap_or_default(),
        headers: &parts.headers,
        parameters,
        body: &body,
    };
    let event = to_event(&gateway).to_string();
    if event.len() > MAX_EVENT_BYTES {
        return too_large();
    }
    // lambda_http's reading of an event panics on a host that is no host.
    let read = std::panic::catch_unwind(AssertUnwindSafe(|| lambda_http::request::from_str(&event)));
    let Ok(Ok(request)) = read else {
        return refuse(&Error::MalformedBody("the request's path or headers are not valid".to_owned()));
    };
    let call = AssertUnwindSafe(functions.call(operation.spec().function, request)).catch_unwind().await;
    match call {
        Ok(Some(response)) => response.map(|body| Full::new(Bytes::from(body))),
        _ => refuse(&Error::internal("the function could not be called")),
    }
}

fn too_large() -> Answer {
    refuse(&Error::RequestTooLarge { limit: MAX_EVENT_BYTES as u64 })
}

/// An answer that the gateway itself makes, in the contract's envelope.
fn refuse(error: &Error) -> Answer {
    let status = StatusCode::from_u16(error.status()).unwrap_or(StatusCode::INTERNAL_SERVER_ERROR);
    let mut response = Response::new(Full::new(Bytes::from(error.envelope().to_string())));
    *response.status_mut() = status;
    response.headers_mut().insert(CONTENT_TYPE, HeaderValue::from_static("application/json"));
    response
}

fn empty(status: StatusCode) -> Answer {
    let mut response = Response::new(Full::default());
    *response.status_mut() = status;
    response
}
