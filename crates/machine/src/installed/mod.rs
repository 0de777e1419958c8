//! What is installed on this machine, and how it is.

pub(crate) mod debian;
mod requirements;
pub(crate) mod rustup;

pub use debian::{apt_get, apt_prefix, version};
pub use requirements::{BINDGEN, C, DAEMON, LINK, are_here, missing, packages};
pub use rustup::{
    NIGHTLY, OLDEST, OLDEST_COMPILER, STD_SOURCES, has_std_sources, host_with, install_parts, parts, sysroot,
};
