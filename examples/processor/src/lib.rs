//! A small processor of Stowage's batches, to start one's own from.
//!
//! It takes submitted batches off the queue, reads their objects over the API and the bytes from S3 by
//! presigned URLs, counts the words of texts and measures images, prints what it found as lines of JSON,
//! and reports back what became of each object. What it does to a batch may happen twice: a queue delivers
//! at least once, and Stowage takes a repeated report as the one that it had.

mod analyse;
mod api;
mod http;
mod queue;
mod setting;
mod work;

use std::path::PathBuf;

use clap::Parser;

use api::Api;
use queue::Queue;
use setting::Setting;
use work::Processor;

/// Why the processor ends, or leaves a message to be received again.
#[derive(Debug, thiserror::Error)]
pub enum Error {
    /// It doesn't know where to work.
    #[error("{0}")]
    Setting(String),
    /// The API couldn't be asked, or answered with a failure of its own.
    #[error("the API: {0}")]
    Api(String),
    /// The API refused; sending the same again would be refused again.
    #[error("the API refused: {status} {code}")]
    Refused {
        /// The HTTP status.
        status: u16,
        /// The error's code, or its message.
        code: String,
    },
    /// The queue couldn't be read.
    #[error("the queue: {0}")]
    Queue(String),
}

/// Text statistics and image dimensions of the objects of submitted batches.
///
/// Without any variables it works for the local stack. For a deployed one, set `STOWAGE_URL`,
/// `STOWAGE_API_KEY` (permissions read and process), `STOWAGE_QUEUE_URL`, `AWS_REGION`, and credentials
/// that may receive from the queue, as the AWS command line reads them from the environment.
#[derive(Clone, Debug, Parser)]
#[command(name = "processor")]
pub struct Arguments {
    /// Where the local stack keeps its data
    #[arg(long, default_value = ".stowage", value_name = "DIR")]
    pub data_dir: PathBuf,
    /// End when the queue is empty, instead of waiting for more
    #[arg(long)]
    pub once: bool,
}

/// Works on batches until Ctrl-C, or until the queue is empty.
pub async fn run(arguments: Arguments) -> Result<(), Error> {
    let setting = Setting::find(&arguments.data_dir)?;
    eprintln!("Processing batches of {}. Ctrl-C ends it.", setting.api);
    let interrupted = tokio::signal::ctrl_c();
    tokio::select! {
        result = work_for(&setting, arguments.once) => result,
        _ = interrupted => Ok(()),
    }
}

/// Works on the batches of one setting's queue.
async fn work_for(setting: &Setting, once: bool) -> Result<(), Error> {
    let processor = Processor::new(Api::new(setting)?);
    let queue = Queue::open(setting).await?;
    loop {
        let Some(message) = queue.receive(once).await? else {
            if once {
                return Ok(());
            }
            continue;
        };
        match processor.work_on(&queue, &message).await {
            // It is done, or will never be: a repeat would find nothing to do.
            Ok(()) | Err(Error::Refused { .. }) => queue.delete(&message).await?,
            // It comes again when it is visible again.
            Err(error) => eprintln!("left in the queue: {error}"),
        }
    }
}
