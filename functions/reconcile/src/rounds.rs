//! Passes that take more than one run: where they stand is remembered, and how long after their end they
//! begin anew.

use stowage_domain::Result;
use stowage_domain::time::Timestamp;
use stowage_store::ports::{PassState, RememberPass, Scanned};

use crate::Run;

/// A pass that a run goes on with.
#[derive(Debug)]
pub(crate) struct Round {
    pass: &'static str,
    every: i64,
    before: PassState,
    /// Behind what it goes on; whoever walks on moves this.
    pub(crate) after: Option<String>,
}

impl Round {
    /// Where the pass stands; none if it has come to its end less than `every` seconds ago.
    pub(crate) async fn resume(
        store: &impl RememberPass,
        pass: &'static str,
        every: i64,
        now: Timestamp,
    ) -> Result<Option<Self>> {
        let before = store.pass(pass).await?;
        let rests = before.ended_at.is_some_and(|ended| ended.plus_seconds(every) > now);
        Ok((!rests).then(|| Self { pass, every, after: before.after.clone(), before }))
    }

    /// Notes where the pass stands now. At its end it begins anew, after its rest if it has one.
    pub(crate) async fn leave(
        self,
        store: &impl RememberPass,
        ended: &Result<bool>,
        now: Timestamp,
    ) -> Result<()> {
        let state = match ended {
            Ok(true) => PassState { after: None, ended_at: (self.every > 0).then_some(now) },
            _ => PassState { after: self.after, ended_at: self.before.ended_at },
        };
        if state != self.before {
            store.remember_pass(self.pass, &state).await?;
        }
        Ok(())
    }
}

/// A pass that looks at each row of a kind.
pub(crate) trait Pass: Sync {
    /// What a row is.
    type Record: Sync + Send;
    /// The name that the pass is remembered by.
    const NAME: &'static str;
    /// What a row that fails by itself is called in the run's line.
    const WHAT: &'static str;

    /// How long after its end it begins anew, in seconds.
    fn every(&self) -> i64;

    /// A part of the rows.
    fn scan(&self, after: Option<&str>) -> impl Future<Output = Result<Scanned<Self::Record>>> + Send;

    /// Does what is to be done about one.
    fn look_at(&self, record: &Self::Record, run: &mut Run<'_>) -> impl Future<Output = Result<()>> + Send;
}

/// Goes through all rows of a pass, from where the last run stopped; false if time ran out.
pub(crate) async fn go_through<P: Pass>(
    pass: &P,
    store: &impl RememberPass,
    run: &mut Run<'_>,
) -> Result<bool> {
    let Some(mut round) = Round::resume(store, P::NAME, pass.every(), run.now()).await? else {
        return Ok(true);
    };
    let ended = walk(pass, &mut round.after, run).await;
    round.leave(store, &ended, run.now()).await?;
    ended
}

/// Goes on as far as time goes; `after` is the last row that has been looked at, none at the end.
async fn walk<P: Pass>(pass: &P, after: &mut Option<String>, run: &mut Run<'_>) -> Result<bool> {
    loop {
        if !run.goes_on() {
            return Ok(false);
        }
        let scanned = pass.scan(after.as_deref()).await?;
        for row in scanned.found {
            if !run.goes_on() {
                return Ok(false);
            }
            let looked = match &row.record {
                Ok(record) => pass.look_at(record, run).await,
                Err(error) => Err(error.clone()),
            };
            if let Err(error) = looked {
                run.leave(P::WHAT, &row.key, error);
            }
            *after = Some(row.key);
        }
        *after = scanned.next;
        if after.is_none() {
            return Ok(true);
        }
    }
}
