//! EventBridge's API, as far as it is called: `PutEvents`. Source: EventBridge's API reference. Nothing
//! checks signatures here, so it is for this machine alone.

use http::{Request, StatusCode};
use http_body_util::{BodyExt as _, Limited};
use hyper::body::Incoming;
use serde_json::{Value, json};
use tokio::net::TcpListener;
use tokio::sync::watch;

use super::{EVENT_BUS, EventBus};
use crate::server::{self, Answer};

/// Most bytes of a call, and of its entries.
const MAX_BYTES: usize = 256 * 1024;
/// Most entries of a call.
const MAX_ENTRIES: usize = 10;

/// Serves the bus until `stop` turns true.
pub(crate) async fn serve(bus: EventBus, listener: TcpListener, stop: watch::Receiver<bool>) {
    server::serve(listener, stop, move |request| {
        let bus = bus.clone();
        async move { answer(&bus, request).await }
    })
    .await;
}

async fn answer(bus: &EventBus, request: Request<Incoming>) -> Answer {
    if server::target(&request) != Some("AWSEvents.PutEvents") {
        return refuse(StatusCode::BAD_REQUEST, "UnknownOperationException");
    }
    // More than the limit, so that what is too large is said to be.
    let Ok(body) = Limited::new(request.into_body(), 4 * MAX_BYTES).collect().await else {
        return refuse(StatusCode::BAD_REQUEST, "ValidationException");
    };
    let request: Value = serde_json::from_slice(&body.to_bytes()).unwrap_or_default();
    let Some(entries) = request["Entries"].as_array() else {
        return refuse(StatusCode::BAD_REQUEST, "ValidationException");
    };
    let bytes: usize = entries.iter().map(size_of).sum();
    if entries.is_empty() || entries.len() > MAX_ENTRIES || bytes > MAX_BYTES {
        return refuse(StatusCode::BAD_REQUEST, "ValidationException");
    }
    let results: Vec<Value> = entries.iter().map(|entry| put(bus, entry)).collect();
    let failed = results.iter().filter(|result| result["ErrorCode"].is_string()).count();
    reply(StatusCode::OK, &json!({"FailedEntryCount": failed, "Entries": results}))
}

/// What an entry counts: its time 14 bytes, the texts as many as they have.
fn size_of(entry: &Value) -> usize {
    let text = |name: &str| entry[name].as_str().map_or(0, str::len);
    14 + text("Source") + text("DetailType") + text("Detail")
}

fn put(bus: &EventBus, entry: &Value) -> Value {
    let failed = |code: &str| json!({"ErrorCode": code, "ErrorMessage": code});
    if entry["EventBusName"] != EVENT_BUS {
        // EventBridge takes entries for a bus that isn't there, and drops them.
        return json!({"EventId": ""});
    }
    let named = |name: &str| entry[name].as_str().is_some_and(|text| !text.is_empty());
    if !named("Source") || !named("DetailType") {
        return failed("InvalidArgument");
    }
    let detail: Option<Value> = entry["Detail"].as_str().and_then(|detail| serde_json::from_str(detail).ok());
    match detail.filter(Value::is_object).map(|detail| bus.put(entry, &detail)) {
        Some(Ok(id)) => json!({"EventId": id}),
        Some(Err(error)) => {
            tracing::error!(%error, "an event could not be kept");
            failed("InternalFailure")
        }
        None => failed("MalformedDetail"),
    }
}

fn refuse(status: StatusCode, kind: &str) -> Answer {
    reply(status, &json!({"__type": kind, "message": kind}))
}

fn reply(status: StatusCode, body: &Value) -> Answer {
    server::json_answer(status, "application/x-amz-json-1.1", body)
}
