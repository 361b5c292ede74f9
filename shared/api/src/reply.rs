//! Answers: a status and a JSON body.

use lambda_http::Response;
use lambda_http::http::header::{CONTENT_TYPE, RETRY_AFTER};
use serde::Serialize;
use stowage_domain::error::RETRY_AFTER_SECONDS;
use stowage_domain::{Error, Result};

/// What a handler answers. Mixpeek's SDK decodes 200 alone, so there is no 201 or 202.
#[derive(Clone, Debug)]
pub struct Reply {
    status: u16,
    body: String,
}

impl Reply {
    /// 200 with a body.
    pub fn ok(body: &impl Serialize) -> Result<Self> {
        let body =
            serde_json::to_string(body).map_err(|error| Error::internal(format!("to JSON: {error}")))?;
        Ok(Self { status: 200, body })
    }

    /// 200 with a body that is JSON text already.
    pub fn json_text(body: impl Into<String>) -> Self {
        Self { status: 200, body: body.into() }
    }

    /// The status.
    pub fn status(&self) -> u16 {
        self.status
    }
}

impl From<&Error> for Reply {
    fn from(error: &Error) -> Self {
        Self { status: error.status(), body: error.envelope().to_string() }
    }
}

impl From<Reply> for Response<String> {
    fn from(reply: Reply) -> Self {
        let mut response = Response::builder().status(reply.status).header(CONTENT_TYPE, "application/json");
        if reply.status == 503 {
            response = response.header(RETRY_AFTER, RETRY_AFTER_SECONDS);
        }
        response.body(reply.body).unwrap_or_else(|_| Response::new(String::new()))
    }
}
