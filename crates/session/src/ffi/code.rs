//! The codes that C functions return.

mod win32;

use pcsc_sys as sys;
use std::fmt;

/// A code that a C function returned: the constants are those of `winscard.h` and, beginning with `ERROR_` and the like, of
/// Windows itself; any other number is kept as it is.
///
/// `Display` gives its name, its number and its meaning. One code may mean several things, of which the function, the service
/// and the system around it say which: see [`Error::causes`](crate::Error::causes).
///
/// # Examples
/// ```
/// use pcsc_session::Code;
///
/// let code = Code::NO_SERVICE;
/// assert_eq!(code.0, 0x8010_001D);
/// assert_eq!(code.name(), Some("SCARD_E_NO_SERVICE"));
/// assert_eq!(Code(0x1234).to_string(), "0x00001234");
/// ```
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Code(pub u32);

impl Code {
    /// Makes a code of C's own type, which is negative where `LONG` has 32 bits; `None` of what 32 bits do not hold, with a
    /// sign or without.
    pub(super) const fn from_c(code: sys::LONG) -> Option<Code> {
        let number = code as u32;
        // Either way to widen 32 bits: some libraries of 64 bits extend the sign, pcsc-lite does not.
        if number as sys::LONG == code || number as i32 as sys::LONG == code {
            Some(Code(number))
        } else {
            None
        }
    }

    /// Makes a code of a constant of `winscard.h`.
    const fn of_header(code: sys::LONG) -> Code {
        match Code::from_c(code) {
            Some(code) => code,
            None => panic!("a header's codes have 32 bits"),
        }
    }
}

