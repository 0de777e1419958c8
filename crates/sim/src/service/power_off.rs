//! When the service takes a card's power.

use super::reader::{Presence, Reader, ReaderState};
use super::supply::Supply;
use pcsc_sys::SCARD_PROTOCOL_UNDEFINED;
use std::time::Instant;

impl ReaderState {
    /// Notes a card that the service has found and powered, or has tried to.
    pub(crate) fn found_card(&mut self) {
        self.supply = if self.powered {
            Supply::Unused(Instant::now())
        } else {
            Supply::Off
        };
    }

    /// Notes that the last connection has gone: from now on the card is unused.
    ///
    /// A card that is told to be unpowered or mute refuses connections until its power is taken, and given again: where
    /// that is never due it is taken now. Unpowered and in use is one that a reconnection has powered.
    pub(crate) fn last_left(&mut self) {
        if self.supply == Supply::Off {
            return;
        }
        self.supply = Supply::Unused(Instant::now());
        if self.presence != Presence::Powered && self.grace_period.get().is_none() {
            self.take_power();
        }
    }

    /// Takes the power of a card that has been unused for long enough.
    #[inline]
    pub(crate) fn take_power_if_due(&mut self) {
        if let Supply::Unused(since) = self.supply {
            if self.grace_period.is_over(since) {
                self.take_power();
            }
        }
    }

    /// Takes the card's power, of which the state that programs are told says nothing: only the protocol is settled anew.
    fn take_power(&mut self) {
        if self.supply != Supply::Off {
            self.supply = Supply::Off;
            self.powered = false;
            self.protocol = SCARD_PROTOCOL_UNDEFINED;
        }
    }
}

impl Reader {
    /// Takes the power of a card that nobody uses, as pcscd does a while after its last connection; false where it is used.
    pub(crate) fn power_off(&self) -> bool {
        let mut state = self.lock();
        let is_used = state.supply == Supply::InUse && !state.connections.is_empty();
        if !is_used {
            state.take_power();
        }
        !is_used
    }
}
