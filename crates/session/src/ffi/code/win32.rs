//! Windows' own codes, which its PC/SC hands on from the system, the reader's driver or a remote session.

use super::Code;

/// Makes the constants, their names and their meanings from one list.
macro_rules! win32 {
    ($($constant:ident = $number:literal, $meaning:literal;)*) => {
        impl Code {
            $(
                #[doc = concat!("`", stringify!($constant), "`, a code of Windows: ", $meaning, ".")]
                pub const $constant: Code = Code($number);
            )*
        }

        /// Returns the name and the meaning of a code of Windows.
        pub(super) fn name_and_meaning(code: Code) -> Option<(&'static str, &'static str)> {
            match code {
                $( Code::$constant => Some((stringify!($constant), $meaning)), )*
                // An HRESULT with a code of Windows in it.
                Code(number) if number >> 16 == 0x8007 => name_and_meaning(Code(number & 0xFFFF)),
                _ => None,
            }
        }
    };
}

// Microsoft's "System Error Codes" and "Common HRESULT Values"; of the many, those that PC/SC's functions, readers' drivers
// and the redirection of remote sessions are known to return.
win32! {
    ERROR_INVALID_FUNCTION = 0x0001, "the reader's driver does not know this function or control code";
    ERROR_FILE_NOT_FOUND = 0x0002, "what was asked for is not there: the reader may be gone";
    ERROR_ACCESS_DENIED = 0x0005, "access is denied: another program may hold the reader, or this one may not use it";
    ERROR_INVALID_HANDLE = 0x0006, "the handle is not valid, or the service that gave it was shut down: open a new context";
    ERROR_NOT_ENOUGH_MEMORY = 0x0008, "there is not enough memory";
    ERROR_INVALID_DATA = 0x000D, "the data is not valid";
    ERROR_OUTOFMEMORY = 0x000E, "there is not enough memory to finish the call";
    ERROR_NOT_READY = 0x0015, "the device is not ready: try again";
    ERROR_BAD_COMMAND = 0x0016, "the device does not know the command";
    ERROR_GEN_FAILURE = 0x001F, "a device does not work: plug the reader in again, or take the card out and put it back";
    ERROR_NOT_SUPPORTED = 0x0032, "the reader's driver does not support the request";
    ERROR_DEV_NOT_EXIST = 0x0037, "the device is no longer there: plug the reader in again";
    ERROR_INVALID_PARAMETER = 0x0057, "an argument is not acceptable";
    ERROR_BROKEN_PIPE = 0x006D, "the connection broke, or this remote session has no redirection of smart cards: switch it on in the client, or open a new context";
    ERROR_SEM_TIMEOUT = 0x0079, "the time that the driver gives the device ran out";
    ERROR_INSUFFICIENT_BUFFER = 0x007A, "the answer is longer than the buffer; a card may have acted all the same";
    ERROR_BUSY = 0x00AA, "the device is in use: try again";
    ERROR_PIPE_NOT_CONNECTED = 0x00E9, "there is nobody at the other end of the connection: open a new context";
    ERROR_MORE_DATA = 0x00EA, "there is more data than fits into the buffer";
    WAIT_TIMEOUT = 0x0102, "the time to wait ran out";
    ERROR_OPERATION_ABORTED = 0x03E3, "the operation was cancelled, by a program or because its thread ended";
    ERROR_NOACCESS = 0x03E6, "an address is not accessible";
    ERROR_SERVICE_DISABLED = 0x0422, "the service is disabled: set the start type of \"Smart Card\" (SCardSvr) back";
    ERROR_SERVICE_NOT_ACTIVE = 0x0426, "the service does not run: start \"Smart Card\" (SCardSvr)";
    ERROR_IO_DEVICE = 0x045D, "the device failed at input or output: take the card out and put it back, or plug the reader in again";
    ERROR_DEVICE_NOT_CONNECTED = 0x048F, "the device is not connected: plug the reader in";
    ERROR_NOT_FOUND = 0x0490, "what was asked for was not found";
    ERROR_CANCELLED = 0x04C7, "the user cancelled";
    ERROR_NOT_AUTHENTICATED = 0x04DC, "what was asked needs a user who is logged in";
    ERROR_INTERNAL_ERROR = 0x054F, "Windows met an internal error";
    ERROR_TIMEOUT = 0x05B4, "the time for the operation ran out";
    ERROR_DEVICE_REMOVED = 0x0651, "the device was pulled out: plug the reader in and open a new session";
    RPC_S_SERVER_UNAVAILABLE = 0x06BA, "the service cannot be reached: start \"Smart Card\" (SCardSvr) and open a new context";
    RPC_S_CALL_FAILED = 0x06BE, "the service ended during the call: open a new context";
    E_FAIL = 0x8000_4005, "an error of unknown origin";
    E_ACCESSDENIED = 0x8007_0005, "access is denied: another program may hold the reader, or this one may not use it";
    E_HANDLE = 0x8007_0006, "the handle is not valid: open a new context";
    E_OUTOFMEMORY = 0x8007_000E, "there is not enough memory";
    E_INVALIDARG = 0x8007_0057, "an argument is not acceptable";
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Field case 19.
    #[test]
    fn codes_of_windows_have_names_and_say_what_they_mean() {
        for (number, name) in [
            (0x05, "ERROR_ACCESS_DENIED"),
            (0x06, "ERROR_INVALID_HANDLE"),
            (0x57, "ERROR_INVALID_PARAMETER"),
            (0x1F, "ERROR_GEN_FAILURE"),
            (0x7A, "ERROR_INSUFFICIENT_BUFFER"),
            (0x45D, "ERROR_IO_DEVICE"),
            (0x6D, "ERROR_BROKEN_PIPE"),
            (0x102, "WAIT_TIMEOUT"),
            (0x4C7, "ERROR_CANCELLED"),
            (0x8007_0005, "E_ACCESSDENIED"),
        ] {
            let code = Code(number);
            assert_eq!(code.name(), Some(name));
            let text = code.to_string();
            assert!(text.starts_with(&format!("{name} (0x{number:08X}): ")), "{text}");
        }
    }

    #[test]
    fn a_code_of_windows_in_an_hresult_has_its_name() {
        let text = Code(0x8007_045D).to_string();
        assert!(text.starts_with("ERROR_IO_DEVICE (0x8007045D): "), "{text}");
        assert_eq!(Code(0x8007_FFFF).name(), None);
        assert_eq!(Code(0x8000_0005).name(), None);
    }
}
