//! A function's real binary in a process of its own, with the Lambda Runtime API played to it.

use std::process::{ExitStatus, Stdio};
use std::time::Duration;

use reqwest::header::HeaderMap;
use serde_json::{Value, json};
use stowage_api::clock;
use tokio::process::{Child, Command};

use crate::client::Answer;
use crate::log_line;
use crate::output::Lines;
use crate::runtime_api::{Invocation, Report, RuntimeApi};
use crate::secrets::Secrets;
use crate::variables::{Binary, Variables};

/// The functions' ARN.
pub(crate) const ARN: &str = "arn:aws:lambda:us-east-1:123456789012:function:stowage-test";
/// The template's timeout.
const TIMEOUT: Duration = Duration::from_secs(10);
/// When a test gives up waiting.
const PATIENCE: Duration = Duration::from_mins(1);

/// A running function.
#[derive(Debug)]
pub struct Process {
    name: &'static str,
    child: Child,
    api: RuntimeApi,
    stdout: Lines,
    stderr: Lines,
    secrets: Secrets,
    sent: usize,
    logged: usize,
}

/// What came of an invocation.
#[derive(Clone, Debug)]
pub struct Invoked {
    /// The function's answer.
    pub answer: Answer,
    /// Its log line, which was found to be right.
    pub line: Value,
    /// How long before Lambda's deadline the answer came, in milliseconds; negative if after.
    pub ahead_of_deadline_ms: i64,
}

/// What a process wrote, without a secret.
#[derive(Clone, Debug)]
pub struct Logs {
    /// The lines of standard output.
    pub stdout: Vec<String>,
    /// The lines of standard error.
    pub stderr: Vec<String>,
}

impl Process {
    /// Starts one. It learns the secrets among the variables.
    pub async fn start(binary: &Binary, variables: &Variables, secrets: &Secrets) -> Self {
        variables.secret().for_each(|secret| secrets.add(secret));
        let api = RuntimeApi::start().await;
        let mut child = Command::new(&binary.path)
            .env_clear()
            .envs(variables.iter())
            .env("AWS_LAMBDA_FUNCTION_NAME", format!("stowage-{}", binary.name))
            .env("AWS_LAMBDA_RUNTIME_API", api.address().to_string())
            .stdin(Stdio::null())
            .stdout(Stdio::piped())
            .stderr(Stdio::piped())
            .kill_on_drop(true)
            .spawn()
            .unwrap_or_else(|error| panic!("{}: {error}", binary.path.display()));
        let stdout = Lines::of(child.stdout.take().expect("a pipe"));
        let stderr = Lines::of(child.stderr.take().expect("a pipe"));
        let secrets = secrets.clone();
        Self { name: binary.name, child, api, stdout, stderr, secrets, sent: 0, logged: 0 }
    }

    /// Plays an event, and checks the log line that there must be of it.
    pub async fn invoke(&mut self, event: &Value) -> Invoked {
        self.invoke_within(event, TIMEOUT).await
    }

    /// The same, with another timeout of Lambda's.
    pub async fn invoke_within(&mut self, event: &Value, timeout: Duration) -> Invoked {
        let invocation = self.send_within(event, timeout);
        let report = self.report().await;
        let ahead_of_deadline_ms = invocation.deadline_ms - clock::now().millis();
        let Report::Answer(id, body) = report else { panic!("no answer: {report:?}; {}", self.state()) };
        assert_eq!(id, invocation.request_id);
        let answer = read_answer(&body);
        self.learn_from(&answer.body);
        let line = self.next_line().await;
        let wanted = log_line::Wanted {
            function: self.name,
            invocation: &invocation,
            event,
            answer: &answer,
            is_first: self.logged == 1,
        };
        let line = wanted.check(&line);
        Invoked { answer, line, ahead_of_deadline_ms }
    }

    /// Plays an event of a queue or a stream: the function's answer to Lambda, and its lines, of which
    /// there must be so many.
    pub async fn feed(&mut self, event: &Value, lines: usize) -> (Value, Vec<Value>) {
        let invocation = self.send(event);
        let report = self.report().await;
        let Report::Answer(id, body) = report else { panic!("no answer: {report:?}; {}", self.state()) };
        assert_eq!(id, invocation.request_id);
        let mut logged = Vec::with_capacity(lines);
        for _ in 0..lines {
            let line: Value = serde_json::from_str(&self.next_line().await).expect("a line of JSON");
            assert_eq!(line["service"], self.name, "{line}");
            assert_eq!(line["function_request_id"], json!(invocation.request_id), "{line}");
            logged.push(line);
        }
        (serde_json::from_slice(&body).expect("JSON"), logged)
    }

    /// The same of an event that may take long: the answer, and its one line.
    pub async fn feed_within(&mut self, event: &Value, timeout: Duration) -> (Value, Value) {
        self.send_within(event, timeout);
        let report = tokio::time::timeout(timeout, self.api.report()).await;
        let Ok(Report::Answer(_, body)) = report else { panic!("no answer: {report:?}; {}", self.state()) };
        let line = serde_json::from_str(&self.next_line().await).expect("a line of JSON");
        (serde_json::from_slice(&body).expect("JSON"), line)
    }

