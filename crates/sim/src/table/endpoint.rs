//! Where C programs reach a service.

use super::interference::Interference;
use super::slot::{SLOTS, Slot};
use crate::service::lock::lock;
use crate::service::world::World;
use std::sync::{Arc, Mutex, Weak};

static ENDPOINTS: [Mutex<Option<Weak<Endpoint>>>; SLOTS] = [const { Mutex::new(None) }; SLOTS];

/// A service with the slot of its table, and with what interferes with the calls that come from there.
///
/// It lives as long as a `Simulator`, one of its readers or an open context. The type of what interferes is known to
/// those alone who plan that.
#[derive(Debug)]
pub(crate) struct Endpoint<I: ?Sized = dyn Interference> {
    pub(crate) world: Arc<World>,
    pub(crate) slot: Slot,
    pub(crate) interference: I,
}

impl<I: Interference + 'static> Endpoint<I> {
    /// Makes a world, which the functions of this slot reach from now on.
    pub(crate) fn open(slot: Slot, interference: I) -> Arc<Self> {
        let endpoint = Arc::new(Self {
            world: Arc::new(World::new()),
            slot,
            interference,
        });
        let reached: Arc<Endpoint> = endpoint.clone();
        *lock(&ENDPOINTS[endpoint.slot.index()]) = Some(Arc::downgrade(&reached));
        endpoint.note_in_event();
        endpoint
    }
}

impl<I: ?Sized> Endpoint<I> {
    /// Notes whether the service runs in the event that Windows has for it.
    pub(crate) fn note_in_event(&self) {
        #[cfg(windows)]
        super::event::note(self.slot.index(), &self.world);
    }
}

impl Endpoint {
    /// The endpoint of a slot; `None` where that has gone.
    pub(crate) fn of_slot(index: usize) -> Option<Arc<Self>> {
        lock(ENDPOINTS.get(index)?).as_ref()?.upgrade()
    }
}

impl<I: ?Sized> Drop for Endpoint<I> {
    fn drop(&mut self) {
        *lock(&ENDPOINTS[self.slot.index()]) = None;
        // Before the slot is another simulator's.
        #[cfg(windows)]
        super::event::note_end(self.slot.index());
    }
}
