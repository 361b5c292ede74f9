//! A client of the API, as plain as curl.

use serde_json::{Value, json};

use crate::conformance::Exchange;

/// A client with a base URL and a key; a namespace only if one is named.
#[derive(Clone, Debug)]
pub struct Client {
    http: reqwest::Client,
    base: String,
    key: Option<String>,
    namespace: Option<String>,
}

/// An answer: status, headers and the JSON body (null if there is none).
#[derive(Clone, Debug)]
pub struct Answer {
    /// The HTTP status.
    pub status: u16,
    /// The headers.
    pub headers: reqwest::header::HeaderMap,
    /// The body.
    pub body: Value,
}

impl Answer {
    /// The body of a 200; panics with the whole answer otherwise.
    #[track_caller]
    pub fn ok(self) -> Value {
        assert_eq!(self.status, 200, "{}", self.body);
        self.body
    }

    /// Checks that this is a 204, which has no body.
    #[track_caller]
    pub fn deleted(self) {
        assert_eq!((self.status, &self.body), (204, &Value::Null), "{}", self.body);
    }

    /// Checks that this is an error in the contract's envelope, with this status and code (`""` for a
    /// null code), and gives `error`.
    #[track_caller]
    pub fn refused(self, status: u16, code: &str) -> Value {
        assert_eq!(self.status, status, "{}", self.body);
        assert_eq!(self.body["success"], false, "{}", self.body);
        assert_eq!(self.body["status"], status, "{}", self.body);
        let error = &self.body["error"];
        assert!(error["message"].as_str().is_some_and(|text| !text.is_empty()), "{}", self.body);
        assert!(error["type"].is_string(), "{}", self.body);
        assert_eq!(error["code"].as_str().unwrap_or_default(), code, "{}", self.body);
        error.clone()
    }

    /// Checks that this is a 422 whose `validation_errors` name exactly these places, written like
    /// `body.blobs.0.property`, in any order.
    #[track_caller]
    pub fn invalid(self, places: &[&str]) -> Value {
        assert_eq!(self.status, 422, "{}", self.body);
        let entries = self.body["error"]["details"]["validation_errors"].as_array().cloned();
        let entries = entries.unwrap_or_else(|| panic!("no validation_errors: {}", self.body));
        let mut found: Vec<String> = entries.iter().map(place).collect();
        let mut wanted: Vec<String> = places.iter().map(|place| (*place).to_owned()).collect();
        found.sort();
        wanted.sort();
        assert_eq!(found, wanted, "{}", self.body);
        self.body["error"].clone()
    }
}

fn place(entry: &Value) -> String {
    let steps = entry["location"].as_array().cloned().unwrap_or_default();
    let steps: Vec<String> =
        steps.iter().map(|step| step.as_str().map_or_else(|| step.to_string(), str::to_owned)).collect();
    steps.join(".")
}

/// What a presigned PUT answered.
#[derive(Clone, Debug)]
pub struct Put {
    /// The HTTP status.
    pub status: u16,
    /// The ETag, with its quotes.
    pub etag: String,
    /// The body, S3's error if there was one.
    pub body: String,
}

impl Client {
    /// A client of the API at `base`, without `/v1`.
    pub fn new(base: &str, key: &str) -> Self {
        // No pool limits and no redirects: what a test sends is what arrives.
        let http = reqwest::Client::builder()
            .redirect(reqwest::redirect::Policy::none())
            .no_proxy()
            .build()
            .expect("an HTTP client");
        Self { http, base: base.to_owned(), key: Some(key.to_owned()), namespace: None }
    }

    /// The same client with another key; `None` sends none.
    #[must_use]
    pub fn with_key(&self, key: Option<&str>) -> Self {
        Self { key: key.map(str::to_owned), ..self.clone() }
    }

    /// The same client, naming this namespace in the header.
    #[must_use]
    pub fn with_namespace(&self, namespace: &str) -> Self {
        Self { namespace: Some(namespace.to_owned()), ..self.clone() }
    }

    /// The HTTP client, for what this one is too polite to send.
    pub fn http(&self) -> &reqwest::Client {
        &self.http
    }

    /// A URL of the API.
    pub fn url(&self, path: &str) -> String {
        format!("{}{path}", self.base)
    }

    /// Sends a POST with a JSON body.
    pub async fn post(&self, path: &str, body: &Value) -> Answer {
        self.post_text(path, body.to_string()).await
    }

    /// Sends a POST with this text as its JSON body.
    pub async fn post_text(&self, path: &str, body: impl Into<reqwest::Body>) -> Answer {
        self.send(self.http.post(self.url(path)).header("content-type", "application/json").body(body)).await
    }

    /// Sends a GET.
    pub async fn get(&self, path: &str) -> Answer {
        self.send(self.http.get(self.url(path))).await
    }

    /// Sends a PATCH with a JSON body.
    pub async fn patch(&self, path: &str, body: &Value) -> Answer {
        self.send(self.http.patch(self.url(path)).json(body)).await
    }