    /// The most memory that it has had so far, in bytes, where the system says (Linux).
    pub fn peak_memory(&self) -> Option<u64> {
        let status = std::fs::read_to_string(format!("/proc/{}/status", self.child.id()?)).ok()?;
        let line = status.lines().find_map(|line| line.strip_prefix("VmHWM:"))?;
        line.trim().strip_suffix(" kB")?.parse::<u64>().ok().map(|kilobytes| kilobytes * 1024)
    }

    async fn next_line(&mut self) -> String {
        let line = tokio::time::timeout(PATIENCE, self.stdout.line(self.logged)).await;
        self.logged += 1;
        line.ok().flatten().unwrap_or_else(|| panic!("no log line; {}", self.state()))
    }

    /// Plays an event that the function can't even read: what it reports to Lambda of it.
    pub async fn invoke_and_fail(&mut self, event: &Value) -> Value {
        let invocation = self.send(event);
        let report = self.report().await;
        let Report::Failure(id, body) = report else { panic!("no failure: {report:?}; {}", self.state()) };
        assert_eq!(id, invocation.request_id);
        serde_json::from_slice(&body).expect("JSON")
    }

    /// Plays an event of the clock at which the function fails: what it reports to Lambda, and its line.
    pub async fn feed_and_fail(&mut self, event: &Value) -> (Value, Value) {
        let failure = self.invoke_and_fail(event).await;
        (failure, serde_json::from_str(&self.next_line().await).expect("a line of JSON"))
    }

    /// Hands an event over, and doesn't wait for the answer.
    pub fn send(&mut self, event: &Value) -> Invocation {
        self.send_within(event, TIMEOUT)
    }

    fn send_within(&mut self, event: &Value, timeout: Duration) -> Invocation {
        self.sent += 1;
        if let Some(key) = event["headers"]["authorization"].as_str() {
            self.secrets.add(key.rsplit(' ').next().unwrap_or_default());
        }
        let timeout = i64::try_from(timeout.as_millis()).expect("a short time");
        let invocation = Invocation {
            request_id: format!("8476a536-e9f4-11e8-9739-{:012}", self.sent),
            trace_id: format!("Root=1-6b0311d0-{:024};Parent=5a4ef92d7b08a3e1;Sampled=1", self.sent),
            deadline_ms: clock::now().millis() + timeout,
            event: event.to_string(),
        };
        self.api.send(invocation.clone());
        invocation
    }

    async fn report(&mut self) -> Report {
        tokio::select! {
            report = self.api.report() => report,
            status = self.child.wait() => panic!("it ended: {status:?}; {}", self.state()),
            () = tokio::time::sleep(PATIENCE) => panic!("it doesn't answer; {}", self.state()),
        }
    }

    fn state(&self) -> String {
        format!("{} wrote {:?} and {:?}", self.name, self.stdout.get(), self.stderr.get())
    }

    /// An answer may have a presigned URL: no log line may.
    fn learn_from(&self, body: &Value) {
        for url in presigned_urls(body) {
            self.secrets.add(url);
            self.secrets.add_signature(url);
        }
    }

    /// Ends it as Lambda does, without a warning. Checks that standard output has nothing but the
    /// log lines, and that no line has a secret.
    pub async fn kill(mut self) -> Logs {
        self.child.kill().await.expect("a process that can be killed");
        let logged = self.logged;
        let (_, logs) = self.ended().await;
        assert_eq!(logs.stdout.len(), logged, "one line for each request: {logs:?}");
        logs
    }

    /// Waits for its end, and checks that no line has a secret.
    pub async fn ended(mut self) -> (ExitStatus, Logs) {
        let status = tokio::time::timeout(PATIENCE, self.child.wait()).await;
        let status = status.unwrap_or_else(|_| panic!("it doesn't end; {}", self.state()));
        let logs = Logs { stdout: self.stdout.into_all().await, stderr: self.stderr.into_all().await };
        self.secrets.check(logs.stdout.iter().chain(&logs.stderr));
        (status.expect("an exit status"), logs)
    }
}

/// The presigned URLs in an answer.
pub(crate) fn presigned_urls(body: &Value) -> Vec<&str> {
    match body {
        Value::String(text) if text.contains("X-Amz-Signature=") => vec![text],
        Value::Array(entries) => entries.iter().flat_map(presigned_urls).collect(),
        Value::Object(fields) => fields.values().flat_map(presigned_urls).collect(),
        _ => Vec::new(),
    }
}

/// Reads the answer as API Gateway does (payload format 2.0).
fn read_answer(bytes: &[u8]) -> Answer {
    let response: Value = serde_json::from_slice(bytes).expect("JSON");
    assert_eq!(response["isBase64Encoded"], false, "{response}");
    let status = response["statusCode"].as_u64().and_then(|status| u16::try_from(status).ok());
    let mut headers = HeaderMap::new();
    for (name, value) in response["headers"].as_object().into_iter().flatten() {
        let name: reqwest::header::HeaderName = name.parse().expect("a header's name");
        headers.insert(name, value.as_str().expect("a text").parse().expect("a header's value"));
    }
    let body = match response["body"].as_str() {
        None | Some("") => Value::Null,
        Some(text) => serde_json::from_str(text).expect("a JSON body"),
    };
    Answer { status: status.expect("a status"), headers, body }
}
