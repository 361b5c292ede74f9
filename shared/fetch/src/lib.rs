//! Fetches a URL that a client named, from where requests to private places would be trusted.
//!
//! Nothing is asked of an address before `address.rs` has judged it, and it is that very address which
//! is then connected to: there is no second look-up, no pool, no proxy, and no redirect that isn't
//! judged like the first URL. Requests say who asks and what for, and nothing else.

mod address;
mod connect;
mod error;
mod exchange;
mod fetcher;
mod name;
mod network;
mod rules;
mod source;
mod target;
mod tls;

pub use error::{FetchError, Refusal, Trouble};
pub use fetcher::Fetcher;
pub use network::{Internet, Network};
pub use rules::FetchRules;
pub use source::{MAX_CHUNK_BYTES, Source};
