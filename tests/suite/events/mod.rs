//! The events under `events/`: each is played to its function, in process, and must get the answer
//! that is written beside it.

mod shape;

use std::collections::BTreeSet;

use lambda_http::request::from_str;
use stowage_api::{Auth, Operation};
use stowage_domain::error::Resource;
use stowage_local::Functions;
use stowage_openapi::ERRORS;
use stowage_tests::TestStack;
use stowage_tests::events::{Event, events, fixture};

/// Every failure that an event shows: status, type and code.
///
/// No event can cause the others: a 413 is the gateway's own answer, because Lambda takes no event of
/// that size; and 500 and 503 take a fault of AWS, which the module `faults` injects.
fn failures() -> BTreeSet<(u16, &'static str, &'static str)> {
    let known = ERRORS.iter().filter(|(status, ..)| !matches!(status, 413 | 500 | 503));
    known.map(|(status, kind, code)| (*status, *kind, code.unwrap_or_default())).collect()
}

/// What a 404 may be about. Keys answer 401.
const MISSING: [Resource; 5] =
    [Resource::Route, Resource::Namespace, Resource::Bucket, Resource::Upload, Resource::Object];

/// Plays the events one after the other over one seeded stack.
async fn play(events: Vec<Event>) {
    let stack = TestStack::start().await;
    let (store, blobs) = (stack.stack().store(), stack.stack().blobs());
    Box::pin(fixture().seed(stack.stack(), &stack.client)).await;
    // A deployment without a default namespace, where a request must name one.
    let functions = Functions::new(store, blobs, &Auth::new(store.clone(), None));
    let mut wrong = Vec::new();
    for event in events {
        let request = from_str(&event.json.to_string()).expect("an event that lambda_http reads");
        let response = functions.call(&event.function, request).await.expect("a function of this name");
        let found = match response.body().as_str() {
            "" => serde_json::Value::Null,
            text => serde_json::from_str(text).expect("a JSON body"),
        };
        let differs = event.differences(response.status().as_u16(), response.headers(), &found);
        if !differs.is_empty() {
            wrong.push(format!("{}\n    {}", event.name, differs.join("\n    ")));
        }
    }
    assert!(wrong.is_empty(), "{} answers differ:\n{}", wrong.len(), wrong.join("\n"));
}

#[tokio::test]
async fn every_event_gets_its_answer() {
    play(events()).await;
}

/// With the test above: of any two events, neither needs the other and neither disturbs it.
#[tokio::test]
async fn every_event_gets_its_answer_in_the_other_order() {
    let mut events = events();
    events.reverse();
    play(events).await;
}

#[test]
fn every_operation_has_an_event_that_succeeds() {
    let events = events();
    for operation in Operation::ALL.iter().copied() {
        // To answer whatever has no operation, a 404 is the success.
        let wanted = if operation == Operation::Unknown { 404..=404 } else { 200..=204 };
        let shown = |event: &Event| event.operation() == operation && wanted.contains(&event.answer.status);
        assert!(events.iter().any(shown), "{operation:?} has no event that succeeds");
    }
}

#[test]
fn every_kind_of_failure_has_an_event() {
    let events = events();
    // A batch of which every row failed has a body of its own, and no kind of failure.
    let refused = events.iter().filter(|event| event.answer.body["error"].is_object());
    let shown: BTreeSet<_> = refused.map(Event::failure).collect();
    assert_eq!(shown, failures());
    for resource in MISSING {
        let names = |event: &Event| event.answer.body["error"]["details"]["resource"] == resource.name();
        let shown = |event: &Event| event.answer.status == 404 && names(event);
        assert!(events.iter().any(shown), "no 404 for a {}", resource.name());
    }
}
