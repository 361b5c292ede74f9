//! The one place that reads the wall clock.

use stowage_domain::time::Timestamp;

/// Now, to the millisecond.
#[expect(clippy::disallowed_methods, reason = "this is the clock")]
pub fn now() -> Timestamp {
    Timestamp::from(std::time::SystemTime::now())
}
