//! `stowage demo`: a file's whole way into the system, every exchange shown and checked.

mod file;
mod http;
mod requests;
mod show;
mod steps;

use std::io::Write as _;
use std::time::Instant;

use crate::cli::{DemoArgs, Outcome};
use crate::stack::{Options, Stack};
use file::Sample;
use http::Session;

/// Runs the demonstration on a stack of its own, which keeps nothing.
pub async fn run(arguments: DemoArgs) -> Outcome {
    // Ctrl-C drops the work, and with it the temporary data.
    tokio::select! {
        outcome = demonstrate(arguments) => outcome,
        _ = tokio::signal::ctrl_c() => Err("the demo was interrupted".into()),
    }
}

async fn demonstrate(arguments: DemoArgs) -> Outcome {
    let began = Instant::now();
    let found = file::find(arguments.file)?;
    let mut out = std::io::stdout();
    writeln!(out, "Stowage takes in a file: {found}")?;
    let sample = tokio::task::spawn_blocking(move || Sample::read(found)).await??;
    let stack = Stack::start(Options::default()).await?;
    let info = stack.info();
    writeln!(out, "The API is on {}, S3 on {}, for this demo only.\n", info.api, info.s3)?;

    let mut session = Session::new(&info.api, &info.key)?;
    steps::all(&mut session, &sample).await?;
    let steps = session.steps();
    stack.stop().await;
    writeln!(out, "All {steps} steps went as expected, in {:.1} s.", began.elapsed().as_secs_f64())?;
    writeln!(out, "To keep a stack running and try it yourself: stowage serve")?;
    Ok(())
}
