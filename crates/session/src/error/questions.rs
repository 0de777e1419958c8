//! What one asks an error, whatever its variant.

use super::{Cause, Error};
use crate::ffi::{Code, ReaderName};
use pcsc_iso7816::status_word::StatusWord;

impl Error {
    /// Returns the code that the C function returned, where one did.
    #[must_use]
    pub fn code(&self) -> Option<Code> {
        match self {
            Error::UnknownHandle { .. } => Some(Code::INVALID_HANDLE),
            Error::NoCard { code, .. } | Error::Pcsc { code, .. } | Error::ReaderGone { code, .. } => {
                Some(*code)
            }
            _ => None,
        }
    }

    /// Returns the C function that failed, by its name without Windows' suffix, where one did.
    ///
    /// Not for [`Error::InvalidReader`]: the list of readers says that.
    #[must_use]
    pub fn function(&self) -> Option<&'static str> {
        match self {
            Error::NoCard { function, .. }
            | Error::KeepsChanging { function }
            | Error::ReaderGone { function, .. }
            | Error::UnknownHandle { function }
            | Error::WrongAnswer { function, .. }
            | Error::Pcsc { function, .. } => Some(function),
            Error::ShortResponse { .. } | Error::ResponseTooLong { .. } => Some("SCardTransmit"),
            _ => None,
        }
    }

    /// Returns the reader that the error is about, where there is one.
    #[must_use]
    pub fn reader(&self) -> Option<&ReaderName> {
        match self {
            Error::InvalidReader { name, .. } => Some(name),
            Error::NoCard { reader, .. }
            | Error::ShortResponse { reader, .. }
            | Error::Status { reader, .. }
            | Error::FormUnknown { reader, .. }
            | Error::FormRefused { reader, .. }
            | Error::ResponseTooLong { reader, .. }
            | Error::FileTooLong { reader, .. }
            | Error::FileTooShort { reader, .. }
            | Error::BadResponse { reader, .. }
            | Error::ReaderGone { reader, .. } => Some(reader),
            Error::Pcsc { reader, .. } | Error::WrongAnswer { reader, .. } => reader.as_ref(),
            _ => None,
        }
    }

    /// Returns the status word with which the card refused, where one did.
    #[must_use]
    pub fn status(&self) -> Option<StatusWord> {
        match self {
            Error::Status { status, .. } | Error::FormRefused { status, .. } => Some(*status),
            _ => None,
        }
    }

    fn is(&self, codes: &[Code]) -> bool {
        self.code().is_some_and(|code| codes.contains(&code))
    }

    /// Tells whether a look has found this, whatever the code says.
    fn was_found(&self, cause: &Cause) -> bool {
        matches!(self, Error::Pcsc { causes: Some(found), .. } if found.contains(cause))
    }

    /// Tells whether the card was taken out, or is not there: the code says it, or the look after one that does not say
    /// what has become of the card. There may be another, or one that does not answer.
    #[must_use]
    pub fn is_card_removed(&self) -> bool {
        matches!(self, Error::NoMatchingCard { .. })
            || self.is(&[Code::REMOVED_CARD, Code::NO_SMARTCARD])
            || self.was_found(&Cause::CardRemoved {})
    }

    /// Tells whether the card was reset, by another program or at a transaction's end: it has forgotten its selected
    /// application and its verified PINs. [`Session::recover`](crate::Session::recover) makes it usable again.
    #[must_use]
    pub fn is_card_reset(&self) -> bool {
        self.is(&[Code::RESET_CARD]) || self.was_found(&Cause::CardReset {})
    }

    /// Tells whether the reader is not there (any more), or does not answer.
    #[must_use]
    pub fn is_reader_gone(&self) -> bool {
        let is_said = matches!(
            self,
            Error::InvalidReader { .. }
                | Error::NoMatchingReader { .. }
                | Error::NoReaders {}
                | Error::ReaderGone { .. }
        ) || self.is(&[
            Code::READER_UNAVAILABLE,
            Code::UNKNOWN_READER,
            Code::NO_READERS_AVAILABLE,
        ]);
        // Some Windows systems say of the reader what is true of the card alone.
        let is_the_card = self.is_card_removed() || self.is_card_reset();
        is_said && !is_the_card || self.was_found(&Cause::ReaderSilent {})
    }

    /// Tells whether the service does not run, or the connection to it is lost: only a new context helps.
    ///
    /// Where the service may be down, and a look was not made or could not tell, it is. It is not where it was reached and
    /// would not have this program, as at its limit of clients, nor where this user may not reach it: see
    /// [`causes`](Error::causes).
    #[must_use]
    pub fn is_service_down(&self) -> bool {
        let causes = self.causes();
        if causes.is_empty() {
            return matches!(self, Error::Pcsc { code, .. } if code.is_service_down());
        }
        causes.iter().any(Cause::is_service_down)
    }

    /// Tells whether it is for sure that this user or this program may not do it, so that no waiting helps.
    pub(crate) fn is_denied(&self) -> bool {
        let causes = self.causes();
        !causes.is_empty() && causes.iter().all(Cause::is_denial)
    }

    /// Tells whether another program keeps the card to itself.
    #[must_use]
    pub fn is_sharing_violation(&self) -> bool {
        self.is(&[Code::SHARING_VIOLATION])
    }

    /// Tells whether the time to wait ran out.
    #[must_use]
    pub fn is_timeout(&self) -> bool {
        matches!(self, Error::TimedOut { .. }) || self.is(&[Code::TIMEOUT])
    }

    /// Tells whether the wait was cancelled.
    #[must_use]
    pub fn is_cancelled(&self) -> bool {
        matches!(self, Error::Cancelled { .. }) || self.is(&[Code::CANCELLED, Code::SYSTEM_CANCELLED])
    }
}
