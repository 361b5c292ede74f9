//! Functions that run by the clock. Source: EventBridge Scheduler User Guide.

use std::collections::BTreeMap;
use std::time::Instant;

use lambda_http::{Context, LambdaEvent, service_fn};
use serde_json::{Value, json};
use stowage_domain::Result;

use super::{Deadline, guarded};
use crate::clock;
use crate::log::{self, EventLine, Invocation, Note};

/// A Lambda function that runs by the clock.
pub trait ScheduledFunction: Send + Sync {
    /// Its name: the directory under `functions/`.
    const NAME: &'static str;

    /// Does what its time allows; what it counts and finds goes into the note. After an error it runs again.
    fn run(&self, deadline: Deadline, note: &mut Note) -> impl Future<Output = Result<()>> + Send;
}

/// Runs such a function once: the answer is what it counted and found.
pub async fn answer_schedule<F: ScheduledFunction>(
    function: &F,
    context: Option<&Context>,
) -> std::result::Result<Value, lambda_http::Error> {
    let started = Instant::now();
    let deadline = Deadline::of(context);
    let line = EventLine::new(F::NAME, Invocation::of(context), "aws.scheduler", "", None, clock::now());
    let mut note = Note::default();
    let outcome = guarded(function.run(deadline, &mut note), deadline).await;
    let answer: BTreeMap<_, _> = note.counted.iter().chain(&note.standing).collect();
    let answer = json!(answer);
    line.write(1, note, outcome.as_ref().err(), started.elapsed());
    match outcome {
        Ok(()) => Ok(answer),
        // The cause is in the line; Lambda sees that the run failed.
        Err(error) => Err(error.type_name().into()),
    }
}

/// Runs such a function on Lambda until its environment ends.
pub async fn run_schedule<F: ScheduledFunction>(function: F) -> std::result::Result<(), lambda_http::Error> {
    log::start();
    let function = &function;
    lambda_http::lambda_runtime::run(service_fn(|event: LambdaEvent<Value>| async move {
        Box::pin(answer_schedule(function, Some(&event.context))).await
    }))
    .await
}
