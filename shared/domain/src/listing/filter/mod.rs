//! Which records a list is about: a tree of conditions (contract section 2.8), evaluated on a record
//! as clients see it.

mod condition;
mod operator;
mod parse;

use serde::Serialize;
use serde_json::Value;

use crate::violation::{Path, Violations};
use condition::Condition;

/// A tree of conditions, checked. It has at least one.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct Filter(Node);

#[derive(Clone, Debug, PartialEq, Serialize)]
#[serde(rename_all = "snake_case")]
enum Node {
    /// All of them hold.
    And(Vec<Node>),
    /// One of them holds.
    Or(Vec<Node>),
    /// None of them holds.
    Not(Vec<Node>),
    /// It holds.
    Is(Condition),
}

impl Filter {
    /// Reads `filters`; `None` if there is no condition in it. Everything that is wrong is noted.
    pub(super) fn read(
        sent: &Value,
        case_sensitive: bool,
        at: &Path,
        found: &mut Violations,
    ) -> Option<Self> {
        parse::tree(sent, case_sensitive, at, found).map(Self)
    }

    /// Whether a record, as clients see it, is one that the filter means.
    pub fn matches(&self, record: &Value) -> bool {
        self.0.matches(record)
    }
}

impl Node {
    fn matches(&self, record: &Value) -> bool {
        match self {
            Self::And(nodes) => nodes.iter().all(|node| node.matches(record)),
            Self::Or(nodes) => nodes.iter().any(|node| node.matches(record)),
            Self::Not(nodes) => !nodes.iter().any(|node| node.matches(record)),
            Self::Is(condition) => condition.holds(record),
        }
    }
}

#[cfg(test)]
mod tests;
