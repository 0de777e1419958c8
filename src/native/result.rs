//! Codes and numbers as C has them.

use crate::{DWORD, LONG, SCARD_S_SUCCESS};

/// The code that a C function returns.
pub(super) fn code(result: Result<(), LONG>) -> LONG {
    result.err().unwrap_or(SCARD_S_SUCCESS)
}

/// A number of C as the service takes it: what does not fit is no value of anything, nor is the largest.
pub(super) fn number(number: DWORD) -> u32 {
    u32::try_from(number).unwrap_or(u32::MAX)
}
