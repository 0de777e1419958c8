//! The way into `std::io::Error`.

use super::{CloseError, Error};
use crate::ffi::Code;
use std::io::{self, ErrorKind};

/// An I/O error of the kind that fits best, with this error in it.
impl From<Error> for io::Error {
    fn from(error: Error) -> io::Error {
        io::Error::new(kind(&error), error)
    }
}

/// Keeps the error and drops the value.
impl<T> From<CloseError<T>> for io::Error {
    fn from(error: CloseError<T>) -> io::Error {
        Error::from(error).into()
    }
}

fn kind(error: &Error) -> ErrorKind {
    match error {
        Error::NoReaders {} | Error::InvalidReader { .. } | Error::NoCard { .. } | Error::Load { .. } => {
            ErrorKind::NotFound
        }
        Error::EmptyCommand {}
        | Error::CommandTooLong { .. }
        | Error::Encode { .. }
        | Error::Class { .. }
        | Error::OutOfRange { .. }
        | Error::ManageChannel {}
        | Error::FormUnknown { .. }
        | Error::InputTooLong { .. }
        | Error::UnknownHandle { .. } => ErrorKind::InvalidInput,
        Error::ShortResponse { .. }
        | Error::BadResponse { .. }
        | Error::ResponseTooLong { .. }
        | Error::FileTooLong { .. } => ErrorKind::InvalidData,
        Error::FileTooShort { .. } => ErrorKind::UnexpectedEof,
        Error::ReaderGone { .. } => ErrorKind::NotConnected,
        Error::Pcsc { code, .. } => of_code(*code),
        Error::Status { .. } | Error::FormRefused { .. } | Error::KeepsChanging { .. } => ErrorKind::Other,
    }
}

fn of_code(code: Code) -> ErrorKind {
    match code {
        Code::TIMEOUT => ErrorKind::TimedOut,
        Code::CANCELLED | Code::SYSTEM_CANCELLED => ErrorKind::Interrupted,
        Code::SHARING_VIOLATION => ErrorKind::ResourceBusy,
        Code::SECURITY_VIOLATION => ErrorKind::PermissionDenied,
        Code::RESET_CARD => ErrorKind::ConnectionReset,
        Code::REMOVED_CARD | Code::NO_SMARTCARD | Code::READER_UNAVAILABLE => ErrorKind::NotConnected,
        Code::UNKNOWN_READER | Code::NO_READERS_AVAILABLE => ErrorKind::NotFound,
        Code::NO_MEMORY => ErrorKind::OutOfMemory,
        Code::UNSUPPORTED_FEATURE => ErrorKind::Unsupported,
        Code::INVALID_PARAMETER | Code::INVALID_VALUE => ErrorKind::InvalidInput,
        code if code.is_service_down() => ErrorKind::ConnectionRefused,
        _ => ErrorKind::Other,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_kind_says_what_happened_and_the_error_is_inside() {
        let error = |code| {
            io::Error::from(Error::Pcsc {
                function: "SCardTransmit",
                code,
                reader: None,
            })
        };
        assert_eq!(error(Code::RESET_CARD).kind(), ErrorKind::ConnectionReset);
        assert_eq!(error(Code::NO_SERVICE).kind(), ErrorKind::ConnectionRefused);
        assert_eq!(error(Code(0x1234)).kind(), ErrorKind::Other);
        let inner = error(Code::TIMEOUT).into_inner().unwrap();
        assert!(inner.downcast::<Error>().unwrap().is_timeout());
    }
}
