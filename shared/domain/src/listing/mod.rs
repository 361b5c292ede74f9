//! Lists: what a request asks for, which records it means, and where one page ends and the next begins
//! (contract sections 2.7 and 2.8).
//!
//! [`ListRequest::read`] reads every list's parameters. What is small is listed in memory
//! ([`page_in_memory`]). A bucket's objects and uploads are walked in the order of their creation,
//! stretch by stretch ([`Assembly`]), so that a page costs what it shows, however large the bucket is.

mod assembly;
mod cursor;
mod filter;
mod kind;
mod memory;
#[cfg(feature = "openapi")]
pub mod openapi;
mod page;
mod pagination;
mod path;
mod request;
mod search;
mod select;
mod sort;
mod value;
mod walk;

pub use assembly::Assembly;
pub use filter::Filter;
pub use kind::ListKind;
pub use memory::{page_in_memory, page_measured};
pub use page::{PageRequest, Start};
pub use pagination::Pagination;
pub use request::ListRequest;
pub use search::Search;
pub use select::Select;
pub use sort::{Direction, Sort};
pub use walk::{Listed, Position, Stretch, Walked};

#[cfg(test)]
mod proptests;
