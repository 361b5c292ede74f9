//! Every operation: its route, the function that answers it, and what the caller's key must allow.
//!
//! The functions dispatch on it, the local stack routes by it, and `template.yaml` and the tables of
//! tests are checked against it.

use std::collections::HashMap;

use percent_encoding::percent_decode_str;
use stowage_domain::key::Permission;

/// What there is to know of an operation.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Spec {
    /// The HTTP method; empty for [`Operation::Unknown`].
    pub method: &'static str,
    /// The path, with parameters in braces; empty for [`Operation::Unknown`].
    pub path: &'static str,
    /// The function that answers.
    pub function: &'static str,
    /// What the caller's key must allow; `None` needs no key.
    pub permission: Option<Permission>,
}

/// One row for each operation: what it does, its name, method and path, the function that answers, and
/// what the caller's key must allow.
macro_rules! operations {
    ($($(#[doc = $doc:literal])+ $name:ident: $method:literal $path:literal => $function:literal, $permission:expr;)+) => {
        /// An operation of the API.
        #[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
        pub enum Operation {
            $($(#[doc = $doc])+ #[doc = concat!("\n\n`", $method, " ", $path, "`")] $name,)+
        }

        impl Operation {
            /// Every operation.
            pub const ALL: &'static [Self] = &[$(Self::$name),+];

            /// Its row of the table.
            pub const fn spec(self) -> Spec {
                match self {
                    $(Self::$name => Spec {
                        method: $method,
                        path: $path,
                        function: $function,
                        permission: $permission,
                    },)+
                }
            }

            /// What it does, in the words of its row.
            pub fn summary(self) -> &'static str {
                match self {
                    $(Self::$name => concat!($($doc),+).trim_start(),)+
                }
            }
        }
    };
}

operations! {
    /// Makes a namespace.
    CreateNamespace: "POST" "/v1/namespaces" => "namespaces", Some(Permission::Admin);
    /// Shows a namespace.
    GetNamespace: "GET" "/v1/namespaces/{namespace_identifier}" => "namespaces", Some(Permission::Read);
    /// Lists an organisation's namespaces.
    ListNamespaces: "POST" "/v1/namespaces/list" => "namespaces", Some(Permission::Read);
    /// Lists an organisation's namespaces, with what a query can say.
    ListNamespacesByGet: "GET" "/v1/namespaces" => "namespaces", Some(Permission::Read);
    /// Changes a namespace.
    PatchNamespace: "PATCH" "/v1/namespaces/{namespace_identifier}" => "namespaces", Some(Permission::Admin);
    /// Changes a namespace, too: what is left out stays.
    PutNamespace: "PUT" "/v1/namespaces/{namespace_identifier}" => "namespaces", Some(Permission::Admin);
    /// Marks a namespace as being deleted; a task removes it with everything in it.
    DeleteNamespace: "DELETE" "/v1/namespaces/{namespace_identifier}" => "namespaces", Some(Permission::Admin);
    /// Makes a bucket.
    CreateBucket: "POST" "/v1/buckets" => "buckets", Some(Permission::Write);
    /// Shows a bucket.
    GetBucket: "GET" "/v1/buckets/{bucket_identifier}" => "buckets", Some(Permission::Read);
    /// Lists a namespace's buckets.
    ListBuckets: "POST" "/v1/buckets/list" => "buckets", Some(Permission::Read);
    /// Lists a namespace's buckets, with what a query can say.
    ListBucketsByGet: "GET" "/v1/buckets" => "buckets", Some(Permission::Read);
    /// Changes a bucket.
    PatchBucket: "PATCH" "/v1/buckets/{bucket_identifier}" => "buckets", Some(Permission::Write);
    /// Changes a bucket, too: what is left out stays.
    PutBucket: "PUT" "/v1/buckets/{bucket_identifier}" => "buckets", Some(Permission::Write);
    /// Marks a bucket as being deleted; a task removes it with everything in it.
    DeleteBucket: "DELETE" "/v1/buckets/{bucket_identifier}" => "buckets", Some(Permission::Write);
    /// Makes, updates or finds an object.
    CreateObject: "POST" "/v1/buckets/{bucket_identifier}/objects" => "create-object", Some(Permission::Write);
    /// Makes, updates or finds many objects, each as if it had been sent alone.
    CreateObjectsBatch: "POST" "/v1/buckets/{bucket_identifier}/objects/batch"
        => "create-object", Some(Permission::Write);
    /// Lists a bucket's objects.
    ListObjects: "POST" "/v1/buckets/{bucket_identifier}/objects/list" => "objects", Some(Permission::Read);
    /// Lists a bucket's objects, with what a query can say.
    ListObjectsByGet: "GET" "/v1/buckets/{bucket_identifier}/objects" => "objects", Some(Permission::Read);
    /// Shows an object.
    GetObject: "GET" "/v1/buckets/{bucket_identifier}/objects/{object_id}" => "objects", Some(Permission::Read);
    /// Changes some fields of an object.
    PatchObject: "PATCH" "/v1/buckets/{bucket_identifier}/objects/{object_id}" => "objects", Some(Permission::Write);
    /// Changes some fields of an object, those within its own `metadata` included.
    UpdateObject: "PUT" "/v1/buckets/{bucket_identifier}/objects/{object_id}" => "objects", Some(Permission::Write);
    /// Deletes an object.
    DeleteObject: "DELETE" "/v1/buckets/{bucket_identifier}/objects/{object_id}"
        => "objects", Some(Permission::Write);
    /// Makes an upload and signs the URL to PUT its file to.
    CreateUpload: "POST" "/v1/buckets/{bucket_identifier}/uploads" => "create-upload", Some(Permission::Write);
    /// Lists a bucket's uploads.
    ListUploads: "POST" "/v1/buckets/{bucket_identifier}/uploads/list" => "uploads", Some(Permission::Read);
    /// Makes many uploads and signs their URLs, or none of them.
    CreateUploadsBatch: "POST" "/v1/buckets/{bucket_identifier}/uploads/batch"
        => "create-upload", Some(Permission::Write);
    /// Shows an upload.
    GetUpload: "GET" "/v1/buckets/{bucket_identifier}/uploads/{upload_id}" => "uploads", Some(Permission::Read);
    /// Cancels an upload.
    DeleteUpload: "DELETE" "/v1/buckets/{bucket_identifier}/uploads/{upload_id}"
        => "uploads", Some(Permission::Write);
    /// Shows an upload, by a path that Mixpeek's documentation names.
    GetUploadAlias: "GET" "/v1/uploads/{upload_id}" => "uploads", Some(Permission::Read);
    /// Cancels an upload, by a path that Mixpeek's documentation names.
    DeleteUploadAlias: "DELETE" "/v1/uploads/{upload_id}" => "uploads", Some(Permission::Write);
    /// Checks an upload's file and makes its object.
    ConfirmUpload: "POST" "/v1/buckets/{bucket_identifier}/uploads/{upload_id}/confirm"
        => "confirm-upload", Some(Permission::Write);
    /// Checks an upload's file and makes its object, by a path that Mixpeek's documentation names.
    ConfirmUploadAlias: "POST" "/v1/uploads/{upload_id}/confirm" => "confirm-upload", Some(Permission::Write);
    /// Has many uploads of a bucket confirmed by a task.
    ConfirmUploadsBatch: "POST" "/v1/buckets/{bucket_identifier}/uploads/confirm/batch"
        => "confirm-upload", Some(Permission::Write);
    /// Makes a batch of objects.
    CreateBatch: "POST" "/v1/buckets/{bucket_identifier}/batches" => "batches", Some(Permission::Write);
    /// Lists a bucket's batches.
    ListBatches: "POST" "/v1/buckets/{bucket_identifier}/batches/list" => "batches", Some(Permission::Read);
    /// Shows a batch.
    GetBatch: "GET" "/v1/buckets/{bucket_identifier}/batches/{batch_id}" => "batches", Some(Permission::Read);
    /// Hands a batch to its processor.
    SubmitBatch: "POST" "/v1/buckets/{bucket_identifier}/batches/{batch_id}/submit"
        => "batches", Some(Permission::Write);
    /// Adds objects to a batch that wasn't submitted.
    AddObjectsToBatch: "POST" "/v1/buckets/{bucket_identifier}/batches/{batch_id}/objects"
        => "batches", Some(Permission::Write);
    /// Calls a batch off.
    CancelBatch: "POST" "/v1/buckets/{bucket_identifier}/batches/{batch_id}/cancel"
        => "batches", Some(Permission::Write);
    /// Deletes a batch that no processor has.
    DeleteBatch: "DELETE" "/v1/buckets/{bucket_identifier}/batches/{batch_id}"
        => "batches", Some(Permission::Write);
    /// Lists an organisation's batches.
    ListAllBatches: "POST" "/v1/batches/list" => "batches", Some(Permission::Read);
    /// Shows a batch, by its id alone.
    GetBatchById: "GET" "/v1/batches/{batch_id}" => "batches", Some(Permission::Read);
    /// Calls a batch off, by its id alone.
    CancelBatchById: "POST" "/v1/batches/{batch_id}/cancel" => "batches", Some(Permission::Write);
    /// Takes a processor's report of what became of a batch's objects.
    ReportBatch: "POST" "/v1/batches/{batch_id}/report" => "batches", Some(Permission::Process);
    /// Lists an organisation's tasks.
    ListTasks: "POST" "/v1/tasks/list" => "batches", Some(Permission::Read);
    /// Shows a task.
    GetTask: "GET" "/v1/tasks/{task_id}" => "batches", Some(Permission::Read);
    /// Calls a task off that has not begun.
    DeleteTask: "DELETE" "/v1/tasks/{task_id}" => "batches", Some(Permission::Write);
    /// Says that the API answers.
    Health: "GET" "/v1/health" => "service", None;
    /// Shows this description of the API.
    GetOpenapi: "GET" "/openapi.json" => "service", None;
    /// Shows this description, by the other path that Mixpeek's MCP server tries.
    GetOpenapiAlias: "GET" "/docs/openapi.json" => "service", None;
    /// Every other method and path.
    Unknown: "" "" => "service", None;
}

impl Operation {
    /// Whether it acts in the one namespace that the request names. The others act for the key's whole
    /// organisation, or for nobody (contract section 2.1).
    pub fn is_namespaced(self) -> bool {
        ["/v1/buckets", "/v1/uploads"].iter().any(|root| self.spec().path.starts_with(root))
    }

    /// The route key that API Gateway gives the route: `POST /v1/buckets`, or `$default`.
    pub fn route_key(self) -> String {
        match self {
            Self::Unknown => "$default".to_owned(),
            known => format!("{} {}", known.spec().method, known.spec().path),
        }
    }

    /// The operation of a route key; `$default` is none.
    pub fn of_route_key(route_key: &str) -> Option<Self> {
        let mut known = Self::ALL.iter().copied().filter(|operation| *operation != Self::Unknown);
        known.find(|operation| operation.route_key() == route_key)
    }

    /// The operation of a method and a raw path, with the path's parameters, decoded as API Gateway
    /// decodes them. Routes with more literal segments win, as they do there.
    pub fn find(method: &str, raw_path: &str) -> (Self, HashMap<String, String>) {
        Self::ALL
            .iter()
            .copied()
            .filter(|operation| operation.spec().method == method)
            .filter_map(|operation| Some((operation, match_path(operation.spec().path, raw_path)?)))
            .min_by_key(|(_, parameters)| parameters.len())
            .unwrap_or((Self::Unknown, HashMap::new()))
    }
}

fn match_path(template: &str, raw_path: &str) -> Option<HashMap<String, String>> {
    let mut parameters = HashMap::new();
    let mut wanted = template.split('/');
    let mut given = raw_path.split('/');
    loop {
        match (wanted.next(), given.next()) {
            (None, None) => return Some(parameters),
            (Some(wanted), Some(given)) => {
                match wanted.strip_prefix('{').and_then(|name| name.strip_suffix('}')) {
                    Some(_) if given.is_empty() => return None,
                    Some(name) => {
                        let value = percent_decode_str(given).decode_utf8_lossy().into_owned();
                        parameters.insert(name.to_owned(), value);
                    }
                    None if wanted != given => return None,
                    None => {}
                }
            }
            _ => return None,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_route_finds_its_own_operation() {
        for operation in Operation::ALL.iter().copied().filter(|operation| *operation != Operation::Unknown) {
            let spec = operation.spec();
            let path = spec.path.replace(['{', '}'], "");
            let (found, parameters) = Operation::find(spec.method, &path);
            assert_eq!(found, operation, "{path}");
            for (name, value) in parameters {
                assert_eq!(name, value);
            }
        }
    }

    #[test]
    fn a_word_of_a_route_is_no_id() {
        let uploads = "/v1/buckets/b/uploads";
        for (path, operation) in [
            ("/batch", Operation::CreateUploadsBatch),
            ("/confirm/batch", Operation::ConfirmUploadsBatch),
            ("/upl_1/confirm", Operation::ConfirmUpload),
            // There is nothing else that these could be.
            ("/batch/confirm", Operation::ConfirmUpload),
            ("/confirm/confirm", Operation::ConfirmUpload),
        ] {
            assert_eq!(Operation::find("POST", &format!("{uploads}{path}")).0, operation, "{path}");
        }
        assert_eq!(Operation::find("GET", &format!("{uploads}/batch")).0, Operation::GetUpload);
        assert_eq!(Operation::find("POST", &format!("{uploads}/upl_1")).0, Operation::Unknown);
        let objects = Operation::find("POST", "/v1/buckets/b/objects/batch").0;
        assert_eq!(objects, Operation::CreateObjectsBatch);
    }

    #[test]
    fn another_method_a_trailing_slash_or_an_empty_segment_is_unknown() {
        for (method, path) in
            [("DELETE", "/v1/health"), ("GET", "/v1/health/"), ("POST", "/v1/buckets//objects"), ("GET", "/")]
        {
            assert_eq!(Operation::find(method, path).0, Operation::Unknown, "{method} {path}");
        }
    }

    #[test]
    fn parameters_are_decoded_once() {
        let (_, parameters) = Operation::find("GET", "/v1/buckets/a%2Fb%2520c");
        assert_eq!(parameters["bucket_identifier"], "a/b%20c");
    }
}
