//! What is installed on this machine, and how it is.

pub(crate) mod debian;
mod requirements;
pub(crate) mod rustup;

pub(crate) use requirements::{BINDGEN, C, DAEMON, LINK, missing, packages};
pub(crate) use rustup::{NIGHTLY, OLDEST, OLDEST_COMPILER, STD_SOURCES, has_sanitizer, has_std_sources};
