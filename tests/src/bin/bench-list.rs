//! Whether a page costs more in a larger bucket: how long listing 100 objects takes in a bucket of
//! 1,000 and in one of 100,000, over HTTP on the embedded engines. Prints the table of
//! docs/PERFORMANCE.md, and fails where the larger bucket takes more than 1.3 times as long.
//!
//! `bench-list SMALL LARGE` compares other sizes.

use std::io::{self, Write as _};
use std::process::ExitCode;
use std::time::{Duration, Instant};

use serde_json::{Value, json};
use stowage_tests::TestStack;

/// How many objects a page shows.
const PAGE: usize = 100;
/// How often each page is asked for, and how often before, unmeasured.
const ROUNDS: usize = 101;
const WARM_UP: usize = 10;
/// How many objects are put between two words to whoever waits.
const PUT_AT_ONCE: usize = 10_000;
/// How many times the time of the smaller bucket the larger one may take.
const BOUND: f64 = 1.3;

/// A bucket, with what asks for its first and its last page.
struct Subject {
    size: usize,
    path: String,
    bodies: [Value; 2],
    times: [Vec<Duration>; 2],
}

#[tokio::main]
async fn main() -> io::Result<ExitCode> {
    let mut sizes = std::env::args().skip(1).filter_map(|size| size.parse().ok());
    let sizes = [sizes.next().unwrap_or(1_000), sizes.next().unwrap_or(100_000)];
    let stack = TestStack::start().await;
    let mut subjects = Vec::new();
    for size in sizes {
        subjects.push(Subject::furnish(&stack, size).await);
    }
    eprintln!("the counters follow");
    stack.stack().relay().quiet().await; // counting beside it would be measured too
    for round in 0..WARM_UP + ROUNDS {
        // In turn, so that whatever else the machine does falls on all of them.
        for subject in &mut subjects {
            subject.measure(&stack, round >= WARM_UP).await;
        }
    }
    report(&subjects)
}

impl Subject {
    async fn furnish(stack: &TestStack, size: usize) -> Self {
        let bucket = stack.client.bucket(&format!("of {size}"), json!({}), json!(null)).await;
        let object = json!({
            "title": "As You Like It", "year": 1623, "key_prefix": "/folio/comedies",
            "tags": ["comedy", "forest", "exile"], "stage": {"acts": 5, "scenes": 22, "first": "Wilton House"},
        });
        let object = stack.client.object(&bucket, "", &object).await.ok();
        let id = object["object_id"].as_str().expect("an id");
        let mut there = 1;
        while there < size {
            let count = PUT_AT_ONCE.min(size - there);
            let first = i64::try_from(there).expect("not so many");
            stack.crowd(&bucket, id, count, |n| 1_700_000_000_000 + first + n).await;
            there += count;
            eprintln!("{there} of {size} objects are there");
        }
        let path = format!("/v1/buckets/{bucket}/objects/list");
        let first = json!({"limit": PAGE});
        let last = json!({"limit": PAGE, "cursor": cursor_behind(stack, &path, size - PAGE).await});
        Self { size, path, bodies: [first, last], times: [Vec::new(), Vec::new()] }
    }

    async fn measure(&mut self, stack: &TestStack, counts: bool) {
        for (body, times) in self.bodies.iter().zip(&mut self.times) {
            let started = Instant::now();
            let page = stack.client.post(&self.path, body).await;
            let took = started.elapsed();
            assert_eq!(page.ok()["results"].as_array().map(Vec::len), Some(PAGE));
            if counts {
                times.push(took);
            }
        }
        stack.faults().take_calls(); // or they would pile up
    }

    /// The medians of the first and the last page, in milliseconds.
    fn medians(&self) -> [f64; 2] {
        self.times.clone().map(|mut times| {
            times.sort_unstable();
            times[times.len() / 2].as_secs_f64() * 1000.0
        })
    }
}

/// The cursor behind the first `count` objects.
async fn cursor_behind(stack: &TestStack, path: &str, count: usize) -> Value {
    let (mut passed, mut cursor) = (0, Value::Null);
    while passed < count {
        let limit = (count - passed).min(1000);
        let page = stack.client.post(path, &json!({"limit": limit, "cursor": cursor})).await.ok();
        passed += page["results"].as_array().map_or(0, Vec::len);
        cursor = page["pagination"]["next_cursor"].clone();
        assert!(cursor.is_string(), "the list ended after {passed}");
    }
    cursor
}

fn report(subjects: &[Subject]) -> io::Result<ExitCode> {
    let mut out = io::stdout();
    writeln!(out, "| bucket of | first page of {PAGE} | last page of {PAGE}, by cursor |")?;
    writeln!(out, "|---|---|---|")?;
    for subject in subjects {
        let [first, last] = subject.medians();
        writeln!(out, "| {} objects | {first:.1} ms | {last:.1} ms |", subject.size)?;
    }
    let [small, large] = [&subjects[0], &subjects[subjects.len() - 1]].map(Subject::medians);
    let ratios = [large[0] / small[0], large[1] / small[1]];
    writeln!(out, "| ratio | {:.2} | {:.2} |", ratios[0], ratios[1])?;
    writeln!(out)?;
    writeln!(
        out,
        "Written by `just bench-list`: medians of {ROUNDS} requests over HTTP to a local stack on the embedded \
         engines, in memory, the buckets in turn. Nothing of AWS was involved."
    )?;
    if ratios.iter().any(|ratio| *ratio > BOUND) {
        eprintln!("the larger bucket takes more than {BOUND} times as long");
        return Ok(ExitCode::FAILURE);
    }
    Ok(ExitCode::SUCCESS)
}
