//! Powering and resetting cards.

use super::atr::Atr;
use super::code::Code;
use super::reader::{Presence, Reader, ReaderState};
use super::supply::Supply;
use crate::card::Card;
use pcsc_sys::{SCARD_E_NOT_TRANSACTED, SCARD_PROTOCOL_UNDEFINED, SCARD_W_REMOVED_CARD};
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::sync::MutexGuard;

/// What is done to a card.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Power {
    /// Powers it, where it has lost its power and nobody has given it back meanwhile.
    Up,
    /// As [`Up`](Power::Up), without a word of it in the state that programs are told.
    UpUnseen,
    /// Powers it down.
    Down,
    /// Resets it, cold or warm: for a card that is the same.
    Reset,
}

/// Resets a card and asks for its ATR; `None` where it is mute, as a card is that panics.
pub(crate) fn reset(card: &mut dyn Card) -> Option<Atr> {
    catch_unwind(AssertUnwindSafe(|| {
        card.reset();
        Atr::of(card)
    }))
    .unwrap_or(None)
}

impl Reader {
    /// Powers, resets or unpowers the card for a program, after what it is doing.
    ///
    /// Fails where there is no card, or it is mute, or the reader does not answer.
    pub(crate) fn power<'a>(
        &'a self,
        mut state: MutexGuard<'a, ReaderState>,
        power: Power,
    ) -> (MutexGuard<'a, ReaderState>, Result<(), Code>) {
        let up = matches!(power, Power::Up | Power::UpUnseen);
        while state.slot.is_lent() {
            state = self.wait(state);
        }
        if up && state.supply != Supply::Off {
            // Another call has powered it while this one waited, and its program may use it by now.
            return (state, Ok(()));
        }
        if !state.available {
            // pcscd asks the reader for its card first, and leaves the card alone where that fails.
            state.protocol = SCARD_PROTOCOL_UNDEFINED;
            return (state, Err(SCARD_E_NOT_TRANSACTED));
        }
        self.power_idle(state, power)
    }

    /// As [`power`](Reader::power), a card that does not act, whether the reader answers or not.
    ///
    /// After a reset and without power it has no protocol any more.
    pub(crate) fn power_idle<'a>(
        &'a self,
        mut state: MutexGuard<'a, ReaderState>,
        power: Power,
    ) -> (MutexGuard<'a, ReaderState>, Result<(), Code>) {
        let up = matches!(power, Power::Up | Power::UpUnseen);
        let Some(mut acting) = state.slot.lend() else {
            state.emptied();
            return (state, Err(SCARD_W_REMOVED_CARD));
        };
        if !up {
            // Before the reader is unlocked: a program that connects meanwhile keeps the protocol that it settles.
            state.protocol = SCARD_PROTOCOL_UNDEFINED;
        }
        let atr = if power == Power::Down {
            None
        } else {
            drop(state);
            let atr = reset(&mut *acting.card);
            state = self.lock();
            atr
        };
        if let Err(card) = self.return_card(&mut state, acting) {
            drop(state);
            drop(card);
            return (self.lock(), Err(SCARD_W_REMOVED_CARD));
        }
        if power == Power::Down {
            // A mute card that loses its power is no longer known to be mute.
            state.presence = Presence::Unpowered;
            state.powered = false;
            state.supply = Supply::Off;
            return (state, Ok(()));
        }
        let before = state.presence;
        state.powered_up(atr);
        if up && state.powered {
            // For a program that is to use it. What a reset does is another matter.
            state.supply = Supply::InUse;
        }
        if power == Power::UpUnseen && state.powered {
            state.presence = before;
        }
        let result = if atr.is_some() {
            Ok(())
        } else {
            Err(SCARD_E_NOT_TRANSACTED)
        };
        (state, result)
    }
}
