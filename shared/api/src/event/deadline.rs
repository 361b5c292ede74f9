//! How much time an invocation has left.

use std::time::Duration;

use lambda_http::Context;
use stowage_domain::time::Timestamp;

use crate::clock;

/// What is kept of Lambda's time to report which records failed: without the report, all would come
/// again.
const TIME_TO_REPORT: Duration = Duration::from_secs(1);

/// When an invocation has to be over, and the clock that tells.
#[derive(Clone, Copy, Debug)]
pub struct Deadline(Option<Timestamp>);

impl Deadline {
    /// The one that Lambda set; none elsewhere.
    pub fn of(context: Option<&Context>) -> Self {
        let millis = context.map_or(0, |context| context.deadline);
        Self((millis > 0).then(|| Timestamp::from_millis(i64::try_from(millis).unwrap_or(i64::MAX))))
    }

    /// Now.
    pub fn now(self) -> Timestamp {
        clock::now()
    }

    /// How long a handler may still take.
    pub fn left(self) -> Duration {
        let Some(at) = self.0 else { return Duration::MAX };
        let millis = at.millis().saturating_sub(self.now().millis());
        Duration::from_millis(u64::try_from(millis).unwrap_or(0)).saturating_sub(TIME_TO_REPORT)
    }
}
