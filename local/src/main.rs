//! The `stowage` command.

use std::process::ExitCode;

use clap::Parser as _;
use stowage_local::cli::{Cli, Command};
use stowage_local::{demo, events, keys, serve};

#[tokio::main]
async fn main() -> ExitCode {
    let cli = Cli::parse();
    let outcome = match cli.command {
        None => serve::run(cli.serve).await,
        Some(Command::Serve(arguments)) => serve::run(arguments).await,
        Some(Command::Demo(arguments)) => demo::run(arguments).await,
        Some(Command::Keys(arguments)) => keys::run(arguments).await,
        Some(Command::Events(arguments)) => events::run(arguments).await,
    };
    match outcome {
        Ok(()) => ExitCode::SUCCESS,
        Err(problem) => {
            eprintln!("stowage: {problem}");
            // At once: while the runtime ends its tasks one by one, those that are left would complain of
            // each other's end below the line that says what happened.
            std::process::exit(1)
        }
    }
}
