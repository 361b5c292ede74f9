//! The files under `events/`.

use std::collections::BTreeMap;
use std::fs;
use std::path::{Path, PathBuf};

use reqwest::header::HeaderMap;
use serde::Deserialize;
use serde_json::Value;
use stowage_api::Operation;

use super::fixture::Fixture;
use super::pattern;

/// An event for a function, and the answer to it.
#[derive(Clone, Debug)]
pub struct Event {
    /// The function: the folder's name.
    pub function: String,
    /// `function/name`, for people.
    pub name: String,
    /// The event as API Gateway sends it.
    pub json: Value,
    /// The answer.
    pub answer: WrittenAnswer,
}

/// What the function answers, with placeholders for what differs each time.
#[derive(Clone, Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct WrittenAnswer {
    /// The HTTP status.
    pub status: u16,
    /// Headers that must be there.
    pub headers: BTreeMap<String, String>,
    /// The body.
    pub body: Value,
}

/// An event of a queue, a stream or the clock, and what comes of it.
#[derive(Clone, Debug)]
pub struct Feed {
    /// The function: the folder's name.
    pub function: String,
    /// `function/name`, for people.
    pub name: String,
    /// The event as Lambda's event source mapping sends it, or EventBridge Scheduler.
    pub json: Value,
    /// What comes of it.
    pub outcome: WrittenOutcome,
}

/// What a function makes of the records of an event, or of its turn.
#[derive(Clone, Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct WrittenOutcome {
    /// Its answer to Lambda.
    pub answer: Value,
    /// What its log lines must have, in their order: one for each group of records.
    pub lines: Vec<Value>,
}

const ANSWER: &str = ".answer.json";

fn root() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("../events")
}

fn read<T: serde::de::DeserializeOwned>(path: &Path) -> T {
    let what = path.display();
    let text = fs::read_to_string(path).unwrap_or_else(|error| panic!("{what}: {error}"));
    serde_json::from_str(&text).unwrap_or_else(|error| panic!("{what}: {error}"))
}

/// The entries of a directory by name, in order.
fn entries(directory: &Path) -> Vec<(String, PathBuf)> {
    let listing = fs::read_dir(directory).expect("the events are there");
    let paths = listing.map(|entry| entry.expect("an entry").path());
    let named = |path: PathBuf| Some((path.file_name()?.to_str()?.to_owned(), path));
    let mut entries: Vec<_> = paths.filter_map(named).collect();
    entries.sort();
    entries
}

fn fixture_path() -> PathBuf {
    root().join("fixture.json")
}

/// The fixture.
pub fn fixture() -> Fixture {
    read(&fixture_path())
}

/// What nobody may learn of the fixture: its API keys, and the secrets of its buckets.
pub fn fixture_secrets() -> Vec<String> {
    let fixture: Value = read(&fixture_path());
    let texts = |list: &str, name: &str| -> Vec<String> {
        let entries = fixture[list].as_array().expect("a list");
        entries.iter().map(|entry| entry[name].as_str().expect("a text").to_owned()).collect()
    };
    [texts("api_keys", "key"), texts("buckets", "secret")].concat()
}

/// One event by its name, `function/name`.
pub fn event(name: &str) -> Event {
    events().into_iter().find(|event| event.name == name).unwrap_or_else(|| panic!("no event {name}"))
}

/// A file with an event, and the one with its answer.
struct Files {
    function: String,
    name: String,
    json: Value,
    answer: PathBuf,
}

/// Every event, by function and name. An event without an answer, an answer without an event and a
/// file that is neither fail.
fn all() -> Vec<Files> {
    let mut all = Vec::new();
    for (function, directory) in entries(&root()).into_iter().filter(|(_, path)| path.is_dir()) {
        for (file, path) in entries(&directory) {
            if let Some(name) = file.strip_suffix(ANSWER) {
                let event = directory.join(format!("{name}.json"));
                assert!(event.exists(), "{function}/{file} answers no event");
                continue;
            }
            let name = file.strip_suffix(".json").unwrap_or_else(|| panic!("{function}/{file} is no event"));
            all.push(Files {
                function: function.clone(),
                name: format!("{function}/{name}"),
                json: read(&path),
                answer: directory.join(format!("{name}{ANSWER}")),
            });
        }
    }
    all
}

impl Files {
    /// Whether a queue, a stream or the clock sends it; else API Gateway does.
    fn is_fed(&self) -> bool {
        self.json["Records"].is_array() || self.json["source"] == "aws.scheduler"
    }
}

/// Every event of API Gateway, by function and name.
pub fn events() -> Vec<Event> {
    let requests = all().into_iter().filter(|files| !files.is_fed());
    let read_event =
        |Files { function, name, json, answer }| Event { function, name, json, answer: read(&answer) };
    requests.map(read_event).collect()
}

/// Every event of a queue, a stream or the clock, by function and name.
pub fn feeds() -> Vec<Feed> {
    let sent = all().into_iter().filter(Files::is_fed);
    let read_feed =
        |Files { function, name, json, answer }| Feed { function, name, json, outcome: read(&answer) };
    sent.map(read_feed).collect()
}

impl Event {
    /// A text of the event, by its JSON pointer; empty if there is none.
    pub fn text(&self, pointer: &str) -> &str {
        self.json.pointer(pointer).and_then(Value::as_str).unwrap_or_default()
    }

    /// The operation that its method and path call.
    pub fn operation(&self) -> Operation {
        Operation::find(self.text("/requestContext/http/method"), self.text("/rawPath")).0
    }

    /// Every difference between an answer and the written one.
    pub fn differences(&self, status: u16, headers: &HeaderMap, body: &Value) -> Vec<String> {
        let mut differs = pattern::differences(&self.answer.body, body);
        if status != self.answer.status {
            differs.push(format!("status is {status}, not {}", self.answer.status));
        }
        for (name, wanted) in &self.answer.headers {
            if headers.get(name).is_none_or(|found| found != wanted.as_str()) {
                differs.push(format!("header {name} is not {wanted}"));
            }
        }
        differs
    }

    /// The answer's status, error type and error code.
    pub fn failure(&self) -> (u16, &str, &str) {
        let of = |name: &str| self.answer.body["error"][name].as_str().unwrap_or_default();
        (self.answer.status, of("type"), of("code"))
    }
}
