//! What a request to AWS does, in the terms of rights.

use std::collections::BTreeSet;

use http::Method;
use serde::Serialize;
use serde_json::Value;

/// The prefix of the tables' names in a local stack.
const TABLE_PREFIX: &str = "stowage-";

/// An action on a resource.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize)]
pub struct Call {
    /// `dynamodb`, `s3` or `events`.
    pub service: &'static str,
    /// The action; within a transaction `TransactWriteItems.Put` and the like, and
    /// `PresignPutObject` for a URL that allows one.
    pub action: String,
    /// A table's name without its prefix, an area of S3's keys (`s3:uploads/`), or the bus
    /// (`bus:stowage`).
    pub resource: String,
    /// The index that is read.
    pub index: Option<String>,
}

/// The calls of a request to DynamoDB: one for each part of a transaction, one for each table of a
/// batch.
pub(super) fn dynamodb(action: &str, body: &[u8]) -> Vec<Call> {
    let body: Value = serde_json::from_slice(body).unwrap_or_default();
    let call = |action: &str, part: &Value| {
        let name = part["TableName"].as_str().unwrap_or_default();
        let index = part["IndexName"].as_str().map(str::to_owned);
        Call { index, ..on_table(action, name) }
    };
    match (&body["TransactItems"], &body["RequestItems"]) {
        (Value::Array(parts), _) => {
            let parts = parts.iter().filter_map(Value::as_object).flatten();
            parts.map(|(kind, part)| call(&format!("{action}.{kind}"), part)).collect()
        }
        (_, Value::Object(tables)) => tables.keys().map(|name| on_table(action, name)).collect(),
        _ => vec![call(action, &body)],
    }
}

fn on_table(action: &str, name: &str) -> Call {
    let table = name.strip_prefix(TABLE_PREFIX).unwrap_or(name);
    Call { service: "dynamodb", action: action.to_owned(), resource: table.to_owned(), index: None }
}

/// The calls of a request to EventBridge: one for each bus that its entries name.
pub(super) fn events(action: &str, body: &[u8]) -> Vec<Call> {
    let body: Value = serde_json::from_slice(body).unwrap_or_default();
    let entries = body["Entries"].as_array().into_iter().flatten();
    let buses: BTreeSet<&str> = entries.filter_map(|entry| entry["EventBusName"].as_str()).collect();
    let call = |bus| Call {
        service: "events",
        action: action.to_owned(),
        resource: format!("bus:{bus}"),
        index: None,
    };
    buses.into_iter().map(call).collect()
}

/// The call of a request to S3, whose bucket is the path's first segment.
pub(super) fn s3(method: &Method, path: &str, query: &str) -> Call {
    let (_, key) = path.trim_start_matches('/').split_once('/').unwrap_or((path, ""));
    let has = |name: &str| form_urlencoded::parse(query.as_bytes()).any(|(found, _)| found == name);
    let prefix = form_urlencoded::parse(query.as_bytes()).find(|(name, _)| name == "prefix");
    // Any other is recorded as it is, for whoever judges the calls to stumble over.
    let action = match (method.as_str(), key) {
        ("GET", "") if has("versions") => "ListObjectVersions".to_owned(),
        ("GET", "") if has("uploads") => "ListMultipartUploads".to_owned(),
        ("HEAD", _) => "HeadObject".to_owned(),
        ("GET", key) if !key.is_empty() && has("versionId") => "GetObjectVersion".to_owned(),
        ("GET", key) if !key.is_empty() => "GetObject".to_owned(),
        ("PUT", key) if !key.is_empty() && !has("partNumber") => "PutObject".to_owned(),
        ("POST", _) if has("uploads") => "CreateMultipartUpload".to_owned(),
        ("PUT", _) if has("partNumber") => "UploadPart".to_owned(),
        ("POST", _) if has("uploadId") => "CompleteMultipartUpload".to_owned(),
        ("DELETE", _) if has("uploadId") => "AbortMultipartUpload".to_owned(),
        ("DELETE", _) if has("versionId") => "DeleteObjectVersion".to_owned(),
        ("DELETE", key) if !key.is_empty() => "DeleteObject".to_owned(),
        (method, _) => format!("{method} {query}"),
    };
    let listed = prefix.filter(|_| key.is_empty());
    let resource = listed.map_or_else(|| area(key), |(_, prefix)| area(&prefix));
    Call { service: "s3", action, resource, index: None }
}

