//! The events under `events/`, the answers to them, and the fixture that they are played over.

mod examples;
mod files;
mod fixture;
mod pattern;

pub use examples::openapi;
pub use files::{Event, Feed, WrittenAnswer, WrittenOutcome, event, events, feeds, fixture, fixture_secrets};
pub use fixture::Fixture;
pub use pattern::differences;