/// Makes the constants, their names and their meanings from one list.
macro_rules! codes {
    ($($(#[$attribute:meta])* $constant:ident = $c:ident, $meaning:literal;)*) => {
        impl Code {
            $(
                $(#[$attribute])*
                #[doc = concat!("`", stringify!($c), "`: ", $meaning, ".")]
                pub const $constant: Code = Code::of_header(sys::$c);
            )*

            /// Returns the name of the code in `winscard.h` or among those of Windows, where it has one.
            ///
            /// # Examples
            /// ```
            /// use pcsc_session::Code;
            ///
            /// assert_eq!(Code::TIMEOUT.name(), Some("SCARD_E_TIMEOUT"));
            /// assert_eq!(Code(0x1234).name(), None);
            /// ```
            #[must_use]
            #[cfg_attr(not(windows), allow(unreachable_patterns, reason = "one number has two names there"))]
            pub fn name(self) -> Option<&'static str> {
                Some(match self {
                    // Before UNEXPECTED, which is the same number but on Windows and which pcsc-lite never returns.
                    Code::UNSUPPORTED_FEATURE => "SCARD_E_UNSUPPORTED_FEATURE",
                    $( $(#[$attribute])* Code::$constant => stringify!($c), )*
                    _ => return win32::name_and_meaning(self).map(|(name, _)| name),
                })
            }

            /// Tells what the code says and what can be done about it, in one sentence without a full stop.
            ///
            /// # Examples
            /// ```
            /// use pcsc_session::Code;
            ///
            /// assert_eq!(Code::TIMEOUT.meaning(), Some("the time to wait ran out"));
            /// assert_eq!(Code(0x1234).meaning(), None);
            /// ```
            #[must_use]
            #[cfg_attr(not(windows), allow(unreachable_patterns, reason = "one number has two names there"))]
            pub fn meaning(self) -> Option<&'static str> {
                Some(match self {
                    Code::UNSUPPORTED_FEATURE => "the service or the reader does not have this feature",
                    $( $(#[$attribute])* Code::$constant => $meaning, )*
                    _ => return win32::name_and_meaning(self).map(|(_, meaning)| meaning),
                })
            }
        }
    };
}

codes! {
    SUCCESS = SCARD_S_SUCCESS, "the call did what it was asked";
    INTERNAL_ERROR = SCARD_F_INTERNAL_ERROR, "the PC/SC library or its service failed inside, could not load what it needs, or is at a limit: close what is not used";
    CANCELLED = SCARD_E_CANCELLED, "the wait was cancelled";
    INVALID_HANDLE = SCARD_E_INVALID_HANDLE, "the service does not know this handle, which was closed or is older than its restart: open a new context";
    INVALID_PARAMETER = SCARD_E_INVALID_PARAMETER, "an argument is not acceptable";
    INVALID_TARGET = SCARD_E_INVALID_TARGET, "the service's start-up information is missing or wrong";
    NO_MEMORY = SCARD_E_NO_MEMORY, "there is not enough memory, or the service is at a limit: close what is not used";
    WAITED_TOO_LONG = SCARD_F_WAITED_TOO_LONG, "an internal timer of the service ran out";
    INSUFFICIENT_BUFFER = SCARD_E_INSUFFICIENT_BUFFER, "the answer is longer than the buffer; a card may have acted all the same";
    UNKNOWN_READER = SCARD_E_UNKNOWN_READER, "there is no reader of this name: list the readers again";
    TIMEOUT = SCARD_E_TIMEOUT, "the time to wait ran out";
    SHARING_VIOLATION = SCARD_E_SHARING_VIOLATION, "another program, or another session of this one, holds the card: wait for it, or end it";
    NO_SMARTCARD = SCARD_E_NO_SMARTCARD, "there is no card in the reader: insert one";
    UNKNOWN_CARD = SCARD_E_UNKNOWN_CARD, "the card's name is not known";
    CANT_DISPOSE = SCARD_E_CANT_DISPOSE, "the reader cannot do with the card what it was asked";
    PROTO_MISMATCH = SCARD_E_PROTO_MISMATCH, "the card offers none of the protocols asked for, or uses another already: ask for both, or reset it";
    NOT_READY = SCARD_E_NOT_READY, "the reader or the card is not ready: try again";
    #[cfg(windows)]
    INVALID_VALUE = SCARD_E_INVALID_VALUE, "a value is out of its range, or the reader's driver refuses it";
    #[cfg(not(windows))]
    INVALID_VALUE = SCARD_E_INVALID_VALUE, "a value is out of its range, the reader's driver refuses it, or the reader was pulled out";
    SYSTEM_CANCELLED = SCARD_E_SYSTEM_CANCELLED, "the system ended the call, as when it shuts down";
    COMM_ERROR = SCARD_F_COMM_ERROR, "the connection to the service broke, or the reader's driver failed to communicate: open a new context where the service has gone";
    UNKNOWN_ERROR = SCARD_F_UNKNOWN_ERROR, "an error of unknown origin";
    INVALID_ATR = SCARD_E_INVALID_ATR, "the answer to reset is not valid";
    NOT_TRANSACTED = SCARD_E_NOT_TRANSACTED, "the command did not reach the card or its answer did not come back, or there is no transaction to end";
    READER_UNAVAILABLE = SCARD_E_READER_UNAVAILABLE, "the reader does not answer, or is gone: reconnect, or plug it in again and open a new session";
    SHUTDOWN = SCARD_P_SHUTDOWN, "the service is shutting down";
    PCI_TOO_SMALL = SCARD_E_PCI_TOO_SMALL, "the protocol control information is too short";
    READER_UNSUPPORTED = SCARD_E_READER_UNSUPPORTED, "the reader's driver does not do what PC/SC needs";
    DUPLICATE_READER = SCARD_E_DUPLICATE_READER, "the reader's driver gave a name twice";
    CARD_UNSUPPORTED = SCARD_E_CARD_UNSUPPORTED, "the card does not do what PC/SC needs";
    #[cfg(not(any(windows, target_os = "macos")))]
    NO_SERVICE = SCARD_E_NO_SERVICE, "the PC/SC service (pcscd) does not run or cannot be reached: start it and open a new context";
    #[cfg(target_os = "macos")]
    NO_SERVICE = SCARD_E_NO_SERVICE, "the PC/SC service does not run or cannot be reached: open a new context";
    #[cfg(windows)]
    NO_SERVICE = SCARD_E_NO_SERVICE, "the service \"Smart Card\" does not run, which it does only while there is a reader: plug one in, or start the service, and open a new context";
    #[cfg(not(any(windows, target_os = "macos")))]
    SERVICE_STOPPED = SCARD_E_SERVICE_STOPPED, "the PC/SC service was stopped, or is of another version than the library: open a new context";
    #[cfg(target_os = "macos")]
    SERVICE_STOPPED = SCARD_E_SERVICE_STOPPED, "the PC/SC service was stopped: open a new context";
    #[cfg(windows)]
    SERVICE_STOPPED = SCARD_E_SERVICE_STOPPED, "the service \"Smart Card\" was stopped, as it is when the last reader goes: plug one in and open a new context";
    UNEXPECTED = SCARD_E_UNEXPECTED, "the service met something unexpected";
    ICC_INSTALLATION = SCARD_E_ICC_INSTALLATION, "the card has no primary provider";
    ICC_CREATEORDER = SCARD_E_ICC_CREATEORDER, "objects cannot be created in this order";
    DIR_NOT_FOUND = SCARD_E_DIR_NOT_FOUND, "there is no such directory on the card";
    FILE_NOT_FOUND = SCARD_E_FILE_NOT_FOUND, "there is no such file on the card";
    NO_DIR = SCARD_E_NO_DIR, "the path does not name a directory of the card";
    NO_FILE = SCARD_E_NO_FILE, "the path does not name a file of the card";
    NO_ACCESS = SCARD_E_NO_ACCESS, "access to the file is denied";
    WRITE_TOO_MANY = SCARD_E_WRITE_TOO_MANY, "the card has no room for the data";
    BAD_SEEK = SCARD_E_BAD_SEEK, "the position in the file cannot be set";
    INVALID_CHV = SCARD_E_INVALID_CHV, "the PIN is not correct";
    UNKNOWN_RES_MNG = SCARD_E_UNKNOWN_RES_MNG, "a layer below returned a code that is not known";
    NO_SUCH_CERTIFICATE = SCARD_E_NO_SUCH_CERTIFICATE, "there is no such certificate";
    CERTIFICATE_UNAVAILABLE = SCARD_E_CERTIFICATE_UNAVAILABLE, "the certificate cannot be had";
    NO_READERS_AVAILABLE = SCARD_E_NO_READERS_AVAILABLE, "there is no reader that the service can use: plug one in, or install its driver";
    COMM_DATA_LOST = SCARD_E_COMM_DATA_LOST, "data was lost between reader and card";
    NO_KEY_CONTAINER = SCARD_E_NO_KEY_CONTAINER, "the card has no such key container";
    SERVER_TOO_BUSY = SCARD_E_SERVER_TOO_BUSY, "the service is too busy: try again";
    PIN_CACHE_EXPIRED = SCARD_E_PIN_CACHE_EXPIRED, "the cached PIN has expired";
    NO_PIN_CACHE = SCARD_E_NO_PIN_CACHE, "the PIN cannot be cached";
    READ_ONLY_CARD = SCARD_E_READ_ONLY_CARD, "the card cannot be written";
    UNSUPPORTED_CARD = SCARD_W_UNSUPPORTED_CARD, "the reader cannot talk to this card, by its answer to reset";
    UNRESPONSIVE_CARD = SCARD_W_UNRESPONSIVE_CARD, "the card does not answer: take it out, check which way round it is, put it back";
    UNPOWERED_CARD = SCARD_W_UNPOWERED_CARD, "the card has no power: reconnect";
    RESET_CARD = SCARD_W_RESET_CARD, "the card was reset, by another program or at a transaction's end: reconnect, select the application and verify the PIN again";
    REMOVED_CARD = SCARD_W_REMOVED_CARD, "the card was taken out: put it back and reconnect";
    #[cfg(not(any(windows, target_os = "macos")))]
    SECURITY_VIOLATION = SCARD_W_SECURITY_VIOLATION, "the service refused this program: by a rule of polkit, or because it has too many clients";
    #[cfg(any(windows, target_os = "macos"))]
    SECURITY_VIOLATION = SCARD_W_SECURITY_VIOLATION, "access was denied";
    WRONG_CHV = SCARD_W_WRONG_CHV, "the PIN was wrong";
    CHV_BLOCKED = SCARD_W_CHV_BLOCKED, "the PIN is blocked";
    EOF = SCARD_W_EOF, "the end of the card's file was reached";
    CANCELLED_BY_USER = SCARD_W_CANCELLED_BY_USER, "the user cancelled";
    CARD_NOT_AUTHENTICATED = SCARD_W_CARD_NOT_AUTHENTICATED, "no PIN was given to the card";
    CACHE_ITEM_NOT_FOUND = SCARD_W_CACHE_ITEM_NOT_FOUND, "the cache has no such item";
    CACHE_ITEM_STALE = SCARD_W_CACHE_ITEM_STALE, "the cached item is older than the card's";
    CACHE_ITEM_TOO_BIG = SCARD_W_CACHE_ITEM_TOO_BIG, "the item is too large for the cache";
}

impl Code {
    /// `SCARD_E_UNSUPPORTED_FEATURE`: the service or the reader does not have this feature.
    ///
    /// # Platform notes
    /// 0x8010001F with pcsc-lite and on macOS, where [`Code::UNEXPECTED`] is the same number; 0x80100022 on Windows.
    ///
    /// # Examples
    /// ```
    /// use pcsc_session::Code;
    ///
    /// assert_eq!(Code::UNSUPPORTED_FEATURE.0, if cfg!(windows) { 0x8010_0022 } else { 0x8010_001F });
    /// ```
    pub const UNSUPPORTED_FEATURE: Code = Code::of_header(sys::SCARD_E_UNSUPPORTED_FEATURE);
}

impl Code {
    /// Tells whether the service does not know the handle. Windows has a code of its own for one of a service that was shut
    /// down.
    pub(crate) fn is_invalid_handle(self) -> bool {
        self == Code::INVALID_HANDLE || cfg!(windows) && self == Code::ERROR_INVALID_HANDLE
    }

    /// Tells whether only a new context helps after this code.
    pub(crate) fn is_service_down(self) -> bool {
        self.is_invalid_handle()
            || matches!(self, Code::NO_SERVICE | Code::SERVICE_STOPPED | Code::COMM_ERROR)
    }
}

impl fmt::Display for Code {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match (self.name(), self.meaning()) {
            (Some(name), Some(meaning)) => write!(f, "{name} (0x{:08X}): {meaning}", self.0),
            _ => write!(f, "0x{:08X}", self.0),
        }
    }
}

impl fmt::Debug for Code {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self.name() {
            Some(name) => f.write_str(name),
            None => write!(f, "Code(0x{:08X})", self.0),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_code_of_c_has_32_bits_however_they_were_widened() {
        assert_eq!(Code::from_c(sys::SCARD_W_REMOVED_CARD), Some(Code::REMOVED_CARD));
        assert_eq!(Code::from_c(-1), Some(Code(0xFFFF_FFFF)));
        assert_eq!(
            Code::from_c(0x8010_0069_u32 as i32 as sys::LONG),
            Some(Code::REMOVED_CARD)
        );
    }

    #[cfg(all(target_pointer_width = "64", not(any(windows, target_os = "macos"))))]
    #[test]
    fn the_upper_half_of_a_code_is_not_dropped() {
        for number in [
            0x1_0000_0000,
            0x1_8010_0069,
            i64::MIN,
            -0x1_0000_0000,
            -0x8000_0001,
        ] {
            assert_eq!(Code::from_c(number), None, "{number:X}");
        }
    }

    #[test]
    fn an_unknown_code_shows_its_number() {
        assert_eq!(Code(0x8010_0FFF).to_string(), "0x80100FFF");
        assert_eq!(format!("{:?}", Code(0x1234)), "Code(0x00001234)");
        assert_eq!(Code(0x1234).name(), None);
    }

    #[test]
    fn what_a_reader_does_not_have_is_called_so() {
        assert_eq!(
            Code::UNSUPPORTED_FEATURE.name(),
            Some("SCARD_E_UNSUPPORTED_FEATURE")
        );
        let text = Code::UNSUPPORTED_FEATURE.to_string();
        assert!(text.ends_with("does not have this feature"), "{text}");
    }

    #[test]
    fn a_known_code_shows_name_number_and_meaning() {
        assert_eq!(
            Code::CANCELLED.to_string(),
            "SCARD_E_CANCELLED (0x80100002): the wait was cancelled"
        );
    }
}
