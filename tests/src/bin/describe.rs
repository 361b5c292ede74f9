//! Prints what the code says of itself, as JSON, for the check that `template.yaml` says the same: the
//! tables, and the function of each route.

use serde_json::{Value, json};
use stowage_api::Operation;
use stowage_store::tables::{ALL, Table};

fn main() {
    let routes: Vec<Value> = Operation::ALL
        .iter()
        .map(|operation| json!({"route_key": operation.route_key(), "function": operation.spec().function}))
        .collect();
    let tables: Vec<Value> = ALL.iter().map(describe).collect();
    println!("{:#}", json!({"tables": tables, "routes": routes}));
}

fn describe(table: &Table) -> Value {
    let index = table
        .index
        .map(|index| json!({"name": index.name, "partition": index.partition, "sort": index.sort}));
    json!({
        "name": table.name,
        "partition": table.partition,
        "sort": table.sort,
        "index": index,
        "ttl": table.ttl,
        "stream": table.stream,
    })
}
