//! The simulator on a socket, as programs meet it that speak pcscd's protocol: message by message, without libpcsclite.
//!
//! With libpcsclite, `tests/agreement` compares what they get with what pcscd gives, and `tests/served.rs` runs whole
//! programs.
#![cfg(unix)]

mod abuse;
mod ends;
mod place;
mod program;
mod sharing;
mod states;
mod versions;
mod waiting;
