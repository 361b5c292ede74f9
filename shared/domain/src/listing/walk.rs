//! A walk through a list in the order of creation, as a store goes it.

use super::sort::Direction;

/// A place in the order of creation: between a record and the next.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct Position(String);

impl Position {
    /// Longest position in bytes; a creation time and an id have fewer.
    const MAX_BYTES: usize = 128;

    /// A position from what orders the records in the index.
    pub fn new(listed_at: impl Into<String>) -> Self {
        Self(listed_at.into())
    }

    /// A position that came back with a cursor; `None` if it can't be one.
    pub(super) fn parse(text: &str) -> Option<Self> {
        (1..=Self::MAX_BYTES).contains(&text.len()).then(|| Self(text.to_owned()))
    }

    /// What orders the records in the index.
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

/// A part of a list that is to be walked.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Stretch {
    /// Which way.
    pub direction: Direction,
    /// Behind which record it begins; `None` at the list's own beginning.
    pub after: Option<Position>,
    /// How many records are passed without being read.
    pub skip: u32,
    /// Most records to read.
    pub records: u32,
    /// Most bytes of records to read, as they are stored; one record is read in any case.
    pub bytes: u64,
}

/// A record with its place.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Listed<T> {
    /// The place behind it.
    pub position: Position,
    /// Its size in bytes, as it is stored.
    pub bytes: u64,
    /// The record.
    pub record: T,
}

/// A part of a list that was walked.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Walked<T> {
    /// The records, in the list's order.
    pub found: Vec<Listed<T>>,
    /// How many entries were passed, those to be skipped not counted; at least as many as were found,
    /// because an index has some of what is gone already.
    pub entries: u32,
    /// Where it ended; `None` if there was nothing.
    pub end: Option<Position>,
    /// Whether the list goes on there.
    pub more: bool,
}

impl<T> Walked<T> {
    /// The same walk with other records: as they are shown.
    pub fn map<U>(self, mut show: impl FnMut(T) -> U) -> Walked<U> {
        let show = |listed: Listed<T>| Listed {
            position: listed.position,
            bytes: listed.bytes,
            record: show(listed.record),
        };
        Walked {
            found: self.found.into_iter().map(show).collect(),
            entries: self.entries,
            end: self.end,
            more: self.more,
        }
    }
}
