//! The client without a library, against services that are made up: every fault of a socket, every version.
#![cfg(all(target_os = "linux", feature = "native"))]

mod allocations;
mod clients;
mod daemon;
mod descriptors;
mod faults;
mod forks;
mod full;
mod program;
mod readers;
mod service;
mod signals;
mod versions;
mod waits;
