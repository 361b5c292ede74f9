//! Retries: full jitter, within a time budget, and with a memory for unknown outcomes.
//!
//! Clients retry a POST on 503 and take it to mean that nothing was stored (contract section 2.5).
//! So a write that runs out of time answers 503 only if every attempt was refused by DynamoDB; after
//! one whose answer was lost, it answers 500.

use std::sync::atomic::{AtomicU64, Ordering};
use std::time::Duration;

use aws_sdk_dynamodb::error::SdkError;
use stowage_domain::error::Cause;
use stowage_domain::{Error, Result};
use tokio::time::Instant;

use crate::failure::{Failure, Item, Reason, Refusal, classify};

/// Throttled calls of this process so far, for the metrics.
static THROTTLES: AtomicU64 = AtomicU64::new(0);

/// How many calls of this process DynamoDB has throttled so far.
pub fn throttles() -> u64 {
    THROTTLES.load(Ordering::Relaxed)
}

const FIRST_WAIT: Duration = Duration::from_millis(20);
const LONGEST_WAIT: Duration = Duration::from_millis(800);

/// The attempts of one request at one goal.
#[derive(Debug)]
pub(crate) struct Pace {
    deadline: Instant,
    attempt: u32,
    writes: bool,
    /// An answer to a write was lost, so an earlier attempt may have been stored.
    uncertain: bool,
}

/// What a call that isn't to be retried as it is came to.
#[derive(Debug)]
pub(crate) enum Outcome {
    /// The condition of a single write failed.
    Condition(Option<Item>),
    /// Conditions of a transaction failed.
    Refused(Vec<Reason>),
    /// It failed for good.
    Failed(Error),
}

impl From<Error> for Outcome {
    fn from(error: Error) -> Self {
        Self::Failed(error)
    }
}

impl Outcome {
    /// For calls without conditions, which can only fail for good.
    pub(crate) fn into_error(self) -> Error {
        match self {
            Self::Failed(error) => error,
            Self::Condition(_) | Self::Refused(_) => Error::internal("DynamoDB: an unexpected condition"),
        }
    }
}

impl Pace {
    pub(crate) fn reading(budget: Duration) -> Self {
        Self { deadline: Instant::now() + budget, attempt: 0, writes: false, uncertain: false }
    }

    pub(crate) fn writing(budget: Duration) -> Self {
        Self { writes: true, ..Self::reading(budget) }
    }

    /// The same attempts' time for a write of its own.
    pub(crate) fn beside(&self) -> Self {
        Self { attempt: 0, uncertain: false, ..*self }
    }

    /// Whether an answer to a write was lost, so that an earlier attempt may have been stored.
    pub(crate) fn is_uncertain(&self) -> bool {
        self.uncertain
    }

    /// Sends a call until it succeeds, is refused by a condition, fails for good, or time is up.
    pub(crate) async fn send<T, E, R, F>(
        &mut self,
        call: impl FnMut() -> F,
    ) -> std::result::Result<T, Outcome>
    where
        E: Refusal,
        F: Future<Output = std::result::Result<T, SdkError<E, R>>>,
    {
        self.repeat(call, self.writes).await
    }

    /// The same for a read among attempts to write: that its answer is lost leaves nothing in doubt.
    pub(crate) async fn read<T, E, R, F>(
        &mut self,
        call: impl FnMut() -> F,
    ) -> std::result::Result<T, Outcome>
    where
        E: Refusal,
        F: Future<Output = std::result::Result<T, SdkError<E, R>>>,
    {
        self.repeat(call, false).await
    }

    async fn repeat<T, E, R, F>(
        &mut self,
        mut call: impl FnMut() -> F,
        writes: bool,
    ) -> std::result::Result<T, Outcome>
    where
        E: Refusal,
        F: Future<Output = std::result::Result<T, SdkError<E, R>>>,
    {
        loop {
            // Boxed: the SDK's futures are large, and every caller's would hold one.
            let cause = match Box::pin(call()).await {
                Ok(answer) => return Ok(answer),
                Err(error) => match classify(error) {
                    Failure::Condition(item) => return Err(Outcome::Condition(item)),
                    Failure::Refused(reasons) => return Err(Outcome::Refused(reasons)),
                    Failure::Final(error) => return Err(Outcome::Failed(error)),
                    Failure::Conflict => "DynamoDB: transaction conflict".to_owned(),
                    Failure::Throttled => {
                        THROTTLES.fetch_add(1, Ordering::Relaxed);
                        "DynamoDB: throttled".to_owned()
                    }
                    Failure::Unreachable => "DynamoDB: no connection".to_owned(),
                    Failure::Lost(cause) => {
                        self.uncertain |= writes;
                        cause
                    }
                },
            };
            self.wait(&cause).await?;
        }
    }

    /// Waits before another attempt, or says how the request ends.
    pub(crate) async fn wait(&mut self, cause: &str) -> Result<()> {
        let ceiling = FIRST_WAIT.saturating_mul(1 << self.attempt.min(10)).min(LONGEST_WAIT);
        self.wait_up_to(ceiling, cause).await
    }

    /// Waits before another attempt at an item that somebody else has just changed. That one made
    /// progress, so there is no reason to wait for long: only enough not to meet the same others.
    pub(crate) async fn wait_for_others(&mut self, cause: &str) -> Result<()> {
        self.wait_up_to(FIRST_WAIT.saturating_mul(self.attempt.min(4) + 1), cause).await
    }

    async fn wait_up_to(&mut self, ceiling: Duration, cause: &str) -> Result<()> {
        let wait = ceiling.mul_f64(fastrand::f64());
        self.attempt += 1;
        if Instant::now() + wait >= self.deadline {
            let cause = format!("{cause} (after {} attempts)", self.attempt);
            return Err(if self.uncertain {
                Error::Internal(Cause::new(cause))
            } else {
                Error::Unavailable(Cause::new(cause))
            });
        }
        tracing::debug!(attempt = self.attempt, cause, "retrying");
        tokio::time::sleep(wait).await;
        Ok(())
    }
}
