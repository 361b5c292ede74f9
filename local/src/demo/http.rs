//! Exchanges: sent over HTTP, shown as they happen, checked against what is expected.

use std::io::{self, Write as _};

use reqwest::Method;
use reqwest::header::{CONTENT_LENGTH, CONTENT_TYPE, ETAG};
use serde_json::Value;

use super::show;

/// Where JSON starts in the output, in columns.
const INDENT: usize = 6;

/// What ends a demonstration early: one line that says which step and why.
pub(super) type Result<T> = std::result::Result<T, Box<dyn std::error::Error>>;

/// The client of the demonstration.
pub(super) struct Session {
    http: reqwest::Client,
    base: String,
    key: String,
    steps: usize,
    title: &'static str,
}

impl Session {
    pub(super) fn new(base: &str, key: &str) -> Result<Self> {
        // What goes to this machine doesn't go through a proxy. Each request has its own connection: S3
        // closes one where it refuses a body that it hasn't read, and a streamed body can't be resent.
        let http = reqwest::Client::builder().no_proxy().pool_max_idle_per_host(0).build()?;
        Ok(Self { http, base: base.to_owned(), key: key.to_owned(), steps: 0, title: "" })
    }

    /// How many steps there were.
    pub(super) fn steps(&self) -> usize {
        self.steps
    }

    /// Starts a step.
    pub(super) fn step(&mut self, title: &'static str) -> io::Result<()> {
        self.steps += 1;
        self.title = title;
        writeln!(io::stdout(), "{:>2}. {title}", self.steps)
    }

    /// Sends a GET or, with a body, a POST. Checks the status and shows `fields` of the answer, or all
    /// of it.
    pub(super) async fn call(
        &self,
        path: &str,
        body: Option<&Value>,
        status: u16,
        fields: &[&str],
    ) -> Result<Value> {
        let method = if body.is_some() { Method::POST } else { Method::GET };
        let mut out = io::stdout();
        writeln!(out, "    > {method} {path}")?;
        let mut request = self.http.request(method, format!("{}{path}", self.base)).bearer_auth(&self.key);
        if let Some(body) = body {
            writeln!(out, "      {}", show::json(body, &[], INDENT))?;
            request = request.json(body);
        }
        let response = request.send().await.map_err(|error| self.lost(error))?;
        let answered = response.status().as_u16();
        let text = response.text().await.map_err(|error| self.lost(error))?;
        let value = serde_json::from_str(&text).map_err(|_| self.wrong("JSON", "something else"))?;
        // What wasn't expected is shown whole.
        let fields = if answered == status { fields } else { &[] };
        writeln!(out, "    < {answered}\n      {}", show::json(&value, fields, INDENT))?;
        if answered != status {
            return Err(self.wrong(&format!("status {status}"), &answered.to_string()));
        }
        Ok(value)
    }

    /// Sends a POST that is to be refused with this status and code; gives `error`.
    pub(super) async fn refused(&self, path: &str, body: &Value, status: u16, code: &str) -> Result<Value> {
        let answer = self.call(path, Some(body), status, &["error"]).await?;
        self.same("error.code", &answer["error"]["code"], &code.into())?;
        Ok(answer["error"].clone())
    }

    /// PUTs bytes to a presigned URL with exactly the headers that real clients send. Gives the ETag
    /// of what was stored, without its quotes, or nothing where a refusal with S3's code was expected.
    pub(super) async fn put(
        &self,
        url: &str,
        content_type: &str,
        size: u64,
        bytes: reqwest::Body,
        refusal: Option<&str>,
    ) -> Result<String> {
        let mut out = io::stdout();
        writeln!(out, "    > PUT {}", show::url(url))?;
        writeln!(out, "      Content-Type: {content_type}\n      ({size} bytes)")?;
        let request = self.http.put(url).header(CONTENT_TYPE, content_type).header(CONTENT_LENGTH, size);
        let response = request.body(bytes).send().await.map_err(|error| self.lost(error))?;
        let status = response.status().as_u16();
        let etag = response.headers().get(ETAG).and_then(|value| value.to_str().ok());
        let etag = etag.unwrap_or_default().to_owned();
        let text = response.text().await.map_err(|error| self.lost(error))?;
        let code = element(&text, "Code");
        match (status, code) {
            (200, _) => writeln!(out, "    < 200 ETag: {etag}")?,
            _ => writeln!(out, "    < {status} {code}")?,
        }
        match refusal {
            None if status == 200 && !etag.is_empty() => Ok(etag.trim_matches('"').to_owned()),
            Some(expected) if status == 403 && code == expected => Ok(String::new()),
            None => Err(self.wrong("status 200 with an ETag", &format!("{status} {code}"))),
            Some(expected) => Err(self.wrong(&format!("403 {expected}"), &format!("{status} {code}"))),
        }
    }

    /// Checks that a value is the expected one.
    pub(super) fn same(&self, what: &str, found: &Value, expected: &Value) -> Result<()> {
        if found == expected {
            return Ok(());
        }
        Err(self.wrong(&format!("{what} {expected}"), &found.to_string()))
    }

    /// The string of an answer's field; an error if it has none.
    pub(super) fn text(&self, answer: &Value, field: &str) -> Result<String> {
        let text = answer[field].as_str().filter(|text| !text.is_empty());
        text.map(str::to_owned).ok_or_else(|| self.wrong(field, "none"))
    }

    /// The line for what came out differently.
    pub(super) fn wrong(&self, expected: &str, found: &str) -> Box<dyn std::error::Error> {
        let (step, title) = (self.steps, self.title);
        format!("step {step} of the demo ({title}): expected {expected}, found {found}").into()
    }

    /// The line for an exchange that broke. The URL may be a signed one, so it stays out.
    fn lost(&self, error: reqwest::Error) -> Box<dyn std::error::Error> {
        let error = error.without_url();
        let mut cause: &dyn std::error::Error = &error;
        while let Some(source) = cause.source() {
            cause = source;
        }
        let reason = cause.to_string();
        self.wrong("an answer", &reason)
    }
}

/// Ends a step, with what was seen.
pub(super) fn seen(what: &str) -> io::Result<()> {
    writeln!(io::stdout(), "    ✓ {what}\n")
}

/// The text of an XML element, if there is one: all that S3's errors are read for.
fn element<'a>(xml: &'a str, name: &str) -> &'a str {
    let (open, close) = (format!("<{name}>"), format!("</{name}>"));
    let rest = xml.split_once(&open).map_or("", |(_, rest)| rest);
    rest.split_once(&close).map_or("", |(text, _)| text)
}
