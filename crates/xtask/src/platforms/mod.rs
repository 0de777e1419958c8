//! Other platforms: how their programs are built and run here.

pub(crate) mod musl;
mod platform;
mod wine;

pub(crate) use platform::{ALIKE, Compiler, Platform, QUICK, Suite, WHOLE};
pub(crate) use wine::Wine;
