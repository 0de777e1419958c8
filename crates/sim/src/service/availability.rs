//! When a reader can be used: while it answers its driver, is plugged in, and the service runs.

use super::power::Power;
use super::reader::{Presence, Reader};
use pcsc_sys::SCARD_PROTOCOL_UNDEFINED;

impl Reader {
    /// Marks whether the reader answers its driver. When it does again, that counts as an event, and a card is powered.
    ///
    /// What was done to the slot meanwhile is seen then: only that it is empty, if it is, not that there is another card.
    pub(crate) fn set_available(&self, available: bool) {
        let mut state = self.lock();
        if state.available == available {
            return;
        }
        state.protocol = SCARD_PROTOCOL_UNDEFINED;
        if available {
            // A card that acts is not waited for: it may be the one that calls this.
            if !state.slot.is_lent() {
                state = self.power_idle(state, Power::Reset).0;
            }
            if state.available {
                // Another thread was faster while the card was reset.
                return;
            }
            state.found_card();
            if state.presence == Presence::Absent {
                state.lost_card();
            } else {
                state.count_event();
            }
        }
        state.available = available;
        self.notify(&mut state);
    }

    /// Ends the reader: the service has taken it off its list.
    pub(crate) fn unplug(&self) {
        let mut state = self.lock();
        state.plugged = false;
        state.forget_connections();
        self.notify(&mut state);
    }

    /// Forgets all connections, as a service does that ends.
    pub(crate) fn forget_connections(&self) {
        let mut state = self.lock();
        state.forget_connections();
        self.notify(&mut state);
    }

    /// Finds the reader as a service does that starts: nothing has happened yet, and a card is powered.
    ///
    /// Does nothing where another thread has started the service first, and the reader is in use again.
    pub(crate) fn start_again(&self, is_stopped: impl Fn() -> bool) {
        let mut state = self.lock();
        if !is_stopped() {
            return;
        }
        state.forget_connections();
        state.protocol = SCARD_PROTOCOL_UNDEFINED;
        // A card that acts still does so for a call of the service that has ended: it is powered.
        if !state.slot.is_lent() {
            state = self.power(state, Power::Reset).0;
        }
        if is_stopped() {
            state.found_card();
            state.events = 0;
        }
    }
}
