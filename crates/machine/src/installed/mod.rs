//! What is installed on this machine, and how it is.

pub mod debian;
mod requirements;
pub mod rustup;

pub use requirements::{BINDGEN, C, DAEMON, LINK, are_here, missing, packages};
pub use rustup::{NIGHTLY, OLDEST, OLDEST_COMPILER, STD_SOURCES, has_std_sources, host_with};
