//! An HTTP request as the event that API Gateway (HTTP API, payload format 2.0) makes of it.
//! Format: AWS, "Create AWS Lambda proxy integrations for HTTP APIs".

use std::collections::{BTreeMap, HashMap};

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use http::HeaderMap;
use serde_json::{Value, json};
use stowage_api::{Operation, clock};
use stowage_domain::id::random_hex;

/// What an event is made of.
#[derive(Debug)]
pub struct GatewayRequest<'a> {
    /// The operation that the route belongs to.
    pub operation: Operation,
    /// The HTTP method.
    pub method: &'a str,
    /// The path as it came, percent-encoded.
    pub raw_path: &'a str,
    /// The query as it came, without the question mark.
    pub raw_query: &'a str,
    /// The headers.
    pub headers: &'a HeaderMap,
    /// The path parameters, decoded.
    pub parameters: HashMap<String, String>,
    /// The body.
    pub body: &'a [u8],
}

/// The event.
pub fn to_event(request: &GatewayRequest<'_>) -> Value {
    let now = clock::now();
    let route_key = request.operation.route_key();
    let mut event = json!({
        "version": "2.0",
        "routeKey": route_key,
        "rawPath": request.raw_path,
        "rawQueryString": request.raw_query,
        "headers": joined_headers(request.headers),
        "requestContext": {
            "accountId": "000000000000",
            "apiId": "local",
            "domainName": "localhost",
            "domainPrefix": "localhost",
            "http": {
                "method": request.method,
                "path": request.raw_path,
                "protocol": "HTTP/1.1",
                "sourceIp": "127.0.0.1",
                "userAgent": header(request.headers, "user-agent"),
            },
            "requestId": random_hex::<8>(),
            "routeKey": route_key,
            "stage": "$default",
            "time": now.to_string(),
            "timeEpoch": now.millis(),
        },
        "isBase64Encoded": false,
    });
    if !request.parameters.is_empty() {
        event["pathParameters"] = json!(request.parameters);
    }
    if !request.raw_query.is_empty() {
        event["queryStringParameters"] = json!(joined_query(request.raw_query));
    }
    if !request.body.is_empty() {
        match std::str::from_utf8(request.body) {
            Ok(text) if is_text(header(request.headers, "content-type")) => event["body"] = json!(text),
            _ => {
                event["body"] = json!(STANDARD.encode(request.body));
                event["isBase64Encoded"] = json!(true);
            }
        }
    }
    event
}

fn header<'a>(headers: &'a HeaderMap, name: &str) -> &'a str {
    headers.get(name).and_then(|value| value.to_str().ok()).unwrap_or_default()
}

/// Header names in lower case, repeated ones joined by commas.
fn joined_headers(headers: &HeaderMap) -> BTreeMap<&str, String> {
    let mut joined = BTreeMap::new();
    for name in headers.keys() {
        let values = headers.get_all(name).iter();
        let values: Vec<_> = values.map(|value| String::from_utf8_lossy(value.as_bytes())).collect();
        joined.insert(name.as_str(), values.join(","));
    }
    joined
}

/// Query parameters, repeated ones joined by commas.
fn joined_query(raw_query: &str) -> BTreeMap<String, String> {
    let mut joined: BTreeMap<String, String> = BTreeMap::new();
    for (name, value) in form_urlencoded::parse(raw_query.as_bytes()) {
        joined
            .entry(name.into_owned())
            .and_modify(|known| {
                known.push(',');
                known.push_str(&value);
            })
            .or_insert_with(|| value.into_owned());
    }
    joined
}

/// Whether API Gateway hands a body of this content type over as text. None is JSON's, here too.
fn is_text(content_type: &str) -> bool {
    let essence = content_type.split(';').next().unwrap_or_default().trim().to_ascii_lowercase();
    essence.starts_with("text/")
        || matches!(essence.as_str(), "application/json" | "application/javascript" | "application/xml")
}
