//! One look at a card after a failure that the code does not name: whether it was taken out, or reset, or is still there.

use super::TrackedCard;
use super::loss::READER_GONE;
use crate::error::{Cause, Error};
use crate::ffi::{Attribute, CallError, Code, OutputError, ReaderState, ShareMode, StateFlags, WholeError};
use pcsc_sys::MAX_BUFFER_SIZE;
use std::time::Duration;

/// What was seen of a card.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum CardFate {
    ServiceGone(Code),
    ReaderGone,
    /// The reader does not answer the service.
    ReaderSilent,
    Removed,
    Reset,
    /// The service has found that it does not answer.
    Mute,
    /// A card that was neither taken out nor reset.
    There,
    /// A card, of which is not known whether it is the same and was not reset.
    Present,
    Nothing,
}

impl TrackedCard {
    /// Returns the error of a call that failed with a code which does not say what has become of the card, after one look,
    /// and takes note of what that has shown. `otherwise` are the causes where it has shown nothing.
    ///
    /// It costs two calls, none of which waits for another program's transaction. With pcsc-lite the second one waits for the
    /// end of a command that another program has under way outside of one, and the first one sleeps for 0.4 seconds while the
    /// card is mute.
    pub(super) fn failed_without_name(
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

    /// Looks at the reader's state, then whether the card was reset or swapped.
    pub(super) fn look_at_card(&self) -> CardFate {
        let mut states = [ReaderState::new(&self.reader)];
        let look = self
            .handle
            .context()
            .get_status_change(Some(Duration::ZERO), &mut states);
        match look {
            Ok(()) | Err(CallError::Failed(Code::TIMEOUT)) => {}
            Err(CallError::Failed(Code::UNKNOWN_READER)) => return CardFate::ReaderGone,
            Err(CallError::Failed(code)) if code.is_service_down() => return CardFate::ServiceGone(code),
            Err(_) => return CardFate::Nothing,
        }
        let [state] = states;
        let is = |flags| state.event_state().contains(flags);
        if is(StateFlags::UNKNOWN) {
            CardFate::ReaderGone
        } else if is(StateFlags::UNAVAILABLE) {
            CardFate::ReaderSilent
        } else if is(StateFlags::EMPTY) {
            // A direct connection needs no card, and there may never have been one.
            if self.opening.share_mode == ShareMode::Direct {
                CardFate::Nothing
            } else {
                CardFate::Removed
            }
        } else if is(StateFlags::MUTE) {
            // Whatever card it is.
            CardFate::Mute
        } else if is(StateFlags::PRESENT) {
            self.event()
        } else {
            CardFate::Nothing
        }
    }

    /// Asks what has happened to a card that is present since it was connected, where the service tells that without waiting
    /// for a transaction.
    ///
    /// pcsc-lite's SCardStatus waits for the transactions of other programs, and one may have begun since the call that has
    /// failed. Its SCardGetAttrib is refused then; else it tells of the same events before it asks the driver, which it does
    /// when no other command is under way. Windows' SCardStatus does not wait.
    fn event(&self) -> CardFate {
        let code = if cfg!(windows) {
            match self.handle.status() {
                Ok(_) => return CardFate::There,
                Err(WholeError::Failed(CallError::Failed(code))) => code,
                Err(_) => return CardFate::Present,
            }
        } else {
            let mut value = [0; MAX_BUFFER_SIZE];
            match self.handle.get_attribute(Attribute::ATR_STRING, &mut value) {
                Ok(_) => return CardFate::There,
                Err(OutputError::Failed(CallError::Failed(code))) => code,
                Err(_) => return CardFate::Present,
            }
        };
        match code {
            Code::RESET_CARD => CardFate::Reset,
            Code::REMOVED_CARD => CardFate::Removed,
            // What a driver refuses, it was asked after the look for events.
            Code::UNSUPPORTED_FEATURE | Code::NOT_TRANSACTED | Code::INSUFFICIENT_BUFFER => CardFate::There,
            _ => CardFate::Present,
        }
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
fn is_for_the_card(function: &str) -> bool {
    matches!(
        function,
        "SCardTransmit" | "SCardStatus" | "SCardBeginTransaction" | "SCardReconnect"
    )
}
