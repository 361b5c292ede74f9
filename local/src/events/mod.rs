//! `stowage events`: watch a local stack's events, and have undelivered ones sent again.

mod replay;
mod tail;

use crate::cli::{EventsArgs, EventsCommand, Outcome};

/// Does what the command line says.
pub async fn run(arguments: EventsArgs) -> Outcome {
    match arguments.command {
        EventsCommand::Tail { data_dir, all, json } => tail::run(&data_dir, all, json).await,
        EventsCommand::Replay { blob_bucket, bus } => replay::run(&blob_bucket, &bus).await,
    }
}
