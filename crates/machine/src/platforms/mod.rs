//! Other platforms: how their programs are built and run here.

pub mod musl;
mod platform;
mod wine;

pub use platform::{Compiler, Platform, Suite};
pub use wine::Wine;
