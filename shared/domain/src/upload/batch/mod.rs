//! Many uploads at once (contract section 7.5): creating them, and confirming them.

mod confirm;
mod create;

pub use confirm::{BatchConfirmRequest, BatchConfirmResponse, ConfirmationOutcome, ConfirmationRequest};
pub use create::{BatchUploadRequest, BatchUploadResponse};

use serde_json::Value;

use crate::limits::MAX_BATCH_UPLOADS;
use crate::violation::{Path, Violations};
use crate::{Error, Result};

/// Checks how many rows there are.
fn check_count(rows: &[Value], at: &Path) -> Violations {
    let mut violations = Violations::new();
    if rows.is_empty() {
        violations.add("too_short", at.clone(), "must have at least one entry");
    } else if rows.len() > MAX_BATCH_UPLOADS {
        let message = format!("must have at most {MAX_BATCH_UPLOADS} entries, not {}", rows.len());
        violations.add("too_long", at.clone(), message);
    }
    violations
}

/// All rows, if all are valid: else everything that is wrong with them, each at its place in the list
/// at `at`. What is no fault of a field is the error of the whole.
fn all_valid<T>(rows: impl IntoIterator<Item = Result<T>>, at: &Path) -> Result<Vec<T>> {
    let (mut valid, mut wrong, mut found_code) = (Vec::new(), Violations::new(), None);
    for (position, row) in rows.into_iter().enumerate() {
        match row {
            Ok(row) => valid.push(row),
            Err(Error::Invalid { violations, code }) => {
                wrong.extend(violations.moved_to(&at.index(position)));
                found_code = found_code.or(code);
            }
            Err(error) => return Err(error),
        }
    }
    if wrong.is_empty() { Ok(valid) } else { Err(Error::Invalid { violations: wrong, code: found_code }) }
}
