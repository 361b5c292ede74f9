//! docs/openapi.json: that it is what the code says, and that the code does what it says.

mod routes;

use reqwest::header::CONTENT_TYPE;
use serde_json::{Value, json};
use stowage_api::Operation;
use stowage_tests::TestStack;
use stowage_tests::conformance::{DOCUMENT, Exchange};
use stowage_tests::events::{events, openapi};

#[test]
fn the_document_is_what_the_code_says() {
    let written = include_str!("../../../docs/openapi.json");
    let current = openapi();
    let line = written.lines().zip(current.lines()).position(|(one, other)| one != other);
    assert!(written == current, "docs/openapi.json differs in line {line:?} (from 0): run `just openapi`");
}

#[tokio::test]
async fn it_is_served_to_anybody() {
    let stack = TestStack::start().await;
    for path in ["/openapi.json", "/docs/openapi.json"] {
        let answer = stack.client.with_key(None).get(path).await;
        assert_eq!(answer.headers[CONTENT_TYPE], "application/json");
        assert!(answer.ok() == *DOCUMENT, "{path} is not docs/openapi.json");
    }
}

/// With the tests that play the events: every kind of success and failure is described. What the
/// suite's client sends and gets is held against the document, too, by the client itself.
#[test]
fn every_recorded_exchange_is_described() {
    let mut wrong = Vec::new();
    for event in events() {
        let answer = match event.filled_answer() {
            Value::String(text) if text == "<openapi>" => DOCUMENT.clone(),
            answer => answer,
        };
        let query = event.json["queryStringParameters"].as_object().cloned().unwrap_or_default();
        let decoded =
            query.iter().map(|(name, value)| (name.clone(), value.as_str().unwrap_or_default().to_owned()));
        let exchange = Exchange {
            method: event.text("/requestContext/http/method"),
            path: event.text("/rawPath"),
            query: decoded.collect(),
            request: &event.body(),
            status: event.answer.status,
            answer: &answer,
        };
        let differs = exchange.differences();
        if !differs.is_empty() {
            wrong.push(format!("{}\n    {}", event.name, differs.join("\n    ")));
        }
    }
    assert!(wrong.is_empty(), "{} exchanges differ:\n{}", wrong.len(), wrong.join("\n"));
}

#[test]
fn every_operation_says_what_a_reader_needs() {
    for operation in Operation::ALL.iter().filter(|operation| **operation != Operation::Unknown) {
        let described = stowage_tests::conformance::described(*operation).expect("a description");
        let success = described["responses"].get("200").or_else(|| described["responses"].get("204"));
        let success = success.unwrap_or_else(|| panic!("{operation:?} has no success"));
        if let Some(content) = success.pointer("/content/application~1json") {
            let itself = matches!(operation, Operation::GetOpenapi | Operation::GetOpenapiAlias);
            assert!(itself || content["example"].is_object(), "{operation:?} has no example");
        }
        assert!(described["summary"].as_str().is_some_and(|text| text.ends_with('.')), "{operation:?}");
    }
}

/// Every reference leads somewhere, and everything is referred to: no schema is left behind.
#[test]
fn references_and_components_are_the_same() {
    let mut referred = Vec::new();
    references(&DOCUMENT, &mut referred);
    referred.sort();
    referred.dedup();
    let mut defined: Vec<String> = Vec::new();
    for kind in ["schemas", "responses"] {
        let names = DOCUMENT["components"][kind].as_object().expect("components").keys();
        defined.extend(names.map(|name| format!("#/components/{kind}/{name}")));
    }
    defined.sort();
    assert_eq!(referred, defined);
}

fn references(value: &Value, found: &mut Vec<String>) {
    if let Some(reference) = value.get("$ref").and_then(Value::as_str) {
        found.push(reference.to_owned());
    }
    let inner: Vec<&Value> = match value {
        Value::Object(entries) => entries.values().collect(),
        Value::Array(items) => items.iter().collect(),
        _ => Vec::new(),
    };
    for value in inner {
        references(value, found);
    }
}

#[test]
fn nothing_speaks_rust() {
    let text = DOCUMENT.to_string();
    for word in ["[`", "contract section", "::", "uint64", "Option<"] {
        assert!(!text.contains(word), "{word}");
    }
    assert_eq!(DOCUMENT["openapi"], json!("3.1.0"));
}
