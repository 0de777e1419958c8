//! What is downloaded and not installed: packages of Debian, compilers, other versions of pcsc-lite.

pub(crate) mod apt;
pub(crate) mod cache;
pub(crate) mod pcsclite;
pub(crate) mod toolchains;
