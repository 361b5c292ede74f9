//! How much memory `mirror-source` takes while it copies a large source: its real binary, of the same
//! profile, over the embedded engines and a web server on the loopback interface. Prints the table of
//! docs/PERFORMANCE.md, and fails where it takes 100 MB or more.
//!
//! `bench-mirror MEGABYTES` copies another size than 2,048.

use std::io::{self, Write as _};
use std::process::ExitCode;
use std::time::{Duration, Instant};

use serde_json::{Map, Value, json};
use stowage_tests::{Binary, Deployment};
use tokio::io::{AsyncReadExt as _, AsyncWriteExt as _};
use tokio::net::TcpListener;

/// What a megabyte is here, in bytes.
const MEGABYTE: u64 = 1024 * 1024;
/// What it may take.
const BOUND: u64 = 100 * MEGABYTE;
/// What a copy may take at the longest: the function's own timeout.
const TIMEOUT: Duration = Duration::from_mins(15);

#[tokio::main]
async fn main() -> io::Result<ExitCode> {
    let megabytes = std::env::args().nth(1).and_then(|size| size.parse().ok()).unwrap_or(2048);
    let built = std::env::current_exe()?.with_file_name("mirror-source");
    let binary = Binary::new("mirror-source", &built.to_string_lossy());
    let deployment = Deployment::start().await;
    let port = serve(megabytes).await?;
    let client = &deployment.stack().client;
    let bucket = client.bucket("mirrored", json!({"doc": {"type": "text"}}), json!(null)).await;
    let blob =
        json!({"property": "doc", "type": "text", "data": format!("http://localhost:{port}/large.txt")});
    let object = client.object(&bucket, "", &json!({"blobs": [blob]})).await.ok();
    let row = deployment.stack().engines().object(object["object_id"].as_str().expect("an id")).await;
    let variables = deployment
        .variables()
        .with("STOWAGE_FETCH_PORTS", port.to_string())
        .with("STOWAGE_FETCH_PRIVATE_HOSTS", "localhost");
    let mut function = deployment.function_with(&binary, &variables).await;
    eprintln!("copying {megabytes} MB");
    let began = Instant::now();
    let (_, line) = function.feed_within(&message(&row), TIMEOUT).await;
    let took = began.elapsed();
    assert_eq!(line["outcome"], "copied", "{line}");
    let Some(peak) = function.peak_memory() else {
        eprintln!("this system does not say how much memory a process has had");
        return Ok(ExitCode::FAILURE);
    };
    function.kill().await;
    let mut out = io::stdout();
    writeln!(out, "| a source of | took | peak memory of the process |")?;
    writeln!(out, "|---|---|---|")?;
    writeln!(out, "| {megabytes} MB | {:.0} s | {:.1} MB |", took.as_secs_f64(), megabytes_of(peak))?;
    writeln!(out)?;
    writeln!(
        out,
        "Written by `just bench-mirror`: the function's binary of the development profile, over recorded \
         embedded engines and a web server on the same machine. Nothing of AWS was involved: the time is the \
         engines', the memory is the function's."
    )?;
    if peak >= BOUND {
        eprintln!("it takes {BOUND} bytes or more");
        return Ok(ExitCode::FAILURE);
    }
    Ok(ExitCode::SUCCESS)
}

#[expect(clippy::cast_precision_loss, reason = "a size to be read")]
fn megabytes_of(bytes: u64) -> f64 {
    bytes as f64 / MEGABYTE as f64
}

/// A web server whose one page has this size. Gives its port.
async fn serve(megabytes: u64) -> io::Result<u16> {
    let listener = TcpListener::bind(("127.0.0.1", 0)).await?;
    let port = listener.local_addr()?.port();
    tokio::spawn(async move {
        while let Ok((mut stream, _)) = listener.accept().await {
            tokio::spawn(async move {
                let mut asked = [0; 4096];
                let _ = stream.read(&mut asked).await; // whatever it asks for, there is one page
                let length = megabytes * MEGABYTE;
                let head = format!(
                    "HTTP/1.1 200 OK\r\nContent-Type: text/plain\r\nContent-Length: {length}\r\n\r\n"
                );
                let mut sent = stream.write_all(head.as_bytes()).await;
                let piece = vec![b'x'; 1024 * 1024];
                for _ in 0..megabytes {
                    if sent.is_err() {
                        return;
                    }
                    sent = stream.write_all(&piece).await;
                }
            });
        }
    });
    Ok(port)
}

/// The message that an object waits for its copy.
fn message(row: &Value) -> Value {
    let names = ["bucket_id", "organisation_id", "namespace_id", "object_id", "incarnation"];
    let body: Map<String, Value> =
        names.into_iter().map(|name| (name.to_owned(), row[name].clone())).collect();
    json!({"Records": [{
        "messageId": "one", "eventSource": "aws:sqs", "body": Value::from(body).to_string(),
        "attributes": {"ApproximateReceiveCount": "1"},
    }]})
}
