#![doc = include_str!("../README.md")]
#![cfg(any(unix, windows))]
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
// Windows has no fork.
#[cfg(unix)]
#[path = "../../sim/src/fork_lock.rs"]
mod fork_lock;
#[cfg(unix)]
mod forks;
#[path = "../../../src/functions.rs"]
#[allow(
    unreachable_pub,
    reason = "the list has Windows' short names for some, by `pub use`"
)]
#[cfg_attr(windows, allow(unused_imports, reason = "the tests alone use these"))]
mod functions;
mod hexadecimal;
mod loading;
#[cfg(unix)]
mod origin;
mod period;
#[cfg(windows)]
mod pinned;
#[path = "../../sim/src/quiet_thread.rs"]
mod quiet_thread;
mod reader;
mod room;
mod service;
// Windows' library has no socket of that name.
#[cfg(unix)]
mod socket;
mod toml_values;

// The list in `functions.rs` takes its types from the crate that it is in.
use pcsc_sys::*;
