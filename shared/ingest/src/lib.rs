//! What more than one function does: finding the upload that a request names, confirming, ending batches.

mod attempt;
mod confirm;
mod find;
mod many;
mod submit;

pub use attempt::{end_attempt, task_of};
pub use confirm::{Confirm, Manner};
pub use find::find_upload;
pub use many::Stretch;
