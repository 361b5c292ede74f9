//! What every Stowage function shares: authentication and tenancy, request parsing, the error
//! envelope, the request's log line, and the set-up of the AWS clients.
//!
//! A function implements [`Function`] and is run by [`run`] (on Lambda) or [`answer`] (anywhere an
//! API Gateway event can be made). Both go through one wrapper, which authenticates before the
//! handler sees anything: a handler's [`Tenant`] or [`Organisation`] can't be made elsewhere.
//!
//! A function that a queue or a stream feeds is an [`EventFunction`], with a wrapper of its own.

pub mod auth;
pub mod aws;
pub mod clock;
pub mod environment;
pub mod event;
mod function;
mod https;
pub mod listing;
mod log;
pub mod operation;
mod reply;
pub mod request;
mod scope;

pub use auth::Auth;
pub use environment::Environment;
pub use event::{
    Deadline, EventFunction, Note, ScheduledFunction, answer_event, answer_schedule, run_events, run_schedule,
};
pub use function::{Function, answer, run};
pub use operation::Operation;
pub use reply::Reply;
pub use request::Request;
pub use scope::{Caller, Organisation, Public, Scope, Tenant, Visitor};
