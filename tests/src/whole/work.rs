//! Clients that do a little of everything, and expect to lose their server.

use std::sync::Mutex;

use serde_json::{Value, json};
use stowage_local::StackInfo;

use super::upload_of;

/// Kinds of operations, of which each step is one.
const KINDS: usize = 10;

/// A client. What it made before, it goes on with.
#[derive(Debug)]
pub struct Worker {
    http: reqwest::Client,
    info: StackInfo,
    bucket: String,
    name: String,
    source: Option<String>,
    made: Mutex<Vec<(String, String)>>,
}

impl Worker {
    /// One that works in a bucket of [`super::things`]; its name tells its objects from others'.
    pub fn new(info: &StackInfo, bucket: &str, name: String) -> Self {
        let http = reqwest::Client::builder().no_proxy().build().expect("a client");
        Self {
            http,
            info: info.clone(),
            bucket: bucket.to_owned(),
            name,
            source: None,
            made: Mutex::default(),
        }
    }

    /// The same that has a text at this URL copied, too.
    #[must_use]
    pub fn with_source(self, url: String) -> Self {
        Self { source: Some(url), ..self }
    }

    /// One operation; nothing once the server is gone.
    pub async fn step(&self, step: usize) -> Option<()> {
        let sku = format!("{}-{step}", self.name);
        match step % KINDS {
            0 => self.create("?policy=insert", &sku, &json!([])).await,
            1 => self.create("?policy=insert", &sku, &inline(&sku)).await,
            2 => self.create("?policy=insert&auto_process=true", &sku, &inline(&sku)).await,
            3 => self.upload(&sku, Some(&json!({"auto_submit_batch": true}))).await,
            // Nobody confirms this one.
            4 => self.upload(&sku, None).await,
            5 => match self.earlier(step) {
                Some((sku, _)) => self.create("?policy=upsert", &sku, &inline(&format!("{sku} again"))).await,
                None => self.create("?policy=upsert", &sku, &inline(&sku)).await,
            },
            6 => match self.earlier(step) {
                Some((_, id)) => self.delete(&id).await,
                None => self.create("?policy=insert", &sku, &json!([])).await,
            },
            7 => self.confirm_many(&sku).await,
            8 => match &self.source {
                Some(url) => {
                    let source = json!([{"property": "notes", "type": "text", "data": url}]);
                    self.create("?policy=insert", &sku, &source).await
                }
                None => self.create("?policy=insert", &sku, &inline(&sku)).await,
            },
            _ => self.process().await,
        }
    }

    /// Something that this client made, if it has made anything.
    fn earlier(&self, step: usize) -> Option<(String, String)> {
        let made = self.made.lock().expect("what was made");
        if made.is_empty() { None } else { Some(made[step % made.len()].clone()) }
    }

    async fn create(&self, query: &str, sku: &str, blobs: &Value) -> Option<()> {
        let body = json!({"sku": sku, "blobs": blobs, "idempotency_key": format!("{query}{sku}{blobs}")});
        let path = format!("/v1/buckets/{}/objects{query}", self.bucket);
        let object = self.ok(self.http.post(self.url(&path)).json(&body)).await?;
        let id = object["object_id"].as_str().expect("an id").to_owned();
        self.made.lock().expect("what was made").push((sku.to_owned(), id));
        Some(())
    }

    /// Makes an upload, and PUTs its bytes; its id.
    async fn put(&self, sku: &str) -> Option<String> {
        let path = format!("/v1/buckets/{}/uploads", self.bucket);
        let created = self.ok(self.http.post(self.url(&path)).json(&upload_of(sku))).await?;
        let (url, id) = (created["presigned_url"].as_str()?, created["upload_id"].as_str()?);
        let put = self.http.put(url).header("content-type", "text/plain").body(sku.to_owned());
        assert_eq!(put.send().await.ok()?.status(), 200);
        Some(id.to_owned())
    }

    async fn upload(&self, sku: &str, confirm: Option<&Value>) -> Option<()> {
        let id = self.put(sku).await?;
        let Some(confirm) = confirm else { return Some(()) };
        let path = format!("/v1/buckets/{}/uploads/{id}/confirm", self.bucket);
        self.ok(self.http.post(self.url(&path)).json(confirm)).await?;
        Some(())
    }

    /// Has two uploads confirmed by a task.
    async fn confirm_many(&self, sku: &str) -> Option<()> {
        let mut confirmations = Vec::new();
        for half in ["left", "right"] {
            confirmations.push(json!({"upload_id": self.put(&format!("{sku}-{half}")).await?}));
        }
        let path = format!("/v1/buckets/{}/uploads/confirm/batch", self.bucket);
        let confirm = json!({"confirmations": confirmations});
        self.ok(self.http.post(self.url(&path)).json(&confirm)).await?;
        Some(())
    }

    async fn delete(&self, object: &str) -> Option<()> {
        let path = format!("/v1/buckets/{}/objects/{object}", self.bucket);
        let (status, answer) = self.send(self.http.delete(self.url(&path))).await?;
        assert!(matches!(status, 204 | 404), "{answer}");
        Some(())
    }

    /// Does a processor's work on what is submitted and PENDING.
    async fn process(&self) -> Option<()> {
        let list =
            self.http.post(self.url("/v1/batches/list")).json(&json!({"status": "PENDING", "limit": 3}));
        let page = self.ok(list).await?;
        for batch in page["results"].as_array().expect("batches") {
            let mut rows = Vec::new();
            for id in batch["object_ids"].as_array().expect("ids") {
                let id = id.as_str().expect("an id");
                let path = format!("/v1/buckets/{}/objects/{id}", self.bucket);
                let request = self.http.get(self.url(&path)).bearer_auth(&self.info.key);
                let response = request.send().await.ok()?;
                let version = response.headers().get("x-content-version");
                let version = version.map_or("inc_gone.0", |version| version.to_str().expect("ASCII"));
                rows.push(json!({"object_id": id, "content_version": version, "status": "COMPLETED"}));
            }
            let path = format!("/v1/batches/{}/report", batch["batch_id"].as_str().expect("an id"));
            let report = json!({"attempt": 1, "objects": rows});
            let (status, answer) = self.send(self.http.post(self.url(&path)).json(&report)).await?;
            // Another client may have been first, or have changed or deleted the object.
            assert!(matches!(status, 200 | 409), "{answer}");
        }
        Some(())
    }

    fn url(&self, path: &str) -> String {
        format!("{}{path}", self.info.api)
    }

    async fn ok(&self, request: reqwest::RequestBuilder) -> Option<Value> {
        let (status, value) = self.send(request).await?;
        assert_eq!(status, 200, "{value}");
        Some(value)
    }

    /// The answer, or nothing where none came whole. A 5xx is never one.
    async fn send(&self, request: reqwest::RequestBuilder) -> Option<(u16, Value)> {
        let response = request.bearer_auth(&self.info.key).send().await.ok()?;
        let status = response.status().as_u16();
        let body = response.bytes().await.ok()?;
        let value = if body.is_empty() { Value::Null } else { serde_json::from_slice(&body).ok()? };
        assert!(status < 500, "{value}");
        Some((status, value))
    }
}

fn inline(text: &str) -> Value {
    json!([{"property": "notes", "type": "text", "data": format!("the notes of {text}")}])
}
