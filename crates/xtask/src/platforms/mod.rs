//! Other platforms than this machine's: how programs for them are built here, and run.

pub(crate) mod musl;
pub(crate) mod platform;
pub(crate) mod wine;