/// The call that a presigned URL allows its holder, in the signer's name.
pub(super) fn presigned(url: &str) -> Call {
    let rest = url.split_once("://").map_or(url, |(_, rest)| rest);
    let (path, query) = rest.split_once('?').unwrap_or((rest, ""));
    let key = path.splitn(3, '/').nth(2).unwrap_or_default();
    // The SDK names the operation beside what it signs.
    let method = if query.contains("x-id=GetObject") { Method::GET } else { Method::PUT };
    let call = s3(&method, &format!("/bucket/{key}"), query);
    Call { action: format!("Presign{}", call.action), ..call }
}

fn area(key: &str) -> String {
    key.split_once('/').map_or_else(|| "s3:".to_owned(), |(area, _)| format!("s3:{area}/"))
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    fn names(calls: &[Call]) -> Vec<String> {
        let index = |call: &Call| call.index.as_ref().map_or_else(String::new, |name| format!("/{name}"));
        calls.iter().map(|call| format!("{} {}{}", call.action, call.resource, index(call))).collect()
    }

    #[test]
    fn a_request_to_dynamodb_is_a_call_for_each_thing_it_does() {
        let table = |name: &str| json!({"TableName": format!("stowage-{name}")});
        let of = |action: &str, body: &Value| names(&dynamodb(action, body.to_string().as_bytes()));
        assert_eq!(of("PutItem", &table("objects")), ["PutItem objects"]);
        let query = json!({"TableName": "stowage-uploads", "IndexName": "by_bucket"});
        assert_eq!(of("Query", &query), ["Query uploads/by_bucket"]);
        let batch = json!({"RequestItems": {"stowage-uploads": {}, "stowage-objects": {}}});
        assert_eq!(of("BatchGetItem", &batch), ["BatchGetItem objects", "BatchGetItem uploads"]);
        let parts = json!({"TransactItems": [
            {"Put": table("objects")}, {"Update": table("uploads")}, {"ConditionCheck": table("uploads")},
        ]});
        let wanted = [
            "TransactWriteItems.Put objects",
            "TransactWriteItems.Update uploads",
            "TransactWriteItems.ConditionCheck uploads",
        ];
        assert_eq!(of("TransactWriteItems", &parts), wanted);
    }

    #[test]
    fn a_request_to_s3_is_told_by_method_and_query() {
        let of = |method: Method, path: &str, query: &str| names(&[s3(&method, path, query)]).concat();
        assert_eq!(of(Method::HEAD, "/b/uploads/x/y", ""), "HeadObject s3:uploads/");
        assert_eq!(of(Method::GET, "/b/uploads/x/y", "x-id=GetObject"), "GetObject s3:uploads/");
        assert_eq!(of(Method::GET, "/b/uploads/x/y", "versionId=1"), "GetObjectVersion s3:uploads/");
        assert_eq!(of(Method::PUT, "/b/inline/x", "x-id=PutObject"), "PutObject s3:inline/");
        assert_eq!(of(Method::DELETE, "/b/inline/x", ""), "DeleteObject s3:inline/");
        assert_eq!(of(Method::POST, "/b/mirror/x", "uploads"), "CreateMultipartUpload s3:mirror/");
        let part = "x-id=UploadPart&partNumber=1&uploadId=a";
        assert_eq!(of(Method::PUT, "/b/mirror/x", part), "UploadPart s3:mirror/");
        assert_eq!(of(Method::POST, "/b/mirror/x", "uploadId=a"), "CompleteMultipartUpload s3:mirror/");
        assert_eq!(of(Method::DELETE, "/b/mirror/x", "uploadId=a"), "AbortMultipartUpload s3:mirror/");
        assert_eq!(of(Method::GET, "/b", "list-type=2"), "GET list-type=2 s3:");
        let versions = "versions&prefix=uploads%2Forg%2Fa.mp4";
        assert_eq!(of(Method::GET, "/b/", versions), "ListObjectVersions s3:uploads/");
        assert_eq!(of(Method::GET, "/b/", "uploads&prefix=mirror%2F"), "ListMultipartUploads s3:mirror/");
        let url = "http://127.0.0.1:9001/b/uploads/org/a.mp4?X-Amz-Signature=1";
        assert_eq!(names(&[presigned(url)]).concat(), "PresignPutObject s3:uploads/");
        let url = "http://127.0.0.1:9001/b/inline/org/a?X-Amz-Signature=1&versionId=2&x-id=GetObject";
        assert_eq!(names(&[presigned(url)]).concat(), "PresignGetObjectVersion s3:inline/");
    }
}
