//! Does the long work behind tasks: removing buckets and namespaces, confirming many uploads, verifying large
//! ones.
//!
//! A message of its queue is one turn of one task. What a turn can't do in its time, the next one does;
//! whatever it does may be done again, so a turn that ends early, or runs twice, does no harm.

mod confirm;
mod namespace;
mod sweep;
mod turn;
mod verify;

use serde_json::Value;
use stowage_api::event::{QueueMessage, StreamRecord, Unreadable};
use stowage_api::{Deadline, EventFunction, Note};
use stowage_blobs::ports::{DeleteBytes, HashBytes, InspectUpload};
use stowage_domain::id::{OrganisationId, TaskId};
use stowage_domain::limits::MAX_TASK_RECEIVES;
use stowage_domain::task::{Next, Task, TaskStatus, Work};
use stowage_domain::{Error, Result};
use stowage_store::ports;

use turn::{Run, Stop};

/// The function, over the ports that it needs.
#[derive(Clone, Debug)]
pub struct RunTask<S, B> {
    store: S,
    blobs: B,
}

/// A name for all of these ports together.
macro_rules! together {
    ($(#[$doc:meta])+ $name:ident: $($port:path),+ $(,)?) => {
        $(#[$doc])+
        pub trait $name: $($port +)+ Clone {}

        impl<P: $($port +)+ Clone> $name for P {}
    };
}

together! {
    /// What it needs of the store.
    Records:
    ports::ChangeBucket,
    ports::CompleteUpload,
    ports::CreateBatch,
    ports::FailObject,
    ports::FindBucket,
    ports::FindObject,
    ports::FindUploads,
    ports::ListBatches,
    ports::ListBuckets,
    ports::ListObjects,
    ports::ListUploads,
    ports::PutTask,
    ports::ReadBucket,
    ports::ReadNamespace,
    ports::RemoveBucket,
    ports::RemoveNamespace,
    ports::SweepBucket,
    ports::VerifyUpload,
    ports::WorkOnTask,
}

together! {
    /// What it needs of the blobs.
    Bytes: DeleteBytes, HashBytes, InspectUpload
}

impl<S, B> RunTask<S, B> {
    /// The function over a store and its blobs.
    pub fn new(store: S, blobs: B) -> Self {
        Self { store, blobs }
    }
}

impl<S: Records, B: Bytes> EventFunction for RunTask<S, B> {
    const NAME: &'static str = "run-task";
    type Record = QueueMessage;

    async fn handle(&self, messages: &[QueueMessage], deadline: Deadline, note: &mut Note) -> Result<()> {
        for message in messages {
            self.work_on(message, deadline, note).await?;
        }
        Ok(())
    }
}

impl<S: Records, B: Bytes> RunTask<S, B> {
    async fn work_on(&self, message: &QueueMessage, deadline: Deadline, note: &mut Note) -> Result<()> {
        let turn = read(&message.body)?;
        note.organisation_id = Some(turn.organisation_id.to_string());
        note.task_id = Some(turn.task_id.to_string());
        let Some(task) = self.store.begin_turn(&turn, deadline.now()).await? else {
            note.outcome = Some("nothing to do");
            return Ok(());
        };
        note.namespace_id = Some(task.namespace_id.to_string());
        let mut run = Run::new(self.store.clone(), task, deadline);
        note.outcome = Some(match self.do_work(&mut run).await {
            Ok(()) => run.save(Next::Nothing).await.map(|_| "finished")?,
            Err(Stop::OutOfTime) => run.save(Next::Turn).await.map(|_| "to be continued")?,
            Err(Stop::NotOurs) => "another run's",
            Err(Stop::Failed(error)) => {
                // The queue's last try of a task that nothing depends on: its client polls it.
                if message.received >= MAX_TASK_RECEIVES && may_fail(&run.task) {
                    run.task = run.task.failed("it could not be finished; what is done stays", run.now());
                    run.save(Next::Nothing).await?;
                }
                return Err(error);
            }
        });
        Ok(())
    }

    /// Each kind of work is boxed: together they would make the handler's future too large to lay out.
    async fn do_work(&self, run: &mut Run<S>) -> std::result::Result<(), Stop> {
        match run.task.work.clone() {
            Some(Work::ConfirmUploads { bucket_id, policy, confirmations }) => {
                Box::pin(self.confirm_uploads(run, &bucket_id, policy, &confirmations)).await
            }
            Some(Work::VerifyUpload { upload_id, hashed }) => {
                Box::pin(self.verify_upload(run, &upload_id, hashed.as_ref())).await
            }
            Some(Work::DeleteBucket { bucket_id }) => {
                Box::pin(self.remove_bucket(run, &bucket_id)).await?;
                run.task = run.task.finished(TaskStatus::Completed, run.now());
                Ok(())
            }
            Some(Work::DeleteNamespace) => {
                Box::pin(self.remove_namespace(run)).await?;
                run.task = run.task.finished(TaskStatus::Completed, run.now());
                Ok(())
            }
            None => Err(Stop::Failed(Error::internal("a task without work has a turn"))),
        }
    }
}

/// Whether giving a task up leaves nothing half done. What is marked as being deleted stays so until it
/// is removed: such a task waits for somebody to see the dead letters.
fn may_fail(task: &Task) -> bool {
    matches!(task.work, Some(Work::ConfirmUploads { .. }))
}

/// Reads a message: the record of the row that starts the turn.
fn read(body: &str) -> Result<ports::Turn> {
    let row = StreamRecord::from_text(body).map_err(Unreadable::in_message)?.new.unwrap_or_default();
    let text = |name: &str| row.get(name).and_then(Value::as_str).unwrap_or_default();
    let turn = || {
        Some(ports::Turn {
            organisation_id: OrganisationId::parse(text("organisation_id"))?,
            task_id: TaskId::parse(text("task_id"))?,
            number: text("sk").strip_prefix("turn#")?.parse().ok()?,
        })
    };
    turn().ok_or_else(|| Unreadable("no turn of a task").in_message())
}
