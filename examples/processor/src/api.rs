//! Stowage's API, as far as a processor needs it.

use std::sync::Arc;

use bytes::Bytes;
use http::Request;
use http::request::Builder;
use serde::{Deserialize, Serialize};
use serde_json::Value;

use crate::Error;
use crate::http::{Answer, Http};
use crate::setting::Setting;

/// The API of one deployment.
#[derive(Clone)]
pub(crate) struct Api {
    http: Http,
    base: Arc<str>,
    key: Arc<str>,
}

/// An object, as far as it is processed.
#[derive(Debug, Deserialize)]
pub(crate) struct Object {
    /// Its id.
    #[serde(rename = "object_id")]
    pub(crate) id: String,
    /// Its blobs.
    pub(crate) blobs: Vec<Blob>,
    /// The state of its content, which the report names.
    #[serde(skip)]
    pub(crate) content_version: String,
    /// Whether it was deleted.
    #[serde(skip)]
    pub(crate) is_gone: bool,
}

/// The state of an object that isn't there: of no life that there ever was.
const NO_CONTENT: &str = "inc_gone.0";

/// A blob of it.
#[derive(Debug, Deserialize)]
pub(crate) struct Blob {
    /// Which property of the schema it is.
    pub(crate) property: String,
    /// Its type.
    #[serde(rename = "type")]
    pub(crate) kind: String,
    /// Where its bytes can be read for an hour; none without bytes.
    pub(crate) presigned_url: Option<String>,
    /// What is known of its bytes.
    pub(crate) details: Details,
}

/// What is known of a blob's bytes.
#[derive(Debug, Deserialize)]
pub(crate) struct Details {
    /// Their MIME type.
    pub(crate) mime_type: Option<String>,
}

/// A report of what became of objects.
#[derive(Debug, Serialize)]
pub(crate) struct Report {
    /// The attempt that it is for.
    pub(crate) attempt: u32,
    /// What became of each.
    pub(crate) objects: Vec<Row>,
}

/// What became of an object.
#[derive(Clone, Debug, Serialize)]
pub(crate) struct Row {
    /// The object.
    pub(crate) object_id: String,
    /// The state of its content that was processed.
    pub(crate) content_version: String,
    /// `IN_PROGRESS`, `COMPLETED` or `FAILED`.
    pub(crate) status: &'static str,
    /// Why it could not be processed.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(crate) error: Option<String>,
    /// Documents that came of it.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(crate) document_count: Option<usize>,
}

/// What became of a report.
#[derive(Debug, Deserialize)]
pub(crate) struct Reported {
    /// How far the batch is.
    pub(crate) status: String,
    /// Row by row, in the report's order.
    pub(crate) objects: Vec<ReportedRow>,
}

/// What became of a report's row.
#[derive(Debug, Deserialize)]
pub(crate) struct ReportedRow {
    /// The object.
    pub(crate) object_id: String,
    /// Why it was refused, if it was.
    pub(crate) code: Option<String>,
}

impl Api {
    /// The API of a deployment.
    pub(crate) fn new(setting: &Setting) -> Result<Self, Error> {
        let (base, key) = (setting.api.as_str().into(), setting.key.as_str().into());
        Ok(Self { http: Http::new()?, base, key })
    }

    /// Reads an object as it is now. One that was deleted is reported like the others: Stowage counts
    /// it as failed.
    pub(crate) async fn object(&self, work: &Work, id: &str) -> Result<Object, Error> {
        let path = format!("/v1/buckets/{}/objects/{id}?return_presigned_urls=true", work.bucket_id);
        let request = Request::get(self.url(&path)).header("x-namespace", &work.namespace_id);
        let answer = match self.send(request, Bytes::new()).await {
            Err(Error::Refused { status: 404, .. }) => {
                let content_version = NO_CONTENT.to_owned();
                return Ok(Object { id: id.to_owned(), blobs: Vec::new(), content_version, is_gone: true });
            }
            other => other?,
        };
        let version = answer.headers().get("x-content-version").and_then(|version| version.to_str().ok());
        let content_version = version.unwrap_or_default().to_owned();
        Ok(Object { content_version, ..read(&answer)? })
    }

    /// Reports what became of objects.
    pub(crate) async fn report(&self, work: &Work, report: &Report) -> Result<Reported, Error> {
        let request = Request::post(self.url(&format!("/v1/batches/{}/report", work.batch_id)));
        let body = serde_json::to_vec(report).map_err(|error| Error::Api(error.to_string()))?;
        read(&self.send(request.header("content-type", "application/json"), body.into()).await?)
    }

    /// Reads a blob's bytes.
    pub(crate) async fn bytes(&self, url: &str) -> Result<Bytes, Error> {
        let answer = self.http.send(Request::get(url), Bytes::new()).await?;
        if answer.status().is_success() {
            Ok(answer.into_body())
        } else {
            Err(Error::Api(format!("S3 answered {}", answer.status())))
        }
    }

    fn url(&self, path: &str) -> String {
        format!("{}{path}", self.base)
    }

    async fn send(&self, request: Builder, body: Bytes) -> Result<Answer, Error> {
        let key = format!("Bearer {}", self.key);
        let answer = self.http.send(request.header("authorization", key), body).await?;
        let status = answer.status();
        if status.is_success() {
            return Ok(answer);
        }
        let said: Value = serde_json::from_slice(answer.body()).unwrap_or_default();
        let error = &said["error"];
        let code = error["code"].as_str().or(error["message"].as_str()).unwrap_or("no reason").to_owned();
        match status.as_u16() {
            // The gateway's throttle, and what may pass.
            429 | 500.. => Err(Error::Api(format!("{status} {code}"))),
            status => Err(Error::Refused { status, code }),
        }
    }
}

fn read<T: serde::de::DeserializeOwned>(answer: &Answer) -> Result<T, Error> {
    serde_json::from_slice(answer.body()).map_err(|error| Error::Api(error.to_string()))
}

/// What a message asks for: the detail of the event `batch.submitted`.
#[derive(Clone, Debug, Deserialize)]
pub(crate) struct Work {
    /// The namespace of the bucket.
    pub(crate) namespace_id: String,
    /// The bucket of the objects.
    pub(crate) bucket_id: String,
    /// The batch.
    pub(crate) batch_id: String,
    /// The attempt at it.
    pub(crate) attempt: u32,
    /// The objects to process.
    pub(crate) object_ids: Vec<String>,
}
