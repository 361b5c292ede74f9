//! The `stowage` command as users have it: the real binary, as processes of its own.

mod crash;
mod demo;
mod events;
mod keys;
mod log;
mod quiet;
mod refusals;
mod restart;
mod serve;
mod support;
