//! The way into `std::io::Error`.

use super::{Cause, CloseError, Error};
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
        Error::NoReaders {}
        | Error::InvalidReader { .. }
        | Error::NoMatchingReader { .. }
        | Error::NoCard { .. }
        | Error::NoMatchingCard { .. }
        | Error::Load { .. } => ErrorKind::NotFound,
        Error::EmptyCommand {}
        | Error::CommandTooLong { .. }
        | Error::Encode { .. }
        | Error::Class { .. }
        | Error::OutOfRange { .. }
        | Error::ManageChannel {}
        | Error::FormUnknown { .. }
        | Error::InputTooLong { .. }
        | Error::UnknownHandle { .. }
        | Error::AmbiguousReader { .. } => ErrorKind::InvalidInput,
        Error::ShortResponse { .. }
        | Error::BadResponse { .. }
        | Error::WrongAnswer { .. }
        | Error::ResponseTooLong { .. }
        | Error::FileTooLong { .. } => ErrorKind::InvalidData,
        Error::FileTooShort { .. } => ErrorKind::UnexpectedEof,
        Error::ReaderGone { .. } => ErrorKind::NotConnected,
        Error::TimedOut { .. } => ErrorKind::TimedOut,
        Error::Cancelled { .. } => ErrorKind::Interrupted,
        Error::NoThread { kind } => *kind,
        Error::TooManyPostponed { .. } => ErrorKind::ResourceBusy,
        Error::Pcsc { code, .. } => {
            let causes = error.causes();
            if error.is_denied() {
                ErrorKind::PermissionDenied
            } else if !causes.is_empty() && causes.iter().all(Cause::is_limit) {
                ErrorKind::ResourceBusy
            } else {
                of_code(*code)
            }
        }
        Error::Status { .. } | Error::FormRefused { .. } | Error::KeepsChanging { .. } => ErrorKind::Other,
    }
}

fn of_code(code: Code) -> ErrorKind {
    match code {
        Code::TIMEOUT | Code::WAIT_TIMEOUT | Code::ERROR_TIMEOUT | Code::ERROR_SEM_TIMEOUT => {
            ErrorKind::TimedOut
        }
        Code::CANCELLED | Code::SYSTEM_CANCELLED | Code::ERROR_OPERATION_ABORTED => ErrorKind::Interrupted,
        Code::SHARING_VIOLATION => ErrorKind::ResourceBusy,
        Code::SECURITY_VIOLATION | Code::ERROR_ACCESS_DENIED | Code::E_ACCESSDENIED => {
            ErrorKind::PermissionDenied
        }
        Code::RESET_CARD => ErrorKind::ConnectionReset,
        Code::REMOVED_CARD | Code::NO_SMARTCARD | Code::READER_UNAVAILABLE => ErrorKind::NotConnected,
        Code::UNKNOWN_READER | Code::NO_READERS_AVAILABLE => ErrorKind::NotFound,
        Code::NO_MEMORY | Code::ERROR_NOT_ENOUGH_MEMORY | Code::ERROR_OUTOFMEMORY | Code::E_OUTOFMEMORY => {
            ErrorKind::OutOfMemory
        }
        Code::UNSUPPORTED_FEATURE
        | Code::ERROR_INVALID_FUNCTION
        | Code::ERROR_BAD_COMMAND
        | Code::ERROR_NOT_SUPPORTED => ErrorKind::Unsupported,
        Code::INVALID_PARAMETER
        | Code::INVALID_VALUE
        | Code::ERROR_INVALID_PARAMETER
        | Code::E_INVALIDARG => ErrorKind::InvalidInput,
        Code::ERROR_BROKEN_PIPE | Code::ERROR_PIPE_NOT_CONNECTED => ErrorKind::BrokenPipe,
        Code::ERROR_BUSY => ErrorKind::ResourceBusy,
        code if code.is_service_down() => ErrorKind::ConnectionRefused,
        _ => ErrorKind::Other,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_kind_says_what_happened_and_the_error_is_inside() {
        let error = |code| io::Error::from(Error::pcsc("SCardTransmit", code, None));
        assert_eq!(error(Code::RESET_CARD).kind(), ErrorKind::ConnectionReset);
        assert_eq!(error(Code::NO_SERVICE).kind(), ErrorKind::ConnectionRefused);
        assert_eq!(error(Code(0x1234)).kind(), ErrorKind::Other);
        assert_eq!(
            error(Code::ERROR_ACCESS_DENIED).kind(),
            ErrorKind::PermissionDenied
        );
        let looked = |cause| {
            io::Error::from(Error::Pcsc {
                function: "SCardEstablishContext",
                code: Code::NO_SERVICE,
                reader: None,
                causes: Some([cause].into()),
            })
        };
        let kind = looked(Cause::ServiceAtItsLimit { clients: Some(200) }).kind();
        assert_eq!(kind, ErrorKind::ResourceBusy);
        let kind = looked(Cause::SandboxWithoutService { sandbox: None }).kind();
        assert_eq!(kind, ErrorKind::PermissionDenied);
        let kind = looked(Cause::service_not_running(None)).kind();
        assert_eq!(kind, ErrorKind::ConnectionRefused);
        let inner = error(Code::TIMEOUT).into_inner().unwrap();
        assert!(inner.downcast::<Error>().unwrap().is_timeout());
    }
}
