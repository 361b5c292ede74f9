//! What is wrong with a request: one entry per failing field, all of them at once.

use std::borrow::Cow;
use std::collections::HashSet;
use std::fmt;

use serde::{Serialize, Serializer};

/// Most characters of a key, and of a message, that an answer repeats: both may hold what the client
/// sent, and Lambda's answers are limited to 6 MB.
const MAX_STEP_CHARS: usize = 300;
const MAX_MESSAGE_CHARS: usize = 1000;
const MAX_SENTENCE_CHARS: usize = 2000;

/// The start of a text that is too long to be repeated whole.
fn shortened(text: &str, max: usize) -> Cow<'_, str> {
    match text.char_indices().nth(max) {
        None => Cow::Borrowed(text),
        Some((end, _)) => Cow::Owned(format!("{}…", &text[..end])),
    }
}

fn serialize_step<S: Serializer>(step: &str, serializer: S) -> Result<S::Ok, S::Error> {
    serializer.serialize_str(&shortened(step, MAX_STEP_CHARS))
}

/// Where a value stands in the request: `["body", "blobs", 0, "property"]`.
#[derive(Clone, Debug, Default, PartialEq, Eq, Hash)]
pub struct Path(Vec<Step>);

#[derive(Clone, Debug, PartialEq, Eq, Hash, Serialize)]
#[serde(untagged)]
enum Step {
    #[serde(serialize_with = "serialize_step")]
    Key(String),
    Index(usize),
}

impl Path {
    /// The root of the request's body.
    pub fn body() -> Self {
        Self::default().key("body")
    }

    /// The root of the query string.
    pub fn query() -> Self {
        Self::default().key("query")
    }

    /// This path, one named step deeper.
    #[must_use]
    pub fn key(&self, name: impl Into<String>) -> Self {
        self.then(Step::Key(name.into()))
    }

    /// This path, one list position deeper (from 0).
    #[must_use]
    pub fn index(&self, position: usize) -> Self {
        self.then(Step::Index(position))
    }

    /// This path, which begins at the body's root, where that root is the one at `root`.
    #[must_use]
    pub fn moved_to(&self, root: &Self) -> Self {
        Self(root.0.iter().chain(self.0.iter().skip(1)).cloned().collect())
    }

    /// Whether the last step is this name.
    pub fn ends_with(&self, name: &str) -> bool {
        matches!(self.0.last(), Some(Step::Key(last)) if last == name)
    }

    fn then(&self, step: Step) -> Self {
        let mut steps = self.0.clone();
        steps.push(step);
        Self(steps)
    }
}

impl Serialize for Path {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        self.0.serialize(serializer)
    }
}

/// `blobs[0].property`, without the leading `body`, for messages that people read.
impl fmt::Display for Path {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let steps = match self.0.first() {
            Some(Step::Key(root)) if self.0.len() > 1 && root == "body" => &self.0[1..],
            _ => &self.0[..],
        };
        for (position, step) in steps.iter().enumerate() {
            match step {
                Step::Key(name) if position == 0 => write!(f, "{}", shortened(name, MAX_STEP_CHARS))?,
                Step::Key(name) => write!(f, ".{}", shortened(name, MAX_STEP_CHARS))?,
                Step::Index(index) => write!(f, "[{index}]")?,
            }
        }
        Ok(())
    }
}

/// One reason for a 422, in the entry shape of the contract (section 2.4).
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Violation {
    /// A short machine-readable kind: `missing`, `string_type`, `extra_forbidden`, …
    #[serde(rename = "type")]
    pub kind: &'static str,
    /// Where the value stands.
    pub location: Path,
    /// What is wrong, for people; names the field and the reason, never the value of a secret.
    pub message: String,
}

/// Collects violations, so that a caller learns of all of them in one answer.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Violations(Vec<Violation>);

impl Violations {
    /// An empty collection.
    pub fn new() -> Self {
        Self::default()
    }

    /// Notes one violation.
    pub fn add(&mut self, kind: &'static str, location: Path, message: impl Into<String>) {
        self.push(Violation { kind, location, message: message.into() });
    }

    /// Notes all of another collection's.
    pub fn extend(&mut self, other: Self) {
        self.0.extend(other.0);
    }

    /// The same violations of a body that stands at `root` within another.
    #[must_use]
    pub fn moved_to(self, root: &Path) -> Self {
        let moved = |entry: Violation| Violation { location: entry.location.moved_to(root), ..entry };
        Self(self.0.into_iter().map(moved).collect())
    }

    /// Notes those of another collection's whose place has nothing noted yet.
    pub fn extend_new_places(&mut self, other: Self) {
        if other.is_empty() {
            return;
        }
        // Looked up, not compared one by one: a body may be wrong in a hundred thousand places.
        let mut places: HashSet<Path> = self.0.iter().map(|known| known.location.clone()).collect();
        for violation in other.0 {
            if places.insert(violation.location.clone()) {
                self.0.push(violation);
            }
        }
    }

    fn push(&mut self, mut violation: Violation) {
        if let Cow::Owned(message) = shortened(&violation.message, MAX_MESSAGE_CHARS) {
            violation.message = message;
        }
        self.0.push(violation);
    }

    /// Whether nothing is wrong.
    pub fn is_empty(&self) -> bool {
        self.0.is_empty()
    }

    /// The entries, in the order they were found.
    pub fn entries(&self) -> &[Violation] {
        &self.0
    }

    /// All of it in one sentence for people, or as much as they read.
    pub fn sentence(&self) -> String {
        const MOST: usize = 10;
        let shown = self.0.iter().take(MOST);
        let mut parts: Vec<String> =
            shown.map(|entry| format!("{}: {}", entry.location, entry.message)).collect();
        if self.0.len() > MOST {
            parts.push(format!("and {} more", self.0.len() - MOST));
        }
        shortened(&parts.join("; "), MAX_SENTENCE_CHARS).into_owned()
    }

    /// `Ok` when nothing is wrong, else the 422 that lists everything.
    pub fn into_result(self) -> crate::Result<()> {
        if self.is_empty() { Ok(()) } else { Err(crate::Error::invalid(self)) }
    }
}

impl From<Violation> for Violations {
    fn from(violation: Violation) -> Self {
        let mut violations = Self::new();
        violations.push(violation);
        violations
    }
}
