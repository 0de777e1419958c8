//! The client without a library, against services that are made up: every fault of a socket, every version.
#![cfg(all(target_os = "linux", feature = "native"))]

mod allocations;
mod daemon;
mod descriptors;
mod faults;
mod forks;
mod program;
mod readers;
mod versions;
mod waits;
