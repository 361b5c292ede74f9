//! Answers: a status and a JSON body.

use std::borrow::Cow;

use lambda_http::Response;
use lambda_http::http::header::{CONTENT_TYPE, RETRY_AFTER};
use serde::Serialize;
use stowage_domain::error::RETRY_AFTER_SECONDS;
use stowage_domain::{Error, Result};

/// What a handler answers. Mixpeek's SDK decodes 200 alone, and 204 of a deletion, so there is no 201
/// or 202.
#[derive(Clone, Debug)]
pub struct Reply {
    status: u16,
    body: String,
    noted: Option<Error>,
    header: Option<(&'static str, Cow<'static, str>)>,
}

impl Reply {
    /// 200 with a body.
    pub fn ok(body: &impl Serialize) -> Result<Self> {
        Self::with_status(200, body)
    }

    /// Another status with a body of its own, where the contract has no envelope.
    pub fn with_status(status: u16, body: &impl Serialize) -> Result<Self> {
        let body =
            serde_json::to_string(body).map_err(|error| Error::internal(format!("to JSON: {error}")))?;
        Ok(Self { status, body, noted: None, header: None })
    }

    /// 204: done, and nothing to say.
    pub fn no_content() -> Self {
        Self { status: 204, body: String::new(), noted: None, header: None }
    }

    /// The same answer, with what went wrong in a part of it, for the log line.
    #[must_use]
    pub fn noting(self, error: Option<Error>) -> Self {
        Self { noted: error, ..self }
    }

    /// The same answer with a header of its own; name and value in ASCII.
    #[must_use]
    pub fn with_header(self, name: &'static str, value: impl Into<Cow<'static, str>>) -> Self {
        Self { header: Some((name, value.into())), ..self }
    }

    /// See [`Self::noting`].
    pub(crate) fn noted(&self) -> Option<&Error> {
        self.noted.as_ref()
    }

    /// 200 with a body that is JSON text already.
    pub fn json_text(body: impl Into<String>) -> Self {
        Self { status: 200, body: body.into(), noted: None, header: None }
    }

    /// The status.
    pub fn status(&self) -> u16 {
        self.status
    }
}

impl From<&Error> for Reply {
    fn from(error: &Error) -> Self {
        Self { status: error.status(), body: error.envelope().to_string(), noted: None, header: None }
    }
}

impl From<Reply> for Response<String> {
    fn from(reply: Reply) -> Self {
        let mut response = Response::builder().status(reply.status);
        if !reply.body.is_empty() {
            response = response.header(CONTENT_TYPE, "application/json");
        }
        if let Some((name, value)) = reply.header {
            response = response.header(name, value.as_ref());
        }
        if reply.status == 503 {
            response = response.header(RETRY_AFTER, RETRY_AFTER_SECONDS);
        }
        response.body(reply.body).unwrap_or_else(|_| Response::new(String::new()))
    }
}
