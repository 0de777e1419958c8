//! What the codes of C functions say of a connection and its card.

use crate::ffi::Code;

/// What C functions say of a reader that was pulled out.
///
/// pcsc-lite's service says it of every call on its connections, and of little else that a session asks. Windows says it of
/// a name; of a connection it says, as of a reader that does not answer, that the reader cannot be used.
pub(super) const READER_GONE: Code = if cfg!(windows) {
    Code::UNKNOWN_READER
} else {
    Code::INVALID_VALUE
};

/// Tells whether `SCardReconnect` can make the handle usable again.
pub(super) fn is_reconnectable(code: Code) -> bool {
    matches!(
        code,
        Code::RESET_CARD
            | Code::REMOVED_CARD
            | Code::NO_SMARTCARD
            | Code::READER_UNAVAILABLE
            | Code::PROTO_MISMATCH
    )
}

/// Tells whether a code says that the connection is lost; one with two meanings says nothing.
pub(super) fn ends_connection(code: Code) -> bool {
    matches!(
        code,
        Code::RESET_CARD
            | Code::REMOVED_CARD
            | Code::NO_SMARTCARD
            | Code::READER_UNAVAILABLE
            | Code::UNKNOWN_READER
    ) || code.is_service_down()
}

/// Tells whether a code may say that the connection is lost, or something that passes.
///
/// pcsc-lite says `SCARD_E_INVALID_VALUE` of a reader that has gone and of a value that is not taken; any library
/// `SCARD_F_COMM_ERROR` of the service and of what a driver cannot do; pcsc-lite `SCARD_W_SECURITY_VIOLATION` where the service
/// resets the connection to it; Windows `ERROR_INVALID_HANDLE` of a service that was shut down and for a driver.
pub(super) fn is_ambiguous(code: Code) -> bool {
    code == Code::COMM_ERROR
        || if cfg!(windows) {
            code == Code::ERROR_INVALID_HANDLE
        } else {
            matches!(code, Code::INVALID_VALUE | Code::SECURITY_VIOLATION)
        }
}

/// Tells whether a failure with this code says too little of the card, so that a look is due.
pub(super) fn has_no_name(function: &str, code: Code) -> bool {
    match code {
        Code::COMM_ERROR | Code::READER_UNAVAILABLE | Code::UNPOWERED_CARD | Code::UNRESPONSIVE_CARD => true,
        // Of a transaction it says that there is none, of the reader's driver that it does not know what it was asked.
        Code::NOT_TRANSACTED => is_for_the_card(function),
        // What winscard hands on from a reader's driver.
        Code::ERROR_NOT_READY
        | Code::ERROR_GEN_FAILURE
        | Code::ERROR_DEV_NOT_EXIST
        | Code::ERROR_SEM_TIMEOUT
        | Code::ERROR_OPERATION_ABORTED
        | Code::ERROR_IO_DEVICE
        | Code::ERROR_DEVICE_NOT_CONNECTED
        | Code::ERROR_DEVICE_REMOVED
        | Code::ERROR_TIMEOUT => cfg!(windows),
        _ => false,
    }
}

/// Tells whether what a function does is the card's own work, and not the reader's.
pub(super) fn is_for_the_card(function: &str) -> bool {
    matches!(
        function,
        "SCardTransmit" | "SCardStatus" | "SCardBeginTransaction" | "SCardReconnect"
    )
}