    /// Sends a PUT with a JSON body.
    pub async fn replace(&self, path: &str, body: &Value) -> Answer {
        self.send(self.http.put(self.url(path)).json(body)).await
    }

    /// Sends a DELETE, with the header of a JSON body and none, as clients do.
    pub async fn delete(&self, path: &str) -> Answer {
        self.send(self.http.delete(self.url(path)).header("content-type", "application/json")).await
    }

    /// Sends a request with this client's key and namespace, and holds the exchange against
    /// docs/openapi.json.
    pub async fn send(&self, mut request: reqwest::RequestBuilder) -> Answer {
        if let Some(key) = &self.key {
            request = request.bearer_auth(key);
        }
        if let Some(namespace) = &self.namespace {
            request = request.header("x-namespace", namespace);
        }
        let request = request.build().expect("a request");
        let (method, url) = (request.method().clone(), request.url().clone());
        let sent = request.body().and_then(reqwest::Body::as_bytes).unwrap_or_default().to_vec();
        let response = self.http.execute(request).await.expect("the API answers");
        let (status, headers) = (response.status().as_u16(), response.headers().clone());
        let text = response.text().await.expect("the answer has a body that can be read");
        let body = if text.is_empty() {
            Value::Null
        } else {
            serde_json::from_str(&text).unwrap_or_else(|_| panic!("not JSON: {text}"))
        };
        let exchange = Exchange {
            method: method.as_str(),
            path: url.path(),
            query: url.query_pairs().into_owned().collect(),
            request: &sent,
            status,
            answer: &body,
        };
        let differs = exchange.differences();
        assert!(differs.is_empty(), "{method} {url} is not as docs/openapi.json says: {differs:#?}\n{body}");
        Answer { status, headers, body }
    }

    /// Makes a bucket and gives its id. `schema` is the map of properties.
    pub async fn bucket(&self, name: &str, properties: Value, unique_key: Value) -> String {
        let body = json!({
            "bucket_name": name,
            "bucket_schema": {"properties": properties},
            "unique_key": unique_key,
        });
        let bucket = self.post("/v1/buckets", &body).await.ok();
        bucket["bucket_id"].as_str().expect("a bucket_id").to_owned()
    }

    /// PUTs bytes to a presigned URL with exactly one header, as real clients do.
    pub async fn put(&self, url: &str, content_type: &str, bytes: impl Into<reqwest::Body>) -> Put {
        let request = self.http.put(url).header("content-type", content_type).body(bytes);
        let response = request.send().await.expect("S3 answers");
        let header = response.headers().get("etag").and_then(|value| value.to_str().ok());
        let etag = header.unwrap_or_default().to_owned();
        Put { status: response.status().as_u16(), etag, body: response.text().await.unwrap_or_default() }
    }

    /// Creates an upload in a bucket, PUTs the bytes, and gives the upload; it isn't confirmed yet.
    pub async fn upload(&self, bucket: &str, create: &Value, bytes: &[u8]) -> Value {
        let upload = self.post(&format!("/v1/buckets/{bucket}/uploads"), create).await.ok();
        let url = upload["presigned_url"].as_str().unwrap_or_else(|| panic!("no URL: {upload}"));
        let put = self.put(url, create["content_type"].as_str().unwrap_or_default(), bytes.to_vec()).await;
        assert_eq!(put.status, 200, "{}", put.body);
        upload
    }

    /// Confirms an upload of a bucket.
    pub async fn confirm(&self, bucket: &str, upload: &Value, body: &Value) -> Answer {
        let id = upload["upload_id"].as_str().expect("an upload_id");
        self.post(&format!("/v1/buckets/{bucket}/uploads/{id}/confirm"), body).await
    }

    /// Creates an object in a bucket; `query` is like `?policy=insert`, or empty.
    pub async fn object(&self, bucket: &str, query: &str, body: &Value) -> Answer {
        self.post(&format!("/v1/buckets/{bucket}/objects{query}"), body).await
    }

    /// Calls an embedded DynamoDB past everything: what a test wants to know, the API doesn't always say.
    ///
    /// # Panics
    /// When the engine refuses.
    pub async fn dynamodb(&self, url: &str, action: &str, request: &Value) -> Value {
        let response = self
            .http
            .post(url)
            .header("x-amz-target", format!("DynamoDB_20120810.{action}"))
            .header("content-type", "application/x-amz-json-1.0")
            .header("authorization", "AWS4-HMAC-SHA256 Credential=t/20260101/us-east-1/dynamodb/aws4_request, SignedHeaders=host, Signature=0")
            .header("x-amz-date", "20260101T000000Z")
            .body(request.to_string())
            .send()
            .await
            .expect("DynamoDB answers");
        let status = response.status();
        let text = response.text().await.expect("a body");
        assert!(status.is_success(), "{action}: {status} {text}");
        serde_json::from_str(&text).expect("JSON")
    }
}
