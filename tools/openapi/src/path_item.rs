//! One operation of a path.

use serde_json::{Map, Value, json};
use stowage_api::Operation;
use stowage_domain::key::Permission;

use crate::row::Row;
use crate::schemas::Schemas;
use crate::{Example, operations, parameters, responses};

/// The operation object.
pub(crate) fn describe(row: &Row, example: Option<&Example>, schemas: &mut Schemas) -> Value {
    let spec = row.operation.spec();
    let mut described = json!({
        "operationId": operation_id(row.operation),
        "summary": row.operation.summary(),
        "tags": [operations::tag(spec.path)],
    });
    match spec.permission {
        None => described["security"] = json!([]),
        Some(permission) => {
            let name = Permission::name(permission);
            described["description"] = json!(format!("The API key needs the permission `{name}`."));
            described["x-permission"] = json!(name);
        }
    }
    let mut parameters = parameters::of_path(spec.path, example);
    if row.operation.is_namespaced() {
        parameters.extend(parameters::of_namespace());
    }
    parameters.extend(row.query.iter().cloned());
    if !parameters.is_empty() {
        described["parameters"] = Value::Array(parameters);
    }
    if let Some((of, required)) = row.body {
        let shown = example.and_then(|example| example.request.as_ref());
        let content = content(&schemas.request(of), shown);
        described["requestBody"] = json!({"required": required, "content": content});
    }
    described["responses"] = Value::Object(answers(row, example, schemas));
    described
}

fn answers(row: &Row, example: Option<&Example>, schemas: &mut Schemas) -> Map<String, Value> {
    let mut answers = responses::of(row, schemas);
    match row.answer {
        Some(of) => {
            let shown = example.map(|example| &example.answer);
            let content = content(&schemas.answer(of), shown);
            answers.insert("200".to_owned(), json!({"description": "Done.", "content": content}));
        }
        None => {
            answers.insert("204".to_owned(), json!({"description": "Done; there is nothing to say."}));
        }
    }
    answers
}

fn content(schema: &Value, example: Option<&Value>) -> Value {
    let mut content = json!({"schema": schema});
    if let Some(example) = example {
        content["example"] = example.clone();
    }
    json!({"application/json": content})
}

/// The operation's name in snake case.
fn operation_id(operation: Operation) -> String {
    let mut id = String::new();
    for letter in format!("{operation:?}").chars() {
        if letter.is_ascii_uppercase() && !id.is_empty() {
            id.push('_');
        }
        id.push(letter.to_ascii_lowercase());
    }
    id
}
