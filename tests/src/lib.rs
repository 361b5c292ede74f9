//! Support for the black-box suite: a stack of its own for each test, and a client that speaks the
//! contract over real HTTP.

#![expect(clippy::missing_panics_doc, reason = "support of tests: a panic is a failed test")]

mod client;
mod encoding;
mod engines;
mod faults;
mod stack;

pub use client::{Answer, Client, Put};
pub use encoding::percent_encoded;
pub use engines::{Engines, Holdings};
pub use faults::{Call, Fault, Faults};
pub use stack::TestStack;
