//! What is installed on this machine, and how it is.

pub(crate) mod debian;
mod requirements;
pub(crate) mod rustup;

pub(crate) use requirements::{BINDGEN, C, DAEMON, LINK, are_here, missing, packages};
pub(crate) use rustup::{NIGHTLY, OLDEST, OLDEST_COMPILER, STD_SOURCES, has_std_sources, host_with};
