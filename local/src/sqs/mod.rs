//! SQS's API for consumers outside of this process: as much of it as receiving takes. Source: SQS's API
//! reference. Nothing checks signatures here, so it is for this machine alone.

mod calls;

use http::{Request, StatusCode};
use http_body_util::{BodyExt as _, Limited};
use hyper::body::Incoming;
use serde_json::{Value, json};
use tokio::net::TcpListener;
use tokio::sync::watch;

use crate::relay::Relay;
use crate::server::{self, Answer};
use calls::Refused;

/// Most bytes of a call.
const MAX_BYTES: usize = 256 * 1024;

/// Serves the queues until `stop` turns true.
pub(crate) async fn serve(relay: Relay, url: String, listener: TcpListener, stop: watch::Receiver<bool>) {
    let ends = stop.clone();
    server::serve(listener, stop, move |request| {
        let (relay, url, ends) = (relay.clone(), url.clone(), ends.clone());
        async move {
            tokio::select! {
                answer = answer(&relay, &url, request) => answer,
                // A receiver that waits for messages is let go.
                () = server::stopped(ends) => reply(StatusCode::OK, &json!({})),
            }
        }
    })
    .await;
}

async fn answer(relay: &Relay, url: &str, request: Request<Incoming>) -> Answer {
    let action = server::target(&request)
        .and_then(|target| target.strip_prefix("AmazonSQS."))
        .unwrap_or_default()
        .to_owned();
    let Ok(body) = Limited::new(request.into_body(), MAX_BYTES).collect().await else {
        return refuse(&Refused::Invalid("the request is too large"));
    };
    let body: Value = serde_json::from_slice(&body.to_bytes()).unwrap_or_default();
    match calls::call(relay, url, &action, &body).await {
        Ok(answer) => reply(StatusCode::OK, &answer),
        Err(refused) => refuse(&refused),
    }
}

fn refuse(refused: &Refused) -> Answer {
    let (kind, message) = refused.describe();
    reply(StatusCode::BAD_REQUEST, &json!({"__type": kind, "message": message}))
}

fn reply(status: StatusCode, body: &Value) -> Answer {
    server::json_answer(status, "application/x-amz-json-1.0", body)
}
