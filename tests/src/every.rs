//! Every fault at every call: the first calls of each kind fail, each in another way, and then no more.

use std::collections::BTreeMap;

use crate::faults::Fault;

/// A function, and an action of AWS that it calls.
pub(crate) type Pair = (&'static str, String);

/// What the calls have met.
#[derive(Debug, Default)]
pub(crate) struct Every {
    pairs: BTreeMap<Pair, Vec<Fault>>,
}

impl Every {
    /// What this call is to meet, if anything.
    pub(crate) fn next(&mut self, function: &'static str, action: &str) -> Option<Fault> {
        let pair = (function, action.to_owned());
        self.pairs.entry(pair).or_insert_with(|| all(action)).pop()
    }

    /// The kinds of calls that there were, each with what it has not met yet.
    pub(crate) fn outstanding(&self) -> BTreeMap<Pair, Vec<Fault>> {
        self.pairs.clone()
    }
}

/// Lost before AWS has it, lost after it is done, and refused because there is too much.
fn all(action: &str) -> Vec<Fault> {
    // S3's actions have an area.
    let busy = if action.contains(' ') { Fault::Status(503) } else { Fault::THROTTLE };
    vec![busy, Fault::LoseAnswer, Fault::LoseRequest]
}
