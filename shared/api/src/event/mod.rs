//! Functions that are fed by queues and streams: the one wrapper around their handlers.
//!
//! An event brings several records, and each may fail by itself: a failed record is reported by its
//! name and comes again, the others don't (`ReportBatchItemFailures`). Records come at least once, so
//! every handler makes a second delivery do no harm.

mod attribute;
mod deadline;
mod queue;
mod record;
mod s3;
mod scheduled;
mod stream;

use std::panic::AssertUnwindSafe;
use std::time::Instant;

use futures::FutureExt as _;
use futures::future::join_all;
use lambda_http::{Context, LambdaEvent, service_fn};
use serde_json::{Value, json};
use stowage_domain::{Error, Result};

use crate::clock;
use crate::log::{self, EventLine, Invocation};

pub use crate::log::Note;
pub use deadline::Deadline;
pub use queue::QueueMessage;
pub use record::{Record, Unreadable};
pub use s3::created_keys;
pub use scheduled::{ScheduledFunction, answer_schedule, run_schedule};
pub use stream::{Change, StreamRecord};

/// A Lambda function that a queue or a stream feeds.
pub trait EventFunction: Send + Sync {
    /// Its name: the directory under `functions/`.
    const NAME: &'static str;

    /// What it is fed with.
    type Record: Record;

    /// Records of an event with one name are handled together, and fail together; one without a name
    /// is handled by itself.
    fn group(&self, _record: &Self::Record) -> Option<String> {
        None
    }

    /// Handles records that belong together, never none. What it learns of them goes into the note.
    /// After an error all of them come again.
    fn handle(
        &self,
        records: &[Self::Record],
        deadline: Deadline,
        note: &mut Note,
    ) -> impl Future<Output = Result<()>> + Send;
}

/// Handles one event: the answer names the records that are to come again. Fails only if what came is
/// no such event at all.
pub async fn answer_event<F: EventFunction>(
    function: &F,
    event: Value,
    context: Option<&Context>,
) -> std::result::Result<Value, lambda_http::Error> {
    let mut invocation = Invocation::of(context);
    let deadline = Deadline::of(context);
    let groups = read_groups(function, event)?;
    let mut work = Vec::with_capacity(groups.len());
    for group in groups {
        work.push(handle_group(function, group, deadline, invocation.clone()));
        invocation.has_logged();
    }
    let failed: Vec<Vec<String>> = if F::Record::IN_ORDER {
        let mut failed = Vec::with_capacity(work.len());
        for group in work {
            failed.push(group.await);
        }
        failed
    } else {
        join_all(work).await
    };
    let failures: Vec<Value> = failed.concat().into_iter().map(|id| json!({"itemIdentifier": id})).collect();
    Ok(json!({"batchItemFailures": failures}))
}

/// Runs such a function on Lambda until its environment ends.
pub async fn run_events<F: EventFunction>(function: F) -> std::result::Result<(), lambda_http::Error> {
    log::start();
    let function = &function;
    lambda_http::lambda_runtime::run(service_fn(|event: LambdaEvent<Value>| async move {
        // Boxed: a future of many handlers' states is large.
        Box::pin(answer_event(function, event.payload, Some(&event.context))).await
    }))
    .await
}

/// Records that are handled together; or one that can't be read.
struct Group<R> {
    name: Option<String>,
    ids: Vec<String>,
    records: Result<Vec<R>>,
}

fn read_groups<F: EventFunction>(
    function: &F,
    mut event: Value,
) -> std::result::Result<Vec<Group<F::Record>>, Unreadable> {
    let Some(Value::Array(records)) = event.get_mut("Records").map(Value::take) else {
        return Err(Unreadable("an event without records"));
    };
    let mut groups: Vec<Group<F::Record>> = Vec::new();
    for record in records {
        let id = F::Record::id(&record).ok_or(Unreadable("a record without an id"))?.to_owned();
        let record = match F::Record::read(record) {
            Ok(record) => record,
            Err(Unreadable(reason)) => {
                let records = Err(Error::internal(format!("an unreadable record: {reason}")));
                groups.push(Group { name: None, ids: vec![id], records });
                continue;
            }
        };
        let name = function.group(&record);
        let known = groups.iter_mut().find(|group| name.is_some() && group.name == name);
        if let Some(Group { ids, records: Ok(records), .. }) = known {
            ids.push(id);
            records.push(record);
        } else {
            groups.push(Group { name, ids: vec![id], records: Ok(vec![record]) });
        }
    }
    Ok(groups)
}

/// Handles one group and writes its line; gives the names of the records that are to come again.
async fn handle_group<F: EventFunction>(
    function: &F,
    group: Group<F::Record>,
    deadline: Deadline,
    invocation: Invocation,
) -> Vec<String> {
    let started = Instant::now();
    let first = group.ids.first().map_or("", String::as_str);
    let attempt = group.records.as_ref().ok().and_then(|records| records.first()?.attempt());
    let line = EventLine::new(F::NAME, invocation, F::Record::SOURCE, first, attempt, clock::now());
    let mut note = Note::default();
    let outcome = match &group.records {
        Ok(records) => guarded(function.handle(records, deadline, &mut note), deadline).await,
        Err(error) => Err(error.clone()),
    };
    line.write(group.ids.len(), note, outcome.as_ref().err(), started.elapsed());
    if outcome.is_ok() { Vec::new() } else { group.ids }
}

/// A handler's outcome, also where it panics or takes all of its time.
async fn guarded(handling: impl Future<Output = Result<()>>, deadline: Deadline) -> Result<()> {
    match tokio::time::timeout(deadline.left(), AssertUnwindSafe(handling).catch_unwind()).await {
        Ok(Ok(outcome)) => outcome,
        Ok(Err(_panic)) => Err(Error::internal("the handler panicked")),
        Err(_elapsed) => Err(Error::internal("the function ran out of time")),
    }
}
