//! Mixed operations, and what must be true of a stack once it is at rest after them, whatever went wrong
//! meanwhile.

mod left;
mod work;

use std::collections::HashMap;

use serde_json::{Value, json};
use stowage_local::StackInfo;

use crate::Client;

pub use left::Left;
pub use work::Worker;

/// Makes a bucket called `things`, in which `sku` identifies an object under `insert`: what [`Worker`]s
/// work in.
pub async fn things(client: &Client) -> String {
    let properties = json!({
        "sku": {"type": "string", "required": true},
        "file": {"type": "text"},
        "notes": {"type": "text"},
    });
    client.bucket("things", properties, json!({"fields": ["sku"], "default_policy": "insert"})).await
}

/// The body of a create-upload in that bucket.
pub fn upload_of(sku: &str) -> Value {
    json!({
        "filename": "a.txt",
        "content_type": "text/plain",
        "blob_property": "file",
        "object_metadata": {"sku": sku},
    })
}

/// Rows by an attribute.
fn by(rows: &[Value], name: &str) -> HashMap<String, Value> {
    rows.iter().map(|row| (row[name].as_str().expect("a text").to_owned(), row.clone())).collect()
}

/// The rows of a table of this kind.
async fn rows(client: &Client, info: &StackInfo, table: &str, kind: &str) -> Vec<Value> {
    let (mut found, mut after) = (Vec::new(), Value::Null);
    loop {
        let mut scan = json!({"TableName": format!("stowage-{table}"), "ConsistentRead": true});
        if !after.is_null() {
            scan["ExclusiveStartKey"] = after;
        }
        let page = client.dynamodb(&info.dynamodb, "Scan", &scan).await;
        let items = page["Items"].as_array().expect("items").iter().map(plain);
        found.extend(items.filter(|item| item["kind"] == kind));
        after = page["LastEvaluatedKey"].clone();
        if after.is_null() {
            return found;
        }
    }
}

/// An item without DynamoDB's types.
fn plain(item: &Value) -> Value {
    let entries = item.as_object().expect("an item").iter();
    entries.map(|(name, value)| (name.clone(), untyped(value))).collect()
}

fn untyped(value: &Value) -> Value {
    let (kind, of) = value.as_object().and_then(|value| value.iter().next()).expect("a typed value");
    match kind.as_str() {
        "N" => serde_json::from_str(of.as_str().expect("digits")).expect("a number"),
        "M" => plain(of),
        "L" => of.as_array().expect("a list").iter().map(untyped).collect(),
        "NULL" => Value::Null,
        _ => of.clone(),
    }
}
