//! EventBridge Scheduler's part: calls what runs by the clock.

use std::time::Duration;

use serde_json::json;
use tokio::sync::watch;

use crate::functions::Functions;
use crate::server::stopped;

/// The function, and how often it runs: the template's schedule says the same.
const FUNCTION: &str = "reconcile";
/// See [`FUNCTION`].
const EVERY: Duration = Duration::from_mins(15);
/// What it gets for one run: the template's timeout.
const TIMEOUT: Duration = Duration::from_mins(5);

/// Calls it until `stop` turns true; first when the stack has been up for a while.
pub(crate) async fn run(functions: Functions, stop: watch::Receiver<bool>) {
    let mut stop = std::pin::pin!(stopped(stop));
    loop {
        tokio::select! {
            () = &mut stop => return,
            () = tokio::time::sleep(EVERY) => {}
        }
        // Its own line says how it went.
        let _ = functions.deliver(FUNCTION, json!({}), TIMEOUT).await;
    }
}
