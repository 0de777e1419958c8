//! What an error says of a connection: whether it is lost, and where its code has two meanings, one look at which it is.

use super::TrackedCard;
use super::card_look::CardFate;
use super::codes::{READER_GONE, ends_connection, has_no_name, is_ambiguous, is_for_the_card};
use crate::error::{Cause, Error};
use crate::ffi::{CallError, Code, Protocol, ReaderName, ShareMode, WholeError};

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

    /// Returns the error of a call that failed with a code which does not say what has become of the card, after one look,
    /// and takes note of what that has shown. `otherwise` are the causes where it has shown nothing.
    ///
    /// It costs two calls, none of which waits for another program's transaction. With pcsc-lite the second one waits for the
    /// end of a command that another program has under way outside of one, and the first one sleeps for 0.4 seconds while the
    /// card is mute.
    fn failed_without_name(
        &self,
        function: &'static str,
        code: Code,
        otherwise: Option<Box<[Cause]>>,
    ) -> Error {
        let (lost, cause) = match self.look_at_card() {
            CardFate::ServiceGone(gone) => (Some(gone), Some(Cause::ServiceGone {})),
            CardFate::ReaderGone => {
                self.lose(READER_GONE);
                return self.reader_gone(function, code);
            }
            CardFate::ReaderSilent => (Some(Code::READER_UNAVAILABLE), Some(Cause::ReaderSilent {})),
            CardFate::Removed => (Some(Code::REMOVED_CARD), Some(Cause::CardRemoved {})),
            CardFate::Reset => (Some(Code::RESET_CARD), Some(Cause::CardReset {})),
            CardFate::Mute => (None, Some(Cause::CardMute {})),
            // A driver may refuse a control code or an attribute for reasons of its own.
            CardFate::There if is_for_the_card(function) => (None, Some(Cause::CardStillSeen {})),
            CardFate::There | CardFate::Present | CardFate::Nothing => (None, None),
        };
        // The connection does not outlive that, whatever is seen of the reader by now.
        let lost = lost.or((code == Code::READER_UNAVAILABLE).then_some(code));
        if let Some(lost) = lost {
            self.lose(lost);
        }
        self.found(function, code, cause.map(|cause| [cause].into()).or(otherwise))
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
    fn lose(&self, code: Code) {
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
    fn reader_gone(&self, function: &'static str, code: Code) -> Error {
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

    fn found(&self, function: &'static str, code: Code, causes: Option<Box<[Cause]>>) -> Error {
        Error::Pcsc {
            function,
            code,
            reader: Some(self.reader.clone()),
            causes,
        }
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
