#![doc = include_str!("../README.md")]
#![cfg(unix)]
// C's own names.
#![allow(non_snake_case, non_upper_case_globals)]

#[macro_use]
mod table;

#[cfg(test)]
mod abuse;
mod answers;
mod card;
mod config;
mod config_error;
mod events;
#[path = "../../../src/functions.rs"]
mod functions;
mod hexadecimal;
mod service;
mod toml_values;

// The list in `functions.rs` takes its types from the crate that it is in.
use pcsc_sys::*;
