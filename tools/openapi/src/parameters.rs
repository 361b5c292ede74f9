//! Parameters in paths, queries and headers.

use serde_json::{Value, json};
use stowage_domain::listing::ListKind;
use stowage_domain::listing::openapi::query_parameters;
use stowage_domain::policy::Policy;

use crate::Example;

/// The parameters of a path, in its order.
///
/// # Panics
/// When the path has one that nothing is known of here.
pub(crate) fn of_path(path: &str, example: Option<&Example>) -> Vec<Value> {
    let named = path.split('/').filter_map(|part| part.strip_prefix('{')?.strip_suffix('}'));
    let parameter = |name: &str| {
        let description = match name {
            "namespace_identifier" => "The namespace's id or name.",
            "bucket_identifier" => "The bucket's id or name.",
            "object_id" => "The object's id.",
            "upload_id" => "The upload's id.",
            "batch_id" => "The batch's id.",
            "task_id" => "The task's id.",
            _ => panic!("{path}: nothing is known of {name}"),
        };
        let schema = json!({"type": "string"});
        let mut parameter = json!({
            "name": name, "in": "path", "required": true, "description": description, "schema": schema,
        });
        if let Some(value) = example.and_then(|example| example.parameters.get(name)) {
            parameter["example"] = json!(value);
        }
        parameter
    };
    named.map(parameter).collect()
}

/// How a request names its namespace: the header, else the query, else the deployment's default.
pub(crate) fn of_namespace() -> [Value; 2] {
    let schema = json!({"type": "string"});
    [
        json!({
            "name": "X-Namespace", "in": "header", "schema": schema, "example": "media-library",
            "description": "The namespace's id or name. Needed unless the query parameter names one or \
                the deployment has a default.",
        }),
        json!({
            "name": "namespace", "in": "query", "schema": schema,
            "description": "The namespace's id or name, for requests without the header.",
        }),
    ]
}

/// A query parameter.
pub(crate) fn query(name: &str, description: &str, schema: &Value) -> Value {
    json!({"name": name, "in": "query", "description": description, "schema": schema})
}

/// A query parameter that is `true` or `false`.
pub(crate) fn flag(name: &str, description: &str) -> Value {
    query(name, description, &json!({"type": "boolean", "default": false}))
}

/// The insertion policy.
pub(crate) fn policy() -> Value {
    let description = "What to do on a bucket with a unique key, instead of its default policy. \
        Of no meaning on others.";
    query("policy", description, &json!({"type": "string", "enum": Policy::NAMES}))
}

/// What the query of a list may say; of objects and uploads, whether URLs are shown, too.
pub(crate) fn of_list(kind: ListKind) -> Vec<Value> {
    let own = matches!(kind, ListKind::Objects | ListKind::Uploads).then(return_presigned_urls);
    let parameter = |(name, mut schema): (&str, Value)| {
        let description = schema["description"].take();
        if let Some(schema) = schema.as_object_mut() {
            schema.remove("description");
        }
        query(name, description.as_str().unwrap_or_default(), &schema)
    };
    query_parameters(kind).into_iter().map(parameter).chain(own).collect()
}

/// Whether URLs to read bytes are shown.
pub(crate) fn return_presigned_urls() -> Value {
    flag("return_presigned_urls", "Whether to show URLs to read stored bytes, good for an hour.")
}
