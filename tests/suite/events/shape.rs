//! Whether the events are what API Gateway sends: right for their route, and consistent.

use std::collections::HashMap;

use lambda_http::http::{HeaderMap, HeaderName};
use serde_json::Value;
use stowage_api::Operation;
use stowage_local::{GatewayRequest, to_event};
use stowage_tests::events::{Event, events};

#[test]
fn every_event_is_of_its_operation() {
    for event in events() {
        let name = &event.name;
        let operation = event.operation();
        assert_eq!(event.text("/routeKey"), operation.route_key(), "{name}");
        assert_eq!(event.text("/requestContext/routeKey"), operation.route_key(), "{name}");
        assert_eq!(event.function, operation.spec().function, "{name}");
    }
}

/// The local gateway makes the same event of the same request, so the two can't drift apart.
#[test]
fn every_event_is_as_the_gateway_makes_it() {
    for event in events() {
        let headers = headers(&event);
        let body = event.body();
        let (operation, parameters) =
            Operation::find(event.text("/requestContext/http/method"), event.text("/rawPath"));
        let mut made = to_event(&GatewayRequest {
            operation,
            method: event.text("/requestContext/http/method"),
            raw_path: event.text("/rawPath"),
            raw_query: event.text("/rawQueryString"),
            headers: &headers,
            parameters,
            body: &body,
        });
        // What the account, the machine and the time decide.
        let mut sent = event.json.clone();
        for context in [&mut made["requestContext"], &mut sent["requestContext"]] {
            let context = context.as_object_mut().expect("a request context");
            for name in ["accountId", "apiId", "domainName", "domainPrefix", "requestId", "time", "timeEpoch"]
            {
                assert!(context.remove(name).is_some(), "{}: no {name}", event.name);
            }
            let http = context["http"].as_object_mut().expect("what came over HTTP");
            assert!(http.remove("sourceIp").is_some(), "{}: no sourceIp", event.name);
        }
        assert_eq!(sent, made, "{}", event.name);
    }
}

#[test]
fn every_event_has_the_headers_that_the_gateway_adds() {
    for event in events() {
        let headers = event.json["headers"].as_object().expect("headers");
        for name in headers.keys() {
            assert_eq!(*name, name.to_ascii_lowercase(), "{}", event.name);
        }
        for name in [
            "host",
            "user-agent",
            "x-amzn-trace-id",
            "x-forwarded-for",
            "x-forwarded-port",
            "x-forwarded-proto",
        ] {
            assert!(headers.contains_key(name), "{}: no {name}", event.name);
        }
        assert_eq!(event.text("/headers/host"), event.text("/requestContext/domainName"), "{}", event.name);
        let declared = headers.get("content-length").and_then(Value::as_str).unwrap_or("0");
        assert_eq!(declared, event.body().len().to_string(), "{}", event.name);
    }
}

fn headers(event: &Event) -> HeaderMap {
    let headers = event.json["headers"].as_object().expect("headers");
    let read = |(name, value): (&String, &Value)| {
        let name: HeaderName = name.parse().expect("a header's name");
        (name, value.as_str().expect("a text").parse().expect("a header's value"))
    };
    let headers: HashMap<_, _> = headers.iter().map(read).collect();
    headers.into_iter().collect()
}
