//! Every fault at every call: each function's calls fail in each way once, while the work goes on.

use std::collections::BTreeMap;

use crate::faults::Fault;

/// Of the calls of one kind, each how-many-th fails as long as there is a way in which none has failed: the
/// others are to bring the work on.
const EACH: usize = 2;

/// A function, and an action of AWS that it calls.
pub(crate) type Pair = (&'static str, String);

/// What the calls have met.
#[derive(Debug, Default)]
pub(crate) struct Every {
    pairs: BTreeMap<Pair, Met>,
}

#[derive(Debug)]
struct Met {
    calls: usize,
    outstanding: Vec<Fault>,
}

impl Every {
    /// What this call is to meet, if anything.
    pub(crate) fn next(&mut self, function: &'static str, action: &str) -> Option<Fault> {
        let pair = (function, action.to_owned());
        let met = self.pairs.entry(pair).or_insert_with(|| Met { calls: 0, outstanding: all(action) });
        met.calls += 1;
        if met.calls % EACH == 1 { met.outstanding.pop() } else { None }
    }

    /// The kinds of calls that there were, each with what it has not met yet.
    pub(crate) fn outstanding(&self) -> BTreeMap<Pair, Vec<Fault>> {
        self.pairs.iter().map(|(pair, met)| (pair.clone(), met.outstanding.clone())).collect()
    }
}

/// Lost before AWS has it, lost after it is done, and refused because there is too much.
fn all(action: &str) -> Vec<Fault> {
    // S3's actions have an area.
    let busy = if action.contains(' ') { Fault::Status(503) } else { Fault::THROTTLE };
    vec![busy, Fault::LoseAnswer, Fault::LoseRequest]
}
