#![doc = include_str!("../README.md")]
#![cfg(any(unix, windows))]
// C's own names.
#![allow(non_snake_case, non_upper_case_globals)]

#[macro_use]
mod table;

#[cfg(test)]
mod abuse;
mod cancellation;
mod configuration;
#[cfg(unix)]
mod establishing;
mod first_folder;
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
mod loading;
mod origin;
#[cfg(windows)]
mod pinned;
#[path = "../../sim/src/quiet_thread.rs"]
mod quiet_thread;
mod room;
mod service;
// Windows' library has no socket of that name.
#[cfg(unix)]
mod socket;
mod world;

// The list in `functions.rs` takes its types from the crate that it is in.
use pcsc_sys::*;
