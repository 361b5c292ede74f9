//! The files under `events/`.

use std::collections::BTreeMap;
use std::fs;
use std::path::{Path, PathBuf};

use serde::Deserialize;
use serde_json::Value;
use stowage_api::Operation;

use super::fixture::Fixture;

/// An event for a function, and the answer to it.
pub(super) struct Event {
    /// The function: the folder's name.
    pub(super) function: String,
    /// `function/name`, for people.
    pub(super) name: String,
    /// The event as API Gateway sends it.
    pub(super) json: Value,
    pub(super) answer: Answer,
}

/// What the function answers.
#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct Answer {
    pub(super) status: u16,
    pub(super) headers: BTreeMap<String, String>,
    pub(super) body: Value,
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

/// The fixture.
pub(super) fn fixture() -> Fixture {
    read(&root().join("fixture.json"))
}

/// Every event, by function and name. An event without an answer, an answer without an event and a
/// file that is neither fail.
pub(super) fn events() -> Vec<Event> {
    let mut events = Vec::new();
    for (function, directory) in entries(&root()).into_iter().filter(|(_, path)| path.is_dir()) {
        for (file, path) in entries(&directory) {
            if let Some(name) = file.strip_suffix(ANSWER) {
                let event = directory.join(format!("{name}.json"));
                assert!(event.exists(), "{function}/{file} answers no event");
                continue;
            }
            let name = file.strip_suffix(".json").unwrap_or_else(|| panic!("{function}/{file} is no event"));
            events.push(Event {
                function: function.clone(),
                name: format!("{function}/{name}"),
                json: read(&path),
                answer: read(&directory.join(format!("{name}{ANSWER}"))),
            });
        }
    }
    events
}

impl Event {
    /// A text of the event, by its JSON pointer; empty if there is none.
    pub(super) fn text(&self, pointer: &str) -> &str {
        self.json.pointer(pointer).and_then(Value::as_str).unwrap_or_default()
    }

    /// The operation that its method and path call.
    pub(super) fn operation(&self) -> Operation {
        Operation::find(self.text("/requestContext/http/method"), self.text("/rawPath")).0
    }

    /// The answer's status, error type and error code.
    pub(super) fn failure(&self) -> (u16, &str, &str) {
        let of = |name: &str| self.answer.body["error"][name].as_str().unwrap_or_default();
        (self.answer.status, of("type"), of("code"))
    }
}
