#![doc = include_str!("../README.md")]
#![cfg(unix)]
// C's own names.
#![allow(non_snake_case, non_upper_case_globals)]

#[macro_use]
mod table;

#[cfg(test)]
mod abuse;
mod answers;
mod cancellation;
mod card;
mod config;
mod config_error;
mod events;
#[path = "../../sim/src/fork_lock.rs"]
mod fork_lock;
mod forks;
#[path = "../../../src/functions.rs"]
mod functions;
mod hexadecimal;
mod loading;
mod period;
#[path = "../../sim/src/quiet_thread.rs"]
mod quiet_thread;
mod reader;
mod room;
mod service;
mod socket;
mod toml_values;

// The list in `functions.rs` takes its types from the crate that it is in.
use pcsc_sys::*;
