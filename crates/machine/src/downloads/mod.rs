//! What is downloaded and not installed: packages of Debian, compilers, other versions of pcsc-lite.

pub mod apt;
pub mod cache;
pub mod pcsclite;
pub mod toolchains;
