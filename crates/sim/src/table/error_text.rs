//! `pcsc_stringify_error`.
#![cfg(not(windows))]

use pcsc_sys::*;
use std::cell::Cell;
use std::ffi::{CStr, c_char};

thread_local! {
    /// The last text that was made on this thread for a code that has none.
    static UNKNOWN: Cell<[u8; 40]> = const { Cell::new([0; 40]) };
}

/// Gives the text of a code: a constant, or for a code without one this thread's own, until the next such code.
pub(super) unsafe extern "system" fn stringify(code: LONG) -> *const c_char {
    match text(code) {
        Some(text) => text.as_ptr(),
        None => unknown(code),
    }
}

fn unknown(code: LONG) -> *const c_char {
    // A code is 32 bits wide; what a long has above repeats its sign.
    let text = format!("Unknown code 0x{:08X}", code as u32);
    UNKNOWN
        .try_with(|buffer| {
            let mut bytes = [0; 40];
            // The text has 23 bytes, so that it fits with its null.
            bytes[..text.len()].copy_from_slice(text.as_bytes());
            buffer.set(bytes);
            buffer.as_ptr().cast::<c_char>().cast_const()
        })
        // A thread that ends has no such memory any more.
        .unwrap_or(c"Unknown code".as_ptr())
}

fn text(code: LONG) -> Option<&'static CStr> {
    Some(match code {
        SCARD_S_SUCCESS => c"Success",
        SCARD_F_INTERNAL_ERROR => c"An internal error of the service",
        SCARD_E_CANCELLED => c"The wait was cancelled",
        SCARD_E_INVALID_HANDLE => c"The handle is not open",
        SCARD_E_INVALID_PARAMETER => c"A parameter is not valid",
        SCARD_E_NO_MEMORY => c"Out of memory, or of handles",
        SCARD_E_INSUFFICIENT_BUFFER => c"The buffer is too short",
        SCARD_E_UNKNOWN_READER => c"There is no reader of this name",
        SCARD_E_TIMEOUT => c"The time is over",
        SCARD_E_SHARING_VIOLATION => c"Another connection keeps the card to itself",
        SCARD_E_NO_SMARTCARD => c"There is no card in the reader",
        SCARD_E_PROTO_MISMATCH => c"The card is not to be spoken to by this protocol",
        SCARD_E_NOT_READY => c"Reader or card is not ready",
        SCARD_E_INVALID_VALUE => c"A value is not one of those there are",
        SCARD_F_COMM_ERROR => c"The service has ended in the middle of a call",
        SCARD_F_UNKNOWN_ERROR => c"An unknown error of the service",
        SCARD_E_NOT_TRANSACTED => c"The exchange with the card failed, or no transaction is open",
        SCARD_E_READER_UNAVAILABLE => c"The reader cannot be used now",
        SCARD_E_NO_SERVICE => c"The service does not run",
        SCARD_E_SERVICE_STOPPED => c"The service was stopped",
        SCARD_E_UNSUPPORTED_FEATURE => c"The reader does not have this function",
        SCARD_E_NO_READERS_AVAILABLE => c"There is no reader",
        SCARD_W_UNSUPPORTED_CARD => c"The card is of a kind that the reader does not know",
        SCARD_W_UNRESPONSIVE_CARD => c"The card does not answer",
        SCARD_W_UNPOWERED_CARD => c"The card has no power",
        SCARD_W_RESET_CARD => c"The card was reset by another connection",
        SCARD_W_REMOVED_CARD => c"The card was taken out",
        SCARD_W_SECURITY_VIOLATION => c"Access was denied",
        _ => return None,
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    fn of(code: LONG) -> String {
        // SAFETY: no pointer is passed.
        let text = unsafe { stringify(code) };
        // SAFETY: never null, null-terminated, and read before the next call.
        unsafe { CStr::from_ptr(text) }.to_str().unwrap().to_owned()
    }

    #[test]
    fn every_code_has_a_text() {
        assert_eq!(of(SCARD_E_TIMEOUT), "The time is over");
        assert_eq!(of(0x1234), "Unknown code 0x00001234");
    }
}
