//! One look at a card after a failure that the code does not name: whether it was taken out, or reset, or is still there.

use super::TrackedCard;
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
