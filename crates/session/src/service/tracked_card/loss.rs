//! What an error says of a connection: whether it is lost, and where its code has two meanings, one look at which it is.

use super::TrackedCard;
use super::card_look::has_no_name;
use crate::error::{Cause, Error};
use crate::ffi::{CallError, Code, Protocol, ReaderName, ShareMode, WholeError};

/// What C functions say of a reader that was pulled out.
///
/// pcsc-lite's service says it of every call on its connections, and of little else that a session asks. Windows says it of
/// a name; of a connection it says, as of a reader that does not answer, that the reader cannot be used.
pub(super) const READER_GONE: Code = if cfg!(windows) {
    Code::UNKNOWN_READER
} else {
    Code::INVALID_VALUE
};

impl TrackedCard {
    /// Returns the error of a call, after taking note of what it says of the connection. What a code with two meanings says
    /// is looked at before.
    #[cold]
    pub(crate) fn failed(&self, function: &'static str, error: impl Into<CallError>) -> Error {
        let code = match error.into() {
            CallError::Failed(code) => code,
            // It says nothing of the connection.
            error @ CallError::Wrong(_) => {
                return Error::of_call(function, error, self.known_reader());
            }
            CallError::OfTheParent => {
                // That goes on being so.
                self.lose(Code::INVALID_HANDLE);
                return self.error(function, Code::INVALID_HANDLE);
            }
        };
        if !is_ambiguous(code) {
            if self.is_reset_in_other_words(function, code) {
                self.lose(Code::RESET_CARD);
                return self.found(function, code, Some([Cause::CardReset {}].into()));
            }
            if has_no_name(function, code) {
                return self.failed_without_name(function, code, None);
            }
            // A direct connection needs no card.
            let goes_on = code == Code::NO_SMARTCARD && self.opening.share_mode == ShareMode::Direct;
            if ends_connection(code) && !goes_on {
                self.lose(code);
            }
            return self.error(function, code);
        }
        match self.look() {
            Seen::ServiceGone => {
                // Of the codes some do not say so by themselves, to the calls to come.
                let lost = if code.is_service_down() {
                    code
                } else {
                    Code::NO_SERVICE
                };
                self.lose(lost);
                self.found(function, code, Some([Cause::ServiceGone {}].into()))
            }
            Seen::ReaderGone => {
                self.lose(READER_GONE);
                self.reader_gone(function, code)
            }
            Seen::Both if has_no_name(function, code) => {
                self.failed_without_name(function, code, of_a_service_that_is_there(code))
            }
            Seen::Both => self.found(function, code, of_a_service_that_is_there(code)),
            Seen::Nothing => self.found(function, code, None),
        }
    }

    /// Tells whether it is a reset: pcsc-lite says of a card that was reset while it was being connected that it does not use
    /// this protocol, and else only of one that another program has connected without a protocol, which the status tells.
    fn is_reset_in_other_words(&self, function: &str, code: Code) -> bool {
        (function, code) == ("SCardTransmit", Code::PROTO_MISMATCH)
            && self.opening.share_mode != ShareMode::Direct
            && match self.handle.status() {
                Ok(status) => status.protocol != Protocol::RAW,
                Err(error) => matches!(error, WholeError::Failed(CallError::Failed(Code::RESET_CARD))),
            }
    }

    /// Takes note that the connection is lost, and to what.
    pub(super) fn lose(&self, code: Code) {
        self.lost.set(Some(code));
    }

    /// Asks the service for its readers, once: whether it is there, and whether it has this reader.
    fn look(&self) -> Seen {
        // A handle that is being taken over, of whose reader nothing is known yet.
        if self.known_reader().is_none() {
            return Seen::Nothing;
        }
        match self.handle.context().list_readers(None) {
            Ok(readers) if readers.iter().any(|listed| self.reader.names(listed)) => Seen::Both,
            Ok(_) => Seen::ReaderGone,
            Err(WholeError::Failed(CallError::Failed(code))) if code.is_service_down() => Seen::ServiceGone,
            Err(WholeError::Failed(_) | WholeError::KeepsChanging) => Seen::Nothing,
        }
    }

    /// Returns the error of a call that has shown that the reader was pulled out.
    pub(super) fn reader_gone(&self, function: &'static str, code: Code) -> Error {
        Error::ReaderGone {
            function,
            code,
            reader: self.reader.clone(),
        }
    }

    /// Returns the error of a call on a connection that is lost, by the code that ended it.
    #[cold]
    pub(crate) fn error(&self, function: &'static str, code: Code) -> Error {
        if code == READER_GONE {
            return self.reader_gone(function, code);
        }
        let causes = if code.is_invalid_handle() && !self.handle.context().is_own() {
            // What `fork` has copied is refused so, here and by libraries that notice.
            Some([Cause::ForkedProcess {}].into())
        } else if code.is_service_down() && is_ambiguous(code) {
            // Confirmed by a look.
            Some([Cause::ServiceGone {}].into())
        } else {
            None
        };
        self.found(function, code, causes)
    }

    /// Returns the reader, but of a handle that is being taken over.
    fn known_reader(&self) -> Option<ReaderName> {
        (!self.reader.units().is_empty()).then(|| self.reader.clone())
    }

    pub(super) fn found(&self, function: &'static str, code: Code, causes: Option<Box<[Cause]>>) -> Error {
        Error::Pcsc {
            function,
            code,
            reader: Some(self.reader.clone()),
            causes,
        }
    }
}

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
fn ends_connection(code: Code) -> bool {
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
fn is_ambiguous(code: Code) -> bool {
    code == Code::COMM_ERROR
        || if cfg!(windows) {
            code == Code::ERROR_INVALID_HANDLE
        } else {
            matches!(code, Code::INVALID_VALUE | Code::SECURITY_VIOLATION)
        }
}

/// What was seen of service and reader.
enum Seen {
    ServiceGone,
    ReaderGone,
    Both,
    Nothing,
}

/// Returns what is left of an ambiguous code's causes where the service and the reader are there.
fn of_a_service_that_is_there(code: Code) -> Option<Box<[Cause]>> {
    match code {
        Code::COMM_ERROR | Code::ERROR_INVALID_HANDLE => Some([Cause::DriverFailed {}].into()),
        // The code's own meaning.
        Code::SECURITY_VIOLATION => Some([].into()),
        // Another reader may have come in its place.
        _ => None,
    }
}
