//! A reader as the service sees it.

use super::atr::Atr;
use super::card_slot::{Acting, CardSlot};
use super::code::Code;
use super::driver::Driver;
use super::grace_period::GracePeriod;
use super::lock::lock;
use super::reader_name::ReaderName;
use super::sharing::Sharing;
use super::supply::Supply;
use super::user::{Event, User};
use super::waiter::Waiter;
use crate::card::Card;
use pcsc_sys::{DWORD, SCARD_E_TIMEOUT, SCARD_PROTOCOL_UNDEFINED};
use std::sync::{Arc, Condvar, Mutex, MutexGuard, PoisonError};
use std::time::{Duration, Instant};

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
    /// Whether the card has power.
    pub(crate) powered: bool,
    /// What the service makes of that; it takes the power of a card that nobody uses.
    pub(crate) supply: Supply,
    pub(crate) grace_period: Arc<GracePeriod>,
    pub(crate) atr: Atr,
    /// The protocol that the first connection has settled.
    pub(crate) protocol: DWORD,
    /// Insertions and removals, as far as 16 bits count them.
    pub(crate) events: u16,
    pub(crate) sharing: Sharing,
    pub(crate) connections: Vec<Arc<User>>,
    /// How many connections there have been.
    admitted: u64,
    watchers: Vec<Arc<Waiter>>,
    /// Calls that wait for the reader to change.
    waiting: usize,
    pub(crate) slot: CardSlot,
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

impl Reader {
    pub(crate) fn new(name: ReaderName, driver: Driver, grace_period: Arc<GracePeriod>) -> Self {
        Self {
            name,
            state: Mutex::new(ReaderState {
                plugged: true,
                available: true,
                presence: Presence::Absent,
                powered: false,
                supply: Supply::Off,
                grace_period,
                atr: Atr::NONE,
                protocol: SCARD_PROTOCOL_UNDEFINED,
                events: 0,
                sharing: Sharing::default(),
                connections: Vec::new(),
                admitted: 0,
                watchers: Vec::new(),
                waiting: 0,
                slot: CardSlot::default(),
            }),
            changed: Condvar::new(),
            driver: Mutex::new(driver),
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

    /// As [`wait`](Reader::wait), for so long at most.
    pub(crate) fn wait_for<'a>(
        &'a self,
        mut state: MutexGuard<'a, ReaderState>,
        time: Duration,
    ) -> MutexGuard<'a, ReaderState> {
        state.waiting += 1;
        let waited = self.changed.wait_timeout(state, time);
        state = waited.unwrap_or_else(PoisonError::into_inner).0;
        state.waiting -= 1;
        state
    }

    /// As [`wait`](Reader::wait), until this thread's calls are to wait for a transaction no longer.
    pub(crate) fn wait_in_time<'a>(
        &'a self,
        state: MutexGuard<'a, ReaderState>,
    ) -> Result<MutexGuard<'a, ReaderState>, Code> {
        let Some(deadline) = pcsc_sys::wait_deadline() else {
            return Ok(self.wait(state));
        };
        match deadline.saturating_duration_since(Instant::now()) {
            Duration::ZERO => Err(SCARD_E_TIMEOUT),
            left => Ok(self.wait_for(state, left)),
        }
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
        state.slot.give_back(acting)?;
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
        state.slot.put(card);
        state.powered_up(atr);
        state.found_card();
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
        self.supply = Supply::Off;
        self.presence = Presence::Absent;
        self.atr = Atr::NONE;
        self.protocol = SCARD_PROTOCOL_UNDEFINED;
    }

    /// Tells that the card has gone, and ends whoever's lock on it.
    pub(crate) fn lost_card(&mut self) {
        self.count_event();
        self.tell(Event::Removed);
        self.sharing.break_lock();
    }

    pub(crate) fn count_event(&mut self) {
        self.events = self.events.wrapping_add(1);
    }

    /// Adds a connection.
    pub(crate) fn admit(&mut self, exclusive: bool) -> Arc<User> {
        self.admitted += 1;
        let user = Arc::new(User::new(self.admitted));
        if exclusive {
            self.sharing.join_exclusively(user.number);
        } else {
            self.sharing.join();
        }
        self.connections.push(Arc::clone(&user));
        user
    }

    /// Removes a connection; false where it was forgotten before.
    pub(crate) fn dismiss(&mut self, user: &User) -> bool {
        let before = self.connections.len();
        self.connections.retain(|other| other.number != user.number);
        let is_known = self.connections.len() < before;
        if is_known {
            self.sharing.leave();
        }
        is_known
    }

    fn take_card(&mut self) -> Option<Box<dyn Card>> {
        if self.slot.is_empty() {
            return None;
        }
        let card = self.slot.take();
        self.emptied();
        if self.available {
            self.lost_card();
        }
        card
    }

    pub(crate) fn forget_connections(&mut self) {
        self.connections.clear();
        self.sharing = Sharing::default();
    }
}
