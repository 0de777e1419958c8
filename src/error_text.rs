//! `pcsc_stringify_error`.

use crate::*;
use std::cell::Cell;
use std::ffi::{CStr, c_char};

thread_local! {
    /// The last text that was made on this thread for a code that has none.
    static UNKNOWN: Cell<[u8; 40]> = const { Cell::new([0; 40]) };
}

/// Gives the text of a code: a constant, or for a code without one this thread's own, until the next such code.
pub unsafe extern "system" fn stringify(code: LONG) -> *const c_char {
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
        SCARD_E_INVALID_TARGET => c"What the call is to start is not there, or not valid",
        SCARD_F_WAITED_TOO_LONG => c"A timer of the service has run out",
        SCARD_E_UNKNOWN_CARD => c"There is no card of this name",
        SCARD_E_CANT_DISPOSE => c"The card cannot be left in the state that was asked for",
        SCARD_E_SYSTEM_CANCELLED => c"The system has cancelled the call, to end or to log off",
        SCARD_E_INVALID_ATR => c"The card's answer to reset is not valid",
        SCARD_P_SHUTDOWN => c"The call was cancelled for the service to shut down",
        SCARD_E_PCI_TOO_SMALL => c"The buffer for the protocol's information is too short",
        SCARD_E_READER_UNSUPPORTED => c"The service cannot use this reader",
        SCARD_E_DUPLICATE_READER => c"There is a reader of this name already",
        SCARD_E_CARD_UNSUPPORTED => c"The service cannot use this card",
        SCARD_E_ICC_INSTALLATION => c"No primary provider is known for the card",
        SCARD_E_ICC_CREATEORDER => c"The order in which the card's objects were made is not supported",
        SCARD_E_DIR_NOT_FOUND => c"The card has no such directory",
        SCARD_E_FILE_NOT_FOUND => c"The card has no such file",
        SCARD_E_NO_DIR => c"The path leads to no directory of the card",
        SCARD_E_NO_FILE => c"The path leads to no file of the card",
        SCARD_E_NO_ACCESS => c"The file may not be used so",
        SCARD_E_WRITE_TOO_MANY => c"The card has no room for so many bytes",
        SCARD_E_BAD_SEEK => c"The place in the card's file cannot be gone to",
        SCARD_E_INVALID_CHV => c"The PIN is wrong",
        SCARD_E_UNKNOWN_RES_MNG => c"A layer below has returned a code that is not known",
        SCARD_E_NO_SUCH_CERTIFICATE => c"The card has no such certificate",
        SCARD_E_CERTIFICATE_UNAVAILABLE => c"The certificate cannot be read now",
        SCARD_E_COMM_DATA_LOST => c"Bytes were lost on the way to the card or back",
        SCARD_E_NO_KEY_CONTAINER => c"The card has no such key container",
        SCARD_E_SERVER_TOO_BUSY => c"The service has too much to do for this call",
        SCARD_W_WRONG_CHV => c"The card has refused a wrong PIN",
        SCARD_W_CHV_BLOCKED => c"The PIN is blocked: there were too many wrong ones",
        SCARD_W_EOF => c"The card's file ends here",
        SCARD_W_CANCELLED_BY_USER => c"The user has cancelled the call",
        SCARD_W_CARD_NOT_AUTHENTICATED => c"No PIN was presented to the card",
        _ => return None,
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    fn of(code: LONG) -> String {
        // SAFETY: the function looks the number up in its own tables, and reads nothing by it.
        let text = unsafe { stringify(code) };
        // SAFETY: never null, null-terminated, and read before the next call.
        unsafe { CStr::from_ptr(text) }.to_str().unwrap().to_owned()
    }

    #[test]
    fn every_code_has_a_text() {
        assert_eq!(of(SCARD_E_TIMEOUT), "The time is over");
        // All of pcsc-lite's header, which has no 0x80100022; 0x8010001F has two names.
        let first = SCARD_F_INTERNAL_ERROR;
        let warnings = SCARD_W_UNSUPPORTED_CARD..=SCARD_W_CARD_NOT_AUTHENTICATED;
        let mut texts = std::collections::HashSet::new();
        for code in (first..=SCARD_E_SERVER_TOO_BUSY).chain(warnings) {
            let text = of(code);
            let has_none = code == SCARD_E_ICC_CREATEORDER + 1;
            assert_eq!(text.starts_with("Unknown code"), has_none, "{code:X}: {text}");
            assert!(texts.insert(text), "{code:X}");
        }
        assert_eq!(of(0x1234), "Unknown code 0x00001234");
    }
}
