//! Works on submitted batches until Ctrl-C.

use clap::Parser as _;
use stowage_example_processor::{Arguments, run};

#[tokio::main]
async fn main() -> std::process::ExitCode {
    match run(Arguments::parse()).await {
        Ok(()) => std::process::ExitCode::SUCCESS,
        Err(error) => {
            eprintln!("processor: {error}");
            std::process::ExitCode::FAILURE
        }
    }
}
