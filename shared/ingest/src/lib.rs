//! What more than one function does with uploads: finding the one that a request names, and confirming.

mod confirm;
mod find;
mod many;

pub use confirm::{Confirm, Manner};
pub use find::find_upload;
pub use many::Stretch;
