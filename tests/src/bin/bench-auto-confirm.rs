//! How soon an upload that nobody confirms is COMPLETED with its object, after its bytes have come: on the
//! local stack as `cargo run` starts it, the delay of two seconds included. Prints the table of
//! docs/PERFORMANCE.md, and fails where one takes more than five seconds.

use std::io::{self, Write as _};
use std::process::ExitCode;
use std::time::{Duration, Instant};

use serde_json::json;
use stowage_local::{Options, Stack};
use stowage_tests::Client;

/// How many uploads are measured, one after the other.
const UPLOADS: usize = 30;
/// How often each is looked at.
const LOOK_EVERY: Duration = Duration::from_millis(5);
/// What each may take.
const BOUND: Duration = Duration::from_secs(5);

#[tokio::main]
async fn main() -> io::Result<ExitCode> {
    let stack = Stack::start(Options::default()).await.expect("the stack starts");
    let client = Client::new(&stack.info().api, &stack.info().key);
    let bucket = client.bucket("films", json!({"clip": {"type": "video"}}), json!(null)).await;
    let mut times = Vec::with_capacity(UPLOADS);
    for n in 0..UPLOADS {
        times.push(one(&client, &bucket, n).await);
        eprintln!("{} of {UPLOADS} uploads are confirmed", n + 1);
    }
    stack.stop().await;
    times.sort_unstable();
    let (median, most) = (times[times.len() / 2], times[times.len() - 1]);
    let mut out = io::stdout();
    writeln!(out, "| from the PUT's answer to the object | |")?;
    writeln!(out, "|---|---|")?;
    writeln!(out, "| median | {:.2} s |", median.as_secs_f64())?;
    writeln!(out, "| most | {:.2} s |", most.as_secs_f64())?;
    writeln!(out)?;
    writeln!(
        out,
        "Written by `just bench-auto-confirm`: {UPLOADS} uploads, one after the other, on a local stack in \
         memory, whose delay is 2 s. Nothing of AWS was involved; there the delay is `AutoConfirmDelay`, 60 s \
         unless deployed otherwise."
    )?;
    if most > BOUND {
        eprintln!("one took more than {} s", BOUND.as_secs());
        return Ok(ExitCode::FAILURE);
    }
    Ok(ExitCode::SUCCESS)
}

/// Sends the bytes of an upload and waits for its object.
async fn one(client: &Client, bucket: &str, n: usize) -> Duration {
    let create = json!({"filename": "a.mp4", "content_type": "video/mp4"});
    let upload = client.upload(bucket, &create, format!("film {n}").as_bytes()).await;
    let sent = Instant::now();
    let path = format!("/v1/uploads/{}", upload["upload_id"].as_str().expect("an id"));
    loop {
        let shown = client.get(&path).await.ok();
        if shown["status"] == "COMPLETED" {
            let id = shown["object_id"].as_str().expect("an object");
            client.get(&format!("/v1/buckets/{bucket}/objects/{id}")).await.ok();
            return sent.elapsed();
        }
        tokio::time::sleep(LOOK_EVERY).await;
    }
}
