//! What is installed on this machine, and how it is.

pub(crate) mod debian;
pub(crate) mod requirements;
pub(crate) mod rustup;
