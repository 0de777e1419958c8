//! A reader as the service sees it.

use super::atr::Atr;
use super::connection::{Connection, Event};
use super::driver::Driver;
use super::lock::lock;
use super::power::Power;
use super::reader_name::ReaderName;
use super::sharing::{Sharing, Users};
use super::waiter::Waiter;
use crate::card::Card;
use pcsc_sys::{DWORD, SCARD_PROTOCOL_UNDEFINED};
use std::fmt;
use std::sync::{Arc, Condvar, Mutex, MutexGuard, PoisonError};

/// A reader. Its state is locked for moments only, never while the card acts.
#[derive(Debug)]
pub(crate) struct Reader {
    pub(crate) name: ReaderName,
    state: Mutex<ReaderState>,
    changed: Condvar,
    pub(crate) driver: Mutex<Driver>,
}

/// What the service knows of a reader.
#[derive(Debug)]
pub(crate) struct ReaderState {
    /// False once the reader was unplugged.
    pub(crate) plugged: bool,
    /// Whether the reader answers its driver.
    pub(crate) available: bool,
    pub(crate) presence: Presence,
    /// Whether the card has power; the service may take it from a card that nobody uses.
    pub(crate) powered: bool,
    pub(crate) atr: Atr,
    /// The protocol that the first connection has settled.
    pub(crate) protocol: DWORD,
    /// Insertions and removals, as far as 16 bits count them.
    pub(crate) events: u16,
    pub(crate) sharing: Sharing,
    pub(crate) connections: Vec<Arc<Connection>>,
    watchers: Vec<Arc<Waiter>>,
    /// Calls that wait for the reader to change.
    waiting: usize,
    slot: Slot,
    /// How many cards have been in the slot.
    cards: u64,
    answer: Vec<u8>,
}

/// What is in the slot of a reader, as the service saw it last.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Presence {
    Absent,
    /// A card that did not answer its reset.
    Mute,
    Unpowered,
    Powered,
}

/// What is in the slot of a reader.
enum Slot {
    Empty,
    Idle(Box<dyn Card>),
    /// The card acts: it has been lent to the call that it acts for.
    Busy,
}

/// A card that has been taken out of its slot to act, with the buffer for its answer.
pub(crate) struct Acting {
    pub(crate) card: Box<dyn Card>,
    pub(crate) answer: Vec<u8>,
    number: u64,
}

impl Reader {
    pub(crate) fn new(name: ReaderName) -> Self {
        Self {
            name,
            state: Mutex::new(ReaderState {
                plugged: true,
                available: true,
                presence: Presence::Absent,
                powered: false,
                atr: Atr::NONE,
                protocol: SCARD_PROTOCOL_UNDEFINED,
                events: 0,
                sharing: Sharing::default(),
                connections: Vec::new(),
                watchers: Vec::new(),
                waiting: 0,
                slot: Slot::Empty,
                cards: 0,
                answer: Vec::new(),
            }),
            changed: Condvar::new(),
            driver: Mutex::default(),
        }
    }

