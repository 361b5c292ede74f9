//! What an operation costs on AWS: performs it warm on a local stack, counts its AWS calls, has the
//! embedded DynamoDB tell what each would be charged, and multiplies by AWS's prices. Prints the table
//! of docs/OPERATIONS.md.

use std::io::{self, Write as _};

use serde_json::{Value, json};
use stowage_tests::{Call, Client, TestStack};

/// Prices in US dollars per million, us-east-1, as AWS's price pages had them in November 2026: check
/// yours. On demand, first tier, arm64.
mod price {
    /// API Gateway HTTP API, requests.
    pub(crate) const API_REQUEST: f64 = 1.0;
    /// Lambda, requests.
    pub(crate) const INVOCATION: f64 = 0.2;
    /// Lambda, GB-seconds.
    pub(crate) const GB_SECOND: f64 = 13.3334;
    /// DynamoDB, write units.
    pub(crate) const WRITE_UNIT: f64 = 0.625;
    /// DynamoDB, read units.
    pub(crate) const READ_UNIT: f64 = 0.125;
    /// S3 Standard, PUT requests.
    pub(crate) const S3_PUT: f64 = 5.0;
    /// S3 Standard, GET and HEAD requests.
    pub(crate) const S3_GET: f64 = 0.4;
    /// CloudWatch Logs, ingestion: a million lines of 1 KB are a GB.
    pub(crate) const LOG_LINE: f64 = 0.5;
}

/// What an invocation is taken to last, in seconds, and its memory in GB. Not measured: it depends on
/// how fast AWS answers.
const SECONDS: f64 = 0.02;
const MEMORY_GB: f64 = 0.25;

/// What a request's AWS calls add up to.
#[derive(Default)]
struct Counted {
    write_units: f64,
    read_units: f64,
    s3_puts: f64,
    s3_gets: f64,
}

impl Counted {
    fn dollars(&self) -> f64 {
        let fixed = price::API_REQUEST + price::INVOCATION + SECONDS * MEMORY_GB * price::GB_SECOND;
        let dynamodb = self.write_units * price::WRITE_UNIT + self.read_units * price::READ_UNIT;
        let s3 = self.s3_puts * price::S3_PUT + self.s3_gets * price::S3_GET;
        // Its own line, and API Gateway's.
        fixed + dynamodb + s3 + 2.0 * price::LOG_LINE
    }
}

#[tokio::main]
async fn main() -> io::Result<()> {
    let stack = TestStack::start().await;
    let rows = measure(&stack).await;
    let mut out = io::stdout();
    writeln!(
        out,
        "| operation, warm | write units | read units | S3 PUT | S3 GET, HEAD | US$ per million |"
    )?;
    writeln!(out, "|---|---|---|---|---|---|")?;
    for (name, counted) in rows {
        let Counted { write_units, read_units, s3_puts, s3_gets } = counted;
        let dollars = counted.dollars();
        writeln!(out, "| {name} | {write_units} | {read_units} | {s3_puts} | {s3_gets} | {dollars:.2} |")?;
    }
    writeln!(out)?;
    writeln!(
        out,
        "Written by `just cost`: the calls are counted on a local stack, the units are what the embedded \
         DynamoDB charges for them, the prices are us-east-1's of November 2026 (`tests/src/bin/cost.rs`). \
         An invocation is taken to last {:.0} ms at 256 MB, which was not measured. The client's own PUT to \
         a presigned URL is another $5.00 per million.",
        SECONDS * 1000.0
    )
}

async fn measure(stack: &TestStack) -> Vec<(&'static str, Counted)> {
    let client = &stack.client;
    let schema = json!({"sku": {"type": "string", "required": true}, "doc": {"type": "text"}});
    let bucket = client.bucket("cost", schema, json!({"fields": ["sku"], "default_policy": "insert"})).await;
    client.object(&bucket, "", &json!({"sku": "warm-up"})).await.ok();
    let mut rows = Vec::new();

    stack.faults().take_calls();
    let fields = json!({"sku": "A1", "title": "x".repeat(300)});
    client.object(&bucket, "", &fields).await.ok();
    rows.push(("create-object, insert, item under 1 KB", count(stack).await));

    client.object(&bucket, "?policy=upsert", &fields).await.ok();
    rows.push(("create-object, upsert of an existing object", count(stack).await));

    let blob = json!({"sku": "B2", "blobs": [{"property": "doc", "type": "text", "data": "words"}]});
    client.object(&bucket, "", &blob).await.ok();
    rows.push(("create-object with an inline blob", count(stack).await));

    let (upload, counted) = upload(stack, client, &bucket).await;
    rows.push(("create-upload", counted));
    client.confirm(&bucket, &upload, &json!({})).await.ok();
    rows.push(("confirm-upload with its object", count(stack).await));
    rows
}

async fn upload(stack: &TestStack, client: &Client, bucket: &str) -> (Value, Counted) {
    let create = json!({"filename": "a.txt", "content_type": "text/plain", "object_metadata": {"sku": "C3"}});
    let upload = client.upload(bucket, &create, b"bytes").await;
    (upload, count(stack).await)
}

/// What the calls since the last count add up to.
async fn count(stack: &TestStack) -> Counted {
    let mut counted = Counted::default();
    for call in stack.faults().take_calls() {
        match call.action.as_str() {
            "PutItem" | "UpdateItem" | "TransactWriteItems" => {
                counted.write_units += units(stack, &call).await;
            }
            "GetItem" | "BatchGetItem" | "Query" => counted.read_units += units(stack, &call).await,
            s3 if s3.starts_with("PUT") => counted.s3_puts += 1.0,
            _ => counted.s3_gets += 1.0,
        }
    }
    counted
}

/// What DynamoDB charges for a call: it is made once more.
async fn units(stack: &TestStack, call: &Call) -> f64 {
    let mut request: Value = serde_json::from_str(&call.body).expect("a recorded call");
    request["ReturnConsumedCapacity"] = json!("TOTAL");
    if let Some(request) = request.as_object_mut() {
        request.remove("ClientRequestToken");
    }
    let actions = request["TransactItems"].as_array_mut();
    match actions {
        Some(actions) => actions
            .iter_mut()
            .filter_map(Value::as_object_mut)
            .flat_map(|action| action.values_mut())
            .for_each(repeatable),
        None => repeatable(&mut request),
    }
    let answer = stack.dynamodb(&call.action, &request).await;
    let capacity = &answer["ConsumedCapacity"];
    let tables = capacity.as_array().cloned().unwrap_or_else(|| vec![capacity.clone()]);
    tables.iter().filter_map(|table| table["CapacityUnits"].as_f64()).sum()
}

/// Lets a write happen again. One that made an item makes another, under a key of its own; one that
/// replaced an item replaces it again.
fn repeatable(write: &mut Value) {
    let Some(pk) = write["Item"]["pk"]["S"].as_str().map(|pk| format!("{pk}0")) else { return };
    match write["ConditionExpression"].as_str().map(str::to_owned) {
        Some(condition) if !condition.starts_with("attribute_not_exists(pk)") => {
            write["ConditionExpression"] = json!(format!("({condition}) OR attribute_exists(pk)"));
        }
        _ => write["Item"]["pk"]["S"] = json!(pk),
    }
}
