//! A service that behaves as a test says, behind a table of C functions.

mod functions;
mod world;

pub(super) use world::{Habits, PnpReader, Tells};

use functions::PLACES;
use pcsc_sys::Provider;
use std::time::Duration;
use world::{Place, World};

/// How long any single thing may take.
pub(super) const DEADLINE: Duration = Duration::from_secs(30);

/// A running script; its end takes its place away from the table's functions.
pub(super) struct Script {
    place: &'static Place,
}

impl Script {
    pub(super) fn new(habits: Habits) -> Script {
        for place in &PLACES {
            let mut free = place.lock();
            if free.is_none() {
                *free = Some(World {
                    habits,
                    count: 1,
                    ..World::default()
                });
                return Script { place };
            }
        }
        panic!("more scripts at the same time than there are places");
    }

    pub(super) fn provider(&self) -> Provider {
        let table = self.place.table.get_or_init(self.place.fill);
        // SAFETY: the functions keep to what their namesakes promise, within the lengths that they are given; those that
        // are not here only say so.
        unsafe { Provider::new(table) }
    }

    /// Changes the service, and tells the calls that wait.
    pub(super) fn change(&self, change: impl FnOnce(&mut World)) {
        let mut world = self.place.lock();
        change(world.as_mut().unwrap());
        drop(world);
        self.place.changed.notify_all();
    }

    /// Changes the service, and tells nobody.
    pub(super) fn change_silently(&self, change: impl FnOnce(&mut World)) {
        change(self.place.lock().as_mut().unwrap());
    }

    /// Changes the service after the next list of readers, which does not show it.
    pub(super) fn after_list(&self, change: fn(&mut World)) {
        self.place.lock().as_mut().unwrap().after_list = Some(change);
    }

    /// Returns the number of calls so far.
    pub(super) fn calls(&self) -> u64 {
        self.place.lock().as_ref().unwrap().calls
    }

    /// Returns how many contexts were opened.
    pub(super) fn contexts(&self) -> u64 {
        self.place.lock().as_ref().unwrap().contexts as u64
    }

    /// Waits until so many calls were made.
    pub(super) fn wait_for_calls(&self, calls: u64) {
        let world = self.place.lock();
        let waited = self.place.changed.wait_timeout_while(world, DEADLINE, |world| {
            world.as_ref().is_some_and(|world| world.calls < calls)
        });
        assert!(!waited.unwrap().1.timed_out());
    }

    /// Waits until no context is open.
    pub(super) fn wait_for_no_context(&self) {
        assert!(self.has_no_context_in_time());
    }

    fn has_no_context_in_time(&self) -> bool {
        let world = self.place.lock();
        let waited = self.place.changed.wait_timeout_while(world, DEADLINE, |world| {
            world.as_ref().is_some_and(|world| world.open_contexts > 0)
        });
        !waited.unwrap().1.timed_out()
    }

    pub(super) fn open_contexts(&self) -> usize {
        self.place.lock().as_ref().unwrap().open_contexts
    }
}

impl Drop for Script {
    fn drop(&mut self) {
        // The thread of a watch may end after who wanted to know, and needs its place until then.
        let is_unused = std::thread::panicking() || self.has_no_context_in_time();
        *self.place.lock() = None;
        assert!(is_unused, "contexts are left");
    }
}