    #[inline]
    pub(crate) fn lock(&self) -> MutexGuard<'_, ReaderState> {
        lock(&self.state)
    }

    /// Blocks until somebody has changed the reader, which is unlocked meanwhile.
    pub(crate) fn wait<'a>(&'a self, mut state: MutexGuard<'a, ReaderState>) -> MutexGuard<'a, ReaderState> {
        state.waiting += 1;
        state = self.changed.wait(state).unwrap_or_else(PoisonError::into_inner);
        state.waiting -= 1;
        state
    }

    /// Tells the calls that wait for this reader, and those that watch it, that it has changed.
    pub(crate) fn notify(&self, state: &mut ReaderState) {
        self.notify_waiting(state);
        for watcher in &state.watchers {
            watcher.notify();
        }
    }

    #[inline]
    fn notify_waiting(&self, state: &ReaderState) {
        if state.waiting > 0 {
            self.changed.notify_all();
        }
    }

    /// Puts a card back that has acted.
    ///
    /// Gives it back where it was removed meanwhile: to be dropped with no lock held, since that runs its code.
    #[inline]
    pub(crate) fn return_card(&self, state: &mut ReaderState, acting: Acting) -> Result<(), Box<dyn Card>> {
        state.answer = acting.answer;
        if acting.number != state.cards {
            return Err(acting.card);
        }
        state.slot = Slot::Idle(acting.card);
        self.notify_waiting(state);
        Ok(())
    }

    /// Puts a card into the slot, in the place of the one that is there. `atr` is what it answered to its reset.
    pub(crate) fn insert(&self, card: Box<dyn Card>, atr: Option<Atr>) -> Option<Box<dyn Card>> {
        let mut state = self.lock();
        if !state.plugged {
            return Some(card);
        }
        let previous = state.take_card();
        state.slot = Slot::Idle(card);
        state.powered_up(atr);
        state.protocol = SCARD_PROTOCOL_UNDEFINED;
        if state.available {
            state.count_event();
        }
        self.notify(&mut state);
        previous
    }

    /// Takes the card out; `None` where there is none, and for one that acts, which is dropped when it has acted.
    pub(crate) fn remove(&self) -> Option<Box<dyn Card>> {
        let mut state = self.lock();
        let card = state.take_card();
        self.notify(&mut state);
        card
    }

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
            if !state.is_busy() {
                state = self.power_idle(state, Power::Reset).0;
            }
            if state.available {
                // Another thread was faster while the card was reset.
                return;
            }
            if state.presence == Presence::Absent {
                state.lost_card();
            } else {
                state.count_event();
            }
        }
        state.available = available;
        self.notify(&mut state);
    }

    /// Takes the power of a card that nobody uses, as pcscd does a while after its last connection.
    pub(crate) fn power_off(&self) -> bool {
        let mut state = self.lock();
        let unused = state.sharing.users() == Users::Shared(0);
        if unused {
            state.powered = false;
            state.protocol = SCARD_PROTOCOL_UNDEFINED;
        }
        unused
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
        if !state.is_busy() {
            state = self.power(state, Power::Reset).0;
        }
        if is_stopped() {
            state.events = 0;
        }
    }

    pub(crate) fn watch(&self, waiter: &Arc<Waiter>) {
        self.lock().watchers.push(Arc::clone(waiter));
    }

    pub(crate) fn unwatch(&self, waiter: &Arc<Waiter>) {
        self.lock()
            .watchers
            .retain(|watcher| !Arc::ptr_eq(watcher, waiter));
    }
}

impl ReaderState {
    /// Tells all connections what has happened to the card.
    pub(crate) fn tell(&mut self, event: Event) {
        for connection in &self.connections {
            connection.set_event(event);
        }
    }

    /// Notes what a card has answered that was powered or reset.
    pub(crate) fn powered_up(&mut self, atr: Option<Atr>) {
        self.powered = atr.is_some();
        self.presence = if atr.is_some() {
            Presence::Powered
        } else {
            Presence::Mute
        };
        self.atr = atr.unwrap_or(Atr::NONE);
    }

    /// Notes that there is no card.
    pub(crate) fn emptied(&mut self) {
        self.powered = false;
        self.presence = Presence::Absent;
        self.atr = Atr::NONE;
        self.protocol = SCARD_PROTOCOL_UNDEFINED;
    }

    /// Tells that the card has gone, and ends whoever's lock on it.
    fn lost_card(&mut self) {
        self.count_event();
        self.tell(Event::Removed);
        self.sharing.break_lock();
    }

    fn count_event(&mut self) {
        self.events = self.events.wrapping_add(1);
    }

    /// Whether the card acts for a call.
    #[inline]
    pub(crate) fn is_busy(&self) -> bool {
        matches!(self.slot, Slot::Busy)
    }

    /// Takes the card out of its slot to act; `None` where there is none, or it acts already.
    #[inline]
    pub(crate) fn borrow_card(&mut self) -> Option<Acting> {
        let slot = std::mem::replace(&mut self.slot, Slot::Busy);
        let Slot::Idle(card) = slot else {
            self.slot = slot;
            return None;
        };
        Some(Acting {
            card,
            answer: std::mem::take(&mut self.answer),
            number: self.cards,
        })
    }

    fn take_card(&mut self) -> Option<Box<dyn Card>> {
        let slot = std::mem::replace(&mut self.slot, Slot::Empty);
        if matches!(slot, Slot::Empty) {
            return None;
        }
        self.cards += 1;
        self.emptied();
        if self.available {
            self.lost_card();
        }
        match slot {
            Slot::Idle(card) => Some(card),
            Slot::Busy | Slot::Empty => None,
        }
    }

    fn forget_connections(&mut self) {
        self.connections.clear();
        self.sharing = Sharing::default();
    }
}

impl fmt::Debug for Slot {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::Empty => "Empty",
            Self::Idle(_) => "Idle",
            Self::Busy => "Busy",
        })
    }
}
