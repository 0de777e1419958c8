//! Text as C has it.

/// A unit of text: a byte, on Windows one of UTF-16.
#[cfg(not(windows))]
pub(crate) type Unit = u8;
/// A unit of text: a byte, on Windows one of UTF-16.
#[cfg(windows)]
pub(crate) type Unit = u16;
