//! Between another program and its service: a socket that forwards what is said, unchanged and at once, and a recording of it.
//!
//! `connection` forwards the bytes of a program's connection, and `listener` takes programs. What they have forwarded is told to
//! a thread of its own, `follower`, so that no disk delays a program; `conversation` finds the commands and the answers in it,
//! `cards` the resets, `states` the answers to reset, and `tape` writes them down. `ear` is between the two, and bounded. What may
//! hold secrets is `wiped`.

mod cards;
mod connection;
mod conversation;
mod ear;
mod first_request;
mod follower;
mod listener;
mod states;
mod tape;
mod wiped;

pub(crate) use listener::{Proxy, Went, service_socket};
pub(crate) use tape::Tape;

#[cfg(test)]
mod tests;
